import { spawn } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fingerprint, isCurrent, remember, root } from './fingerprint.mjs'
import { weighFirstScreen } from './page-weight.mjs'

const everywhere = [
  'scripts/build.mjs',
  'scripts/bundle.mjs',
  'scripts/load.mjs',
  'scripts/fingerprint.mjs',
  'pnpm-lock.yaml',
  'packages/core/src',
]
const server = [...everywhere, 'packages/platforms/src', 'apps/server/src', 'apps/server/package.json']
const programs = {
  server: { entry: 'apps/server/src/main.ts', sources: server },
  cli: { entry: 'apps/server/src/cli.ts', sources: server },
  sandbox: { entry: 'apps/sandbox/src/program.ts', sources: [...everywhere, 'apps/sandbox/src', 'apps/sandbox/package.json'] },
}

/** Builds the web app into apps/web/dist when its sources changed since the last time. Throws when its first screen became too heavy. */
export async function buildWeb() {
  const app = join(root, 'apps/web')
  const marker = join(app, 'dist/.built-from')
  const current = fingerprint([
    ...everywhere,
    ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((path) => `apps/web/${path}`),
  ])
  if (isCurrent(marker, current)) return
  await runNode(app, [join(app, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error'], 'The web app could not be built')
  weighFirstScreen(join(app, 'dist'))
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
  // What was compiled is of use to this V8 alone.
  const current = `${fingerprint(sources)} ${process.versions.v8}`
  const file = join(dir, 'main.js')
  if (isCurrent(marker, current) && existsSync(file)) return file
  // In a process of its own: the bundler's memory must not stay with a server that runs for months.
  // Beside the old one, which others may be starting just now; then in its place at once.
  const beside = `${dir}-${process.pid}`
  await runNode(root, [join(root, 'scripts/bundle.mjs'), entry, beside, dir], `The ${name} could not be built`)
  remember(join(beside, '.built-from'), current)
  if (!isCurrent(marker, current)) {
    rmSync(dir, { recursive: true, force: true })
    renameSync(beside, dir)
  } else rmSync(beside, { recursive: true, force: true })
  return file
}

// `node scripts/build.mjs`: all that an image of the product needs.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await Promise.all([buildProgram('server'), buildProgram('cli'), buildWeb()])

async function runNode(cwd, args, complaint) {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${complaint}; the lines above say why.`)
}
