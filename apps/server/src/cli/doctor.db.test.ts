import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { eq } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../test/real-program.ts'
import { hasRedis, openRedis } from '../../test/redis.ts'
import { seal } from '../access/secrets.ts'
import { makeWorkspace } from '../access/workspaces.ts'
import { schema as t } from '../db/schema.ts'
import { readEnv } from '../env.ts'
import { startServer, type Running } from '../server.ts'

/** An installation that runs, with one connected account on a server whose clock the tests set. */
let dataDir: string
let server: Running
let platform: Server
let platformUrl: string
let platformClockMs = 0
const channelId = uuidv7()
let workspaceId: string

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'answerback-doctor-'))
  platform = createServer((_request, response) => {
    response.setHeader('date', new Date(Date.now() + platformClockMs).toUTCString())
    response.end('not one of ours')
  }).listen(0, '127.0.0.1')
  await once(platform, 'listening')
  platformUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`
  const env = readEnv({ DATA_DIR: dataDir, DEMO: 'off', PORT: '0', HOST: '127.0.0.1', ROLES: 'web' })
  server = await startServer(env, { log: pino({ level: 'silent' }), onTrouble: () => {} })
  const { ctx } = server
  workspaceId = await makeWorkspace(ctx, { name: 'Shop', timeZone: 'Europe/Lisbon' })
  await ctx.db.system.insert(t.channel).values({
    ...{ id: channelId, workspaceId, platform: 'mastodon', externalId: '1', handle: 'shop@social.example', name: 'Shop', settings: {} },
    ...{ apiUrl: platformUrl, connectedAt: ctx.now(), credentials: seal(ctx.secrets, `channel:${channelId}`, { accessToken: 'x' }) },
  })
}, 120_000)
afterAll(async () => {
  await server?.stop()
  platform?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function doctor(more: Record<string, string> = {}): Promise<{ code: number; out: string }> {
  return runCli(['doctor'], { DATA_DIR: dataDir, DEMO: 'off', ALLOW_PRIVATE_HOSTS: new URL(platformUrl).host, ...more })
}

test('nothing is amiss in a sound one', async () => {
  const { code, out } = await doctor({ PUBLIC_URL: server.url.replace('localhost', '127.0.0.1') })
  expect(out).not.toMatch(/^(BAD|look)/m)
  expect(out).toMatch(/^ok {4}Reach: \S+ leads here, WebSockets too$/m)
  expect(out).toContain('Clock: agrees with 127.0.0.1')
  expect(out).toContain('All is well.')
  expect(code).toBe(0)
}, 120_000)

describe('the way in', () => {
  test('an address that leads to another program', async () => {
    const { code, out } = await doctor({ PUBLIC_URL: platformUrl })
    expect(out).toMatch(/BAD {3}Reach: \S+ leads to something else \(status 200\)\. Let the proxy pass everything on/)
    expect(code).toBe(1)
  }, 120_000)

  test('an address where nobody answers can wait: this machine may be the only one that does not see it', async () => {
    expect((await doctor({ PUBLIC_URL: 'https://127.0.0.1:1' })).out).toMatch(
      /look {2}Reach: .* does not answer from this machine .* proxy and its certificate/,
    )
  }, 120_000)

  test('a proxy that passes no WebSockets', async () => {
    const proxy = createServer((request, response) => {
      void fetch(new URL(request.url!, server.url)).then(async (answer) => {
        response.statusCode = answer.status
        response.end(await answer.text())
      })
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const { out } = await doctor({ PUBLIC_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` })
    proxy.close()
    expect(out).toMatch(/look {2}Reach: .* WebSockets do not pass.* Upgrade and Connection/)
  }, 120_000)
})

test('a clock that is off by ten minutes', async () => {
  platformClockMs = 600_000
  expect((await doctor()).out).toMatch(
    /BAD {3}Clock: this machine and 127\.0\.0\.1:\d+ differ by (599|600|601) s\. Set this machine's clock by NTP/,
  )
  platformClockMs = 0
}, 120_000)

test('secrets that others can read', async () => {
  const path = join(dataDir, 'secrets.json')
  chmodSync(path, 0o644)
  expect((await doctor()).out).toContain(
    `BAD   Secrets: others on this machine can read ${path}. Take that away from them: chmod 600 ${path}`,
  )
  chmodSync(path, 0o600)
}, 120_000)

test('a token that the platform no longer takes, and an account that is away', async () => {
  const { ctx } = server
  const set = (values: Partial<typeof t.channel.$inferInsert>) =>
    ctx.db.system.update(t.channel).set(values).where(eq(t.channel.id, channelId))
  await set({ reauthorizeAt: ctx.now() })
  expect((await doctor()).out).toMatch(
    /BAD {3}Mastodon shop@social\.example: the platform no longer accepts its credentials\. Connect it again/,
  )
  await set({ reauthorizeAt: null, pausedAt: ctx.now() })
  expect((await doctor()).out).toContain('ok    Mastodon shop@social.example: paused')
  await set({ pausedAt: null })
}, 120_000)

test('work that nobody does, and an app of which nothing was heard', async () => {
  const { ctx } = server
  const longAgo = new Date(ctx.now().getTime() - 600_000)
  const [deliveryId, appId] = [uuidv7(), uuidv7()]
  await ctx.db.system.insert(t.delivery).values({
    ...{ id: deliveryId, platform: 'facebook', kind: 'webhook', request: {}, body: Buffer.from('{}'), receivedAt: longAgo, dueAt: longAgo },
  })
  await ctx.db.system.insert(t.platformApp).values({
    ...{
      id: appId,
      platform: 'facebook',
      settings: { appId: '1' },
      secrets: seal(ctx.secrets, `platform_app:${appId}`, {}),
      createdAt: longAgo,
    },
  })
  const { code, out } = await doctor()
  expect(out).toMatch(/BAD {3}Queue: does not move: 1 deliveries and 0 replies .* role worker running\?/)
  expect(out).toMatch(/look {2}Webhooks: an app of Facebook is entered, and it has not delivered anything yet/)
  expect(code).toBe(1)
  await ctx.db.system.delete(t.delivery).where(eq(t.delivery.id, deliveryId))
  await ctx.db.system.delete(t.platformApp).where(eq(t.platformApp.id, appId))
}, 120_000)

test('backups that nobody makes', async () => {
  const old = (days: number) => new Date(Date.now() - days * 86_400_000)
  await server.ctx.db.system
    .update(t.workspace)
    .set({ createdAt: old(20) })
    .where(eq(t.workspace.id, workspaceId))
  expect((await doctor()).out).toMatch(/look {2}Backup: none was made in 20 days\. Make one each night/)
  expect((await runCli(['backup', join(dataDir, 'b.tar.gz')], { DATA_DIR: dataDir, DEMO: 'off' })).code).toBe(0)
  expect((await doctor()).out).toContain('ok    Backup: the last one was made today')
  writeFileSync(join(dataDir, 'last-backup'), `${old(9).toISOString()}\n`)
  expect((await doctor()).out).toContain('look  Backup: the last one is 9 days old.')
}, 120_000)

test.skipIf(!hasRedis)(
  'a Redis that throws jobs away when it is full',
  async () => {
    const redis = await openRedis()
    const client = new Redis(redis.url)
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
    const { out } = await doctor({ REDIS_URL: redis.url })
    await client.config('SET', 'maxmemory-policy', 'noeviction')
    expect(out).toMatch(/look {2}Redis: its maxmemory-policy is allkeys-lru: .* Set it to noeviction\./)
    expect((await doctor({ REDIS_URL: redis.url })).out).toContain('ok    Redis: answers')
    client.disconnect()
    await redis.stop()
  },
  120_000,
)
