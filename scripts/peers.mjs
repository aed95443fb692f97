// Servers and clients that we did not write, and the tests that meet them: `npm run test:peers`, or `npm run test:peers -- wordpress` for one.
// They are installed into node_modules/.cache/peers, once, and into nothing else: no root, no change to this machine or to our own packages.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fingerprint, isCurrent, remember, root } from './fingerprint.mjs'

const peers = join(root, 'node_modules/.cache/peers')
const tests = 'apps/server/test/peers'
const asked = process.argv.slice(2)
/** Two rounds of tests: each with the names by which one of them is asked for, and the Node that runs it. */
const rounds = [
  { names: ['atproto', 'bluesky', 'wordpress'], config: `${tests}/vitest.config.ts`, node: () => process.execPath },
  {
    names: ['clients', 'youtube', 'reddit', 'facebook'],
    config: 'apps/sandbox/test/peers/vitest.config.ts',
    node: () => nodeIn('clients'),
  },
]
const named = asked.filter((each) => rounds.some(({ names }) => names.includes(each)))
const isWanted = (...names) => named.length === 0 || names.some((each) => named.includes(each))

if (isWanted('atproto', 'bluesky')) once('atproto', installAtproto)
if (isWanted('wordpress')) once('wordpress', installWordPress)
if (isWanted(...rounds[1].names)) once('clients', installClients)

const vitest = join(root, 'node_modules/vitest/vitest.mjs')
// The names of what is installed are no names of tests.
const filters = asked.filter((each) => !['atproto', 'clients'].includes(each))
const statuses = rounds
  .filter(({ names }) => isWanted(...names))
  .map(({ config, node }) => run(node(), [vitest, 'run', '--config', config, ...filters], { cwd: root }).status ?? 1)
process.exit(Math.max(0, ...statuses))

function once(name, install) {
  const folder = join(peers, name)
  const marker = join(folder, '.installed-from')
  // How it is done is what it was made from.
  const current = `${fingerprint([`${tests}/wp-config.php`])}\n${String(install)}`
  if (isCurrent(marker, current)) return
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  if (install(folder)) remember(marker, current)
}

/** AT Protocol's development network wants Node 22, which is a package too; what it compiles is compiled against that. */
function installAtproto(folder) {
  console.log("Installing AT Protocol's development network (about two minutes).")
  const node = join(folder, 'node')
  npmInstall(node, { node: '22.23.3' })
  const inside = join(node, 'node_modules/node/node_modules')
  const headers = readdirSync(inside).find((name) => /^node-(linux|darwin)/.test(name))
  npmInstall(
    join(folder, 'network'),
    { '@atproto/dev-env': '0.6.7' },
    { PATH: `${join(node, 'node_modules/node/bin')}${delimiter}${process.env.PATH}`, npm_config_nodedir: join(inside, headers) },
  )
  return true
}

/** Official clients that are too much for everybody's installation: one wants Node 22, one is large, one is given up. They judge the sandbox. */
function installClients(folder) {
  console.log('Installing the clients that judge the sandbox.')
  npmInstall(folder, { '@googleapis/youtube': '39.0.0', 'facebook-nodejs-business-sdk': '24.0.1', node: '22.23.3', snoowrap: '1.23.0' })
  return true
}

function nodeIn(name) {
  return join(peers, name, 'node_modules/node/bin/node')
}

function npmInstall(folder, dependencies, env = {}) {
  mkdirSync(folder, { recursive: true })
  const allowScripts = { node: true, 'better-sqlite3': true }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies, allowScripts }))
  must('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: folder, env: { ...process.env, ...env } })
}

/** WordPress, PHP and MariaDB of Debian's archive, unpacked beside each other instead of installed; what they need besides and this machine lacks comes along. */
function installWordPress(folder) {
  if (['apt-get', 'dpkg-deb'].some((tool) => run(tool, ['--version'], { stdio: 'ignore' }).status !== 0)) {
    console.log("skipped: WordPress is unpacked from Debian's packages, and this machine has no apt-get and dpkg-deb.")
    return false
  }
  console.log("Fetching WordPress, PHP and MariaDB from Debian's archive.")
  const [lists, archives, unpacked] = ['lists', 'archives', 'root'].map((name) => join(folder, name))
  for (const each of [join(lists, 'partial'), join(archives, 'partial'), unpacked]) mkdirSync(each, { recursive: true })
  const own = [
    ...[`Dir::State::Lists=${lists}`, `Dir::Cache=${archives}`, 'Debug::NoLocking=1', 'APT::Sandbox::User=root'].flatMap((each) => [
      '-o',
      each,
    ]),
  ]
  must('apt-get', [...own, 'update'])
  const related = (name, kind) =>
    [...must('apt-cache', [...own, 'depends', name]).matchAll(/^ *\|?(\w+): ([\w.+-]+)$/gm)]
      .filter(([, what]) => what === kind)
      .map(([, , name]) => name)
  const php = related('php-cli', 'Depends')
    .find((name) => /^php[\d.]+-cli$/.test(name))
    .replace('-cli', '')
  const programs = [`${php}-cli`, `${php}-common`, `${php}-mysql`, 'mariadb-server-core', 'mariadb-client-core']
  const lacking = [...must('apt-get', [...own, 'install', '-s', '--no-install-recommends', ...programs]).matchAll(/^Inst (\S+)/gm)].map(
    ([, name]) => name,
  )
  const themes = related('wordpress', 'Recommends').filter((name) => name.startsWith('wordpress-theme-'))
  must('apt-get', [...own, 'download', ...new Set([...programs, ...lacking, 'wordpress', ...themes])], { cwd: archives })
  for (const name of readdirSync(archives).filter((each) => each.endsWith('.deb'))) must('dpkg-deb', ['-x', join(archives, name), unpacked])
  copyFileSync(join(root, tests, 'wp-config.php'), join(unpacked, 'usr/share/wordpress/wp-config.php'))
  for (const each of [lists, archives]) rmSync(each, { recursive: true, force: true })
  return true
}

/** What it says; ends everything when it fails. */
function must(program, args, options = {}) {
  const { status, stdout, stderr, error } = run(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    ...options,
  })
  if (status === 0) return stdout
  console.error(`${program} ${args.join(' ')}\n${error?.message ?? `${stdout}${stderr}`.trim().slice(-4_000)}`)
  console.error('A server for the tests could not be installed; the lines above say why.')
  process.exit(1)
}

function run(program, args, options) {
  return spawnSync(program, args, { stdio: 'inherit', ...options })
}
