import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { takeOwnership } from './owner-lock.ts'
import {
  type Binaries,
  type WayToRun,
  commandLine,
  findBinaries,
  findWayToRun,
  postgresMajor,
  processOptions,
} from './postgres-binaries.ts'
import { clearLeftovers } from './postgres-leftovers.ts'

export type EmbeddedPostgres = {
  /** For `pg.Pool`, as the owner (superuser) over the unix socket; `host` is the socket's folder. */
  config: { host: string; port: number; user: string; database: string }
  /** Tells a second start in the same folder where this one serves. */
  announce(url: string): void
  /** Fast shutdown: open transactions are rolled back, committed ones are safe. Called again: at once. Resolves when nothing is left. */
  stop(): Promise<void>
}

export type EmbeddedOptions = {
  dataDir: string
  log: { debug(text: string): void; warn(text: string): void }
  /** The server ended although nobody asked it to. */
  onExit?: (reason: string) => void
  /** More `name: value` settings; only tests should need any. */
  settings?: Record<string, string>
}

const user = 'answerback'
const port = 5432 // only a part of the socket's name: nothing listens on the network
// sun_path holds 104 bytes on macOS and 108 on Linux (unix(7)), and PostgreSQL appends "/.s.PGSQL.5432.lock".
const socketDirMaxBytes = 80

const settings = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '64MB',
  max_worker_processes: '4',
  max_wal_size: '512MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_checkpoints: 'off',
  log_line_prefix: '',
  // A statement that fails is the caller's to report; only what concerns the server itself belongs in the log.
  log_min_messages: 'log',
}

/**
 * Starts the bundled PostgreSQL on `dataDir/postgres` (made on the first start: UTF8, builtin C.UTF-8), reachable through a private unix
 * socket alone. Takes `dataDir/owner.lock` first: throws `AlreadyRunning` while another process owns the folder, and stops what a dead
 * owner left. The server is no member of our process group, so Ctrl-C reaches us and not it.
 */
export async function startEmbedded({ dataDir, log, onExit, settings: more }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const lock = takeOwnership(dataDir)
  try {
    const binaries = findBinaries()
    const home = realpathSync(dataDir)
    const way = findWayToRun(binaries, home)
    const clusterDir = join(home, 'postgres')
    if (!existsSync(clusterDir)) await createCluster(binaries, way, clusterDir)
    refuseOtherMajor(clusterDir)
    await clearLeftovers(clusterDir)
    giveTo(way, clusterDir)
    const socketDir = makeSocketDir(way, home)

    const server = launch(binaries, way, clusterDir, { ...settings, unix_socket_directories: socketDir, ...more })
    const ended = new Promise<string>((resolve) => {
      server.once('error', (error) => resolve(error.message))
      server.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
    })
    let stopping = false
    // What it says while it is told to stop is what it was told.
    await becomeReady(server, ended, { debug: log.debug, warn: (text) => (stopping ? log.debug(text) : log.warn(text)) })
    void ended.then((reason) => {
      if (!stopping) onExit?.(reason)
    })
    return {
      config: { host: socketDir, port, user, database: user },
      announce: lock.announce,
      async stop() {
        server.kill(stopping ? 'SIGQUIT' : 'SIGINT')
        stopping = true
        await ended
        rmSync(socketDir, { recursive: true, force: true })
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Builds the cluster beside its place and moves it there when it is whole, so that a kill in the middle leaves nothing half made. */
async function createCluster(binaries: Binaries, way: WayToRun, clusterDir: string): Promise<void> {
  const draft = mkdtempSync(`${clusterDir}.new-`)
  giveTo(way, draft)
  await run(way, binaries.initdb, [
    ...['-D', draft, '--username', user, '--auth-local', 'trust', '--auth-host', 'reject'],
    ...['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
  ])
  await run(way, binaries.postgres, ['--single', '-D', draft, 'postgres'], `CREATE DATABASE ${user}\n`)
  renameSync(draft, clusterDir)
  for (const name of readdirSync(dirname(clusterDir))) {
    if (name.startsWith(`${basename(clusterDir)}.new-`))
      rmSync(join(dirname(clusterDir), name), { recursive: true, force: true, maxRetries: 5 })
  }
}

function refuseOtherMajor(clusterDir: string): void {
  const found = readFileSync(join(clusterDir, 'PG_VERSION'), 'utf8').trim()
  if (found === postgresMajor) return
  throw new Error(
    `${clusterDir} was made by PostgreSQL ${found}, and this Answerback brings PostgreSQL ${postgresMajor}. Start the earlier Answerback, or move the folder away to begin anew.`,
  )
}

/** Files made while we ran in another way (namespace, account) may belong to somebody else. */
function giveTo(way: WayToRun, dir: string): void {
  const uid = way.uid ?? process.getuid?.() ?? -1
  const gid = way.gid ?? process.getgid?.() ?? -1
  if (lstatSync(dir).uid === uid) return
  chownSync(dir, uid, gid)
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) lchownSync(join(dir, name), uid, gid)
}

/** How an operator's command reaches the database of a server that runs on this folder. */
export function runningConfig(dataDir: string): EmbeddedPostgres['config'] {
  return { host: socketDirOf(realpathSync(dataDir)), port, user, database: user }
}

function socketDirOf(home: string): string {
  const name = `answerback-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`
  const short = [join(home, 'socket'), join(tmpdir(), name)].find((path) => Buffer.byteLength(path) <= socketDirMaxBytes)
  return short ?? join('/tmp', name)
}

/** A folder of ours alone, made anew: authentication on the socket is `trust`, so reaching it must be the proof. */
function makeSocketDir(way: WayToRun, home: string): string {
  const dir = socketDirOf(home)
  try {
    rmSync(dir, { recursive: true, force: true })
    mkdirSync(dir, { mode: 0o700 })
  } catch (cause) {
    throw new Error(
      `The database's socket needs the folder ${dir} for itself, and it cannot be made anew. Remove it, or choose another DATA_DIR.`,
      {
        cause,
      },
    )
  }
  giveTo(way, dir)
  return dir
}

function launch(binaries: Binaries, way: WayToRun, clusterDir: string, chosen: Record<string, string>): ChildProcess {
  const flags = Object.entries(chosen).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [command, args] = commandLine(way, binaries.postgres, ['-D', clusterDir, '-p', String(port), ...flags])
  return spawn(command, args, { ...processOptions(way), detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
}

async function becomeReady(server: ChildProcess, ended: Promise<string>, log: EmbeddedOptions['log']): Promise<void> {
  const said: string[] = []
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: server.stderr! }).on('line', (line) => {
      if (said.length < 20) said.push(line)
      if (/^(FATAL|PANIC)/.test(line)) log.warn(`postgres: ${line}`)
      else log.debug(`postgres: ${line}`)
      if (line.includes('database system is ready to accept connections')) resolve()
    })
  })
  const failed = ended.then((reason) => {
    throw new Error(`PostgreSQL did not start (${reason}): ${said.join(' ')}`)
  })
  await Promise.race([ready, failed])
  failed.catch(() => undefined)
}

function run(way: WayToRun, program: string, programArgs: string[], input = ''): Promise<void> {
  const [command, args] = commandLine(way, program, programArgs)
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, processOptions(way), (error, _stdout, stderr) =>
      error ? reject(new Error(`${program} failed: ${stderr.trim() || error.message}`)) : resolve(),
    )
    child.stdin!.end(input)
  })
}
