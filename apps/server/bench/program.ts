import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClientConfig } from 'pg'
import { childrenOf } from './processes.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** For looking into the program under load, as in BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=/tmp/profiles'. */
const nodeOptions = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []

/** Our real program as `npm start` runs it (`scripts/start.mjs`: built bundles, embedded PostgreSQL, demo brand), in a data folder of its own. */
export type Program = {
  pid: number
  url: string
  sandboxUrl: string
  /** Until `Answerback is ready`, since the spawn. */
  readyMs: number
  /** What it wrote so far. */
  said(): string
  /** Signs the community manager in, once. */
  signInUrl: string
  facebook: { appSecret: string; pageId: string }
  /** The embedded PostgreSQL, above its processes. */
  databasePid: number
  /** As the owner, over the private socket. */
  database: ClientConfig
  /** Stops the server's own process for a while, so that it takes nothing from what is measured beside it. */
  pause(): void
  resume(): void
  /** Drains, as Ctrl-C does. */
  stop(): Promise<void>
  /** kill -9 of server, sandbox and PostgreSQL. */
  kill(): Promise<void>
}

export type ProgramOptions = { dataDir: string; roles?: string; rhythm?: 'off' | 'calm' | 'busy'; onSpawn?: (port: number) => void }

/** Builds what changed, so that no start pays for it. */
export async function buildPrograms(): Promise<void> {
  const script = `import { buildProgram, buildWeb } from './scripts/build.mjs'; await Promise.all([buildProgram('server'), buildProgram('sandbox'), buildWeb()])`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error('The programs could not be built.')
}

/** Starts it and resolves when it says that it is ready. Throws its last words when it ends before. */
export async function startProgram({ dataDir, roles = 'web,worker,poller', rhythm = 'off', onSpawn }: ProgramOptions): Promise<Program> {
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...nodeOptions, 'scripts/start.mjs'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, PORT: String(port), SANDBOX_PORT: String(sandboxPort) },
      ...{ ROLES: roles, SANDBOX_RHYTHM: rhythm, DEMO: 'on' },
    },
  })
  onSpawn?.(port)
  const said = collectWords(child)
  await ready(child, said)
  const words = said()
  const readyMs = performance.now() - startedAt
  const { facebook } = JSON.parse(readFileSync(join(dataDir, 'sandbox-secrets.json'), 'utf8')) as Pick<Program, 'facebook'>
  const pid = child.pid!
  const exited = once(child, 'exit')
  return {
    pid,
    url: `http://127.0.0.1:${port}`,
    sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
    readyMs,
    said,
    signInUrl: /http\S+magic-link\S+/.exec(words)![0],
    facebook,
    databasePid: Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]),
    database: { host: join(dataDir, 'socket'), port: 5432, user: 'answerback', database: 'answerback' },
    pause: () => void process.kill(pid, 'SIGSTOP'),
    resume: () => void process.kill(pid, 'SIGCONT'),
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
    async kill() {
      const all = [pid, ...childrenOf(pid).map((each) => each.pid)]
      for (const each of all) killNow(each)
      await exited
      while (all.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5))
    },
  }
}

/** A data folder under the system's temporary one, gone after `run`. */
export async function inDataDir<T>(run: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'answerback-bench-'))
  try {
    return await run(dataDir)
  } finally {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** What it wrote so far, stdout and stderr as they came. */
function collectWords(child: ChildProcess): () => string {
  let words = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-20_000)))
  return () => words
}

async function ready(child: ChildProcess, said: () => string): Promise<void> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`The program ended before it was ready: ${said().trim()}`)))
  const told = new Promise<void>((resolve) => child.stdout!.on('data', () => said().includes('Stop with Ctrl-C') && resolve()))
  await Promise.race([told, ended])
  ended.catch(() => undefined)
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Its parent's end was its own.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Dead, and waiting only for whoever should ask: it holds nothing any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
