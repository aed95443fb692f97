import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { expect } from 'vitest'
import { platforms } from '@answerback/platforms/registry'
import { startSandbox, type Sandbox } from '@answerback/sandbox/sandbox'
import { guardFetch } from '../src/access/hosts.ts'
import { loadSecrets } from '../src/access/secrets.ts'
import { makeApiKey, makeWorkspace } from '../src/access/workspaces.ts'
import type { Context } from '../src/context.ts'
import { connect } from '../src/db/connection.ts'
import { readEnv } from '../src/env.ts'
import { openBalancer, type Balancer } from './balancer.ts'
import { prefixOf } from '../src/queue/queue.ts'
import { freshDatabase } from './postgres.ts'
import { testSecretKey } from './postgres-setup.ts'
import { freePort, openRedis, type TestRedis } from './redis.ts'
import { connectAll } from './world.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** One process of the installation: the built program, as it runs in production. */
export type Member = { pid: number; url: string; kill(): Promise<void>; stop(): Promise<number> }

export type Cluster = {
  ctx: Context
  sandbox: Sandbox
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

/** An installation of many processes on one database (and one Redis), with real time, the three channels connected, and nothing started yet. */
export async function openCluster(backend: 'postgres' | 'redis'): Promise<Cluster> {
  const [program, database, redis, balancer] = await Promise.all([
    buildServer(),
    freshDatabase(),
    backend === 'redis' ? openRedis() : null,
    openBalancer(),
  ])
  const dataDir = mkdtempSync(join(tmpdir(), 'answerback-cluster-'))
  const sandbox = await startSandbox({ port: 0, seed: 7, now: () => new Date(), brand: 'empty', rhythm: 'off' })
  const given = {
    DATABASE_URL: urlOf(database.owner as Owner),
    ...(redis ? { REDIS_URL: redis.url } : {}),
    SECRET_KEY: testSecretKey,
    PUBLIC_URL: balancer.url,
    ALLOW_PRIVATE_HOSTS: new URL(sandbox.url).host,
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
  await connectAll({ ctx, sandbox, workspaceId, url: balancer.url, pass: () => {} } as unknown as Parameters<typeof connectAll>[0])
  // Facebook tells whole seconds: what is said in the second of connecting would lie before it.
  const connectedAt = Date.now()
  await expect.poll(() => Date.now() - connectedAt, { timeout: 3_000 }).toBeGreaterThan(1_000)

  const members = new Set<ChildProcess>()
  return {
    ctx,
    sandbox,
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
      await sandbox.close()
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

type Owner = { host?: string; port?: number; user?: string; password?: unknown; database?: string }

/** The embedded server listens on a socket in a folder, which a URL names as a parameter. */
function urlOf({ host = '127.0.0.1', port = 5432, user = 'answerback', password, database }: Owner): string {
  const onSocket = host.startsWith('/')
  const url = new URL(`postgres://${onSocket ? 'localhost' : host}:${port}/${database}`)
  url.username = user
  if (typeof password === 'string') url.password = password
  if (onSocket) url.searchParams.set('host', host)
  return url.toString()
}
