import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Redis } from 'ioredis'

const given = process.env.TEST_REDIS_URL ?? process.env.REDIS_URL
const program = given
  ? undefined
  : (process.env.PATH ?? '')
      .split(delimiter)
      .map((folder) => join(folder, 'redis-server'))
      .find(isProgram)

/** Whether this machine has a Redis for tests: TEST_REDIS_URL, REDIS_URL or a redis-server on the PATH. `.ci/run` says so when not. */
export const hasRedis = given !== undefined || program !== undefined

/** What everything that has two backends is tested on: describe.each(backends). */
export const backends = [
  { backend: 'postgres', here: true },
  { backend: 'redis', here: hasRedis },
] as const

export type TestRedis = {
  url: string
  /** Forgets everything: FLUSHALL on our own server, the keys of `prefix` on one that was given. */
  flush(prefix: string): Promise<void>
  /** kill -9; only our own. */
  stop(): Promise<void>
}

/** A Redis of its own in a temporary folder, without a copy on disk; or the one that was given, which others may use too. */
export async function openRedis(): Promise<TestRedis> {
  if (given) return { url: given, flush: (prefix) => forget(given, prefix), stop: async () => undefined }
  const dir = mkdtempSync(join(tmpdir(), 'answerback-redis-'))
  const port = await freePort()
  const child = spawn(program!, ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const url = `redis://127.0.0.1:${port}`
  const redis = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  redis.on('error', () => undefined)
  await redis.ping()
  return {
    url,
    flush: async () => void (await redis.flushall()),
    async stop() {
      redis.disconnect()
      child.kill('SIGKILL')
      await exited
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function forget(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url)
  const keys = await redis.keys(`${prefix}*`)
  if (keys.length > 0) await redis.del(keys)
  redis.disconnect()
}

/** A port of 127.0.0.1 that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
