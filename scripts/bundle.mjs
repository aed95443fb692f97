// `node scripts/bundle.mjs <entry> <folder> [<where it is moved then>]`: one program with its packages; <folder>/main.js starts it. The entry exports `start`, and does nothing
// before that is called: it is loaded here as well.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { root } from './fingerprint.mjs'
import { loadProgram, sumOf } from './load.mjs'

const [, , entry, dir, standsAt = dir] = process.argv

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
  input: { program: join(root, entry) },
  platform: 'node',
  // Native, or absent by choice: whoever asks for them is content without.
  external: ['pg-native', 'bufferutil', 'utf-8-validate'],
  plugins: [keepOwnPlace],
  logLevel: 'warn',
  checks: { eval: false },
})
await bundle.write({
  ...{ dir, format: 'cjs', cleanDir: true, entryFileNames: '[name].cjs', comments: false },
  // One function in one file: V8 keeps what it compiled for scripts alone, and in them knows no `import()`.
  ...{ codeSplitting: false, dynamicImportInCjs: false, postBanner: '(function (require, module, exports) {', postFooter: '})' },
})
await bundle.close()

copyFileSync(join(root, 'scripts/load.mjs'), join(dir, 'load.mjs'))
writeFileSync(join(dir, 'main.js'), "import { loadProgram } from './load.mjs'\n\nawait loadProgram(import.meta.dirname).program.start()\n")
const code = loadProgram(dir, standsAt).script.createCachedData()
writeFileSync(join(dir, 'program.code'), Buffer.concat([sumOf(readFileSync(join(dir, 'program.cjs')), code), code]))
