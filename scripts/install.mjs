// Installs what is missing. Run by bare Node before anything is installed, so it uses nothing but Node.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint, isCurrent, remember, root } from './fingerprint.mjs'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) stop(`Answerback needs Node 20.19 or later; this is ${process.versions.node}.`)

const packages = ['apps', 'packages'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`))
const marker = join(root, 'node_modules/.installed-from')
const current = fingerprint(['package.json', ...packages, 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'])
if (!isCurrent(marker, current)) {
  install()
  remember(marker, current)
}

function install() {
  const first = !existsSync(join(root, 'node_modules'))
  console.log(first ? 'Installing the packages Answerback needs (once, about half a minute).' : 'Installing the packages that changed.')
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // Quiet while all is well: its remarks about other people's packages mean nothing to somebody who types `npm start`.
  const { status, error, stdout, stderr } = spawnSync(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only', '--config.confirmModulesPurge=false'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      // npm's own patience with an unreachable registry is over a minute, in which nothing is said.
      env: { npm_config_fetch_retry_mintimeout: '1000', npm_config_fetch_retry_maxtimeout: '5000', ...process.env },
    },
  )
  if (error) stop(`npx could not be started (${error.message}). It comes with Node; is it on the PATH?`)
  if (status === 0) return
  console.error(`${stdout}${stderr}`.trim())
  stop('The packages could not be installed. If the lines above speak of the network: this step needs to reach the npm registry.')
}

function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}
