import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { platforms } from '@answerback/platforms/registry'
import { guardFetch } from '../src/access/hosts.ts'
import { loadSecrets } from '../src/access/secrets.ts'
import { makeApiKey, makeWorkspace } from '../src/access/workspaces.ts'
import type { Context } from '../src/context.ts'
import { connect } from '../src/db/connection.ts'
import { readEnv } from '../src/env.ts'
import { openBalancer, type Balancer } from './balancer.ts'
import { prefixOf } from '../src/queue/queue.ts'
import { freshDatabase, urlOf } from './postgres.ts'
import { testSecretKey } from './postgres-setup.ts'
import { freePort, openRedis, type TestRedis } from './redis.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** One process of the installation: the built program, as it runs in production. */
export type Member = { pid: number; url: string; kill(): Promise<void>; stop(): Promise<number> }

export type Processes = {
  ctx: Context
  redis: TestRedis | null
  /** What its keys in Redis begin with. */
  prefix: string
  workspaceId: string
  key: string
  balancer: Balancer
  /** Starts one more process and resolves when it says that it is ready. Web processes are put behind the balancer. */
  start(roles: string): Promise<Member>
  request(method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<{ status: number; body: any }>
  close(): Promise<void>
}

/** An installation of many processes on one database (and one Redis), with real time, which may call these hosts of ours. Nothing is connected or started yet. */
export async function openProcesses(backend: 'postgres' | 'redis', options: { hosts: string[] }): Promise<Processes> {
  const [program, database, redis, balancer] = await Promise.all([
    buildServer(),
    freshDatabase(),
    backend === 'redis' ? openRedis() : null,
    openBalancer(),
  ])
  const dataDir = mkdtempSync(join(tmpdir(), 'answerback-cluster-'))
  const given = {
    DATABASE_URL: urlOf(database.owner),
    ...(redis ? { REDIS_URL: redis.url } : {}),
    SECRET_KEY: testSecretKey,
    PUBLIC_URL: balancer.url,
    ALLOW_PRIVATE_HOSTS: options.hosts.join(','),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    DATA_DIR: join(dataDir, 'test'),
  }
  const env = readEnv(given)
  const db = connect(database.app, database.system, () => {})
  const guarded = guardFetch({ allowed: env.allowedHosts })
  const ctx: Context = {
    env,
    log: pino({ level: 'silent' }),
    db,
    now: () => new Date(),
    platforms,
    secrets: await loadSecrets(env.DATA_DIR, env),
    publish: () => {},
    queue: { add: async () => {}, work: async () => {}, depth: async () => ({ ingest: 0, send: 0 }), close: async () => {} },
    fetch: guarded,
  }
  const workspaceId = await makeWorkspace(ctx, { name: 'Fieldnote', timeZone: 'Europe/Lisbon', targetSeconds: 7_200 })
  const key = await makeApiKey(ctx, workspaceId, { name: 'staff', role: 'manager' })

  const members = new Set<ChildProcess>()
  return {
    ctx,
    redis,
    prefix: prefixOf(ctx.secrets.session),
    workspaceId,
    key,
    balancer,
    async start(roles) {
      const port = await freePort()
      const child = spawn(process.execPath, [program], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
        // A folder of its own, as on another machine.
        env: { ...given, ROLES: roles, PORT: String(port), DATA_DIR: join(dataDir, String(port)), PATH: process.env.PATH },
      })
      members.add(child)
      const exited = once(child, 'exit')
      void exited.then(() => members.delete(child))
      await saysReady(child, exited)
      if (roles.includes('web')) balancer.add(port)
      const end = async (signal: NodeJS.Signals) => {
        child.kill(signal)
        return (await exited)[0] as number
      }
      return { pid: child.pid!, url: `http://127.0.0.1:${port}`, kill: async () => void (await end('SIGKILL')), stop: () => end('SIGTERM') }
    },
    async request(method, path, body, idempotencyKey) {
      const headers: Record<string, string> = { authorization: `Bearer ${key}` }
      if (body !== undefined) headers['content-type'] = 'application/json'
      if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
      const response = await fetch(`${balancer.url}${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? null : JSON.parse(text) }
    },
    async close() {
      await Promise.all(
        [...members].map(async (child) => {
          const exited = once(child, 'exit')
          child.kill('SIGKILL')
          await exited
        }),
      )
      balancer.close()
      await guarded.close()
      await db.close()
      await redis?.stop()
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function buildServer(): Promise<string> {
  const script = `import { buildProgram } from './scripts/build.mjs'; console.log(await buildProgram('server'))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  let words = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (words += text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error('The server could not be built.')
  return words.trim().split('\n').at(-1)!
}

async function saysReady(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  let words = ''
  const ready = new Promise<true>((resolve) =>
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      words += text
      if (words.includes('ready')) resolve(true)
    }),
  )
  if (!(await Promise.race([ready, exited.then(() => false)]))) throw new Error(`The process ended before it was ready. ${words}`)
}
