import { eq, sql } from 'drizzle-orm'
import { pino, type Logger } from 'pino'
import type { ConversationRow } from '@answerback/core/api'
import { platformById, platforms } from '@answerback/platforms/registry'
import { platformIds } from '@answerback/sandbox/registry'
import { startSandbox, type Sandbox } from '@answerback/sandbox/sandbox'
import type { PlatformId } from '@answerback/sandbox/world/item'
import { openAuth } from '../src/access/auth.ts'
import { channelSecret, installWebhook } from '../src/access/channel-webhook.ts'
import { connectChannel } from '../src/access/channels.ts'
import type { SendMail } from '../src/access/mail.ts'
import { addPlatformApp } from '../src/access/platform-apps.ts'
import { makeSetupLink } from '../src/access/setup.ts'
import { addMember, makeApiKey, makeWorkspace } from '../src/access/workspaces.ts'
import { openApp } from '../src/app.ts'
import type { Context } from '../src/context.ts'
import { connect } from '../src/db/connection.ts'
import { schema as t } from '../src/db/schema.ts'
import { readEnv } from '../src/env.ts'
import { ingestDeliveries } from '../src/ingest/ingest.ts'
import { openPoller } from '../src/intake/poller.ts'
import { sweepDeliveries } from '../src/intake/sweep.ts'
import { deriveDueTimes } from '../src/inbox/due-times.ts'
import { indexWords } from '../src/inbox/index-words.ts'
import { wakeSnoozed } from '../src/inbox/snooze.ts'
import { listConversations } from '../src/inbox/list.ts'
import type { Jobs } from '../src/queue/queue.ts'
import { continueReply } from '../src/reply/deliver.ts'
import { queueDueReplies } from '../src/reply/due.ts'
import { bodyOf } from './body-of.ts'
import { freshDatabase, type FreshDatabase } from './postgres.ts'

export type World = {
  ctx: Context
  sandbox: Sandbox
  /** How to reach its database as owner or as either role. */
  database: FreshDatabase
  workspaceId: string
  staff: { sam: string; theo: string }
  /** API keys by role; `url` is the server's address. */
  keys: { owner: string; manager: string; client: string }
  url: string
  /** Every route below `/api/v1`, from the server's own table. */
  routes: Awaited<ReturnType<typeof openApp>>['routes']
  /** A set-up link, as the first start prints one; null once there is a workspace. */
  setupLink(): Promise<string | null>
  /** Moves the clock of server and sandbox. */
  pass(ms: number): void
  /** Does all work that is due, without moving the clock, until nothing is left. `polls` reads every channel once more even if not due. */
  drain(options?: { polls?: boolean }): Promise<void>
  /** Drains and moves the clock by small steps until `ms` have passed. */
  settle(ms: number): Promise<void>
  /** Every row of the inbox, whatever its state. */
  rows(): Promise<ConversationRow[]>
  request(
    method: string,
    path: string,
    options?: { body?: unknown; key?: string; idempotencyKey?: string; type?: string },
  ): Promise<{ status: number; body: any }>
  close(): Promise<void>
}

/** How long a test waits for a platform before giving a call up; the product waits 20 s. */
const impatientMs = 400

/**
 * The whole loop in one process: real PostgreSQL, real HTTP, the sandbox, and a clock that only `pass` moves. The queue keeps jobs until `drain` runs them;
 * with `loseJobs` it forgets what intake and staff add, as a Redis that is flushed again and again, and the sweep must find what is left to do.
 */
export async function openWorld(options: { loseJobs?: boolean; seed?: number; log?: Logger; mail?: SendMail } = {}): Promise<World> {
  const database = await freshDatabase()
  const log = options.log ?? pino({ level: process.env.TEST_LOG ?? 'silent' })
  let offsetMs = 0
  const startedAt = Date.now()
  const now = () => new Date(startedAt + offsetMs)
  const sandbox = await startSandbox({ port: 0, seed: options.seed ?? 7, now, brand: 'empty', rhythm: 'off' })
  const env = readEnv({ PORT: '0', SANDBOX_PORT: '0', DATABASE_URL: 'postgres://given-below' })
  env.allowedHosts.push(new URL(sandbox.url).host)

  let sweeping = false
  let jobs: { name: keyof Jobs; data: Jobs[keyof Jobs] }[] = []
  const db = connect(database.app, database.system, () => {})
  const ctx: Context = {
    env,
    log,
    db,
    now,
    platforms,
    secrets: { keyId: '00000001', key: Buffer.alloc(32, 7).toString('base64'), session: 's'.repeat(64), sandboxSeed: '1' },
    publish: () => {},
    queue: {
      async add(name, added) {
        if (sweeping || !options.loseJobs) jobs.push(...added.map((data) => ({ name, data })))
      },
      work: async () => {},
      depth: async () => ({
        ingest: jobs.filter((job) => job.name === 'ingest').length,
        send: jobs.filter((job) => job.name === 'send').length,
      }),
      close: async () => {},
    },
    fetch: (input, init) =>
      fetch(input, {
        ...init,
        signal: init?.signal ? AbortSignal.any([init.signal, AbortSignal.timeout(impatientMs)]) : AbortSignal.timeout(impatientMs),
      }),
  }
  let url = 'http://127.0.0.1'
  const { app, live, routes } = await openApp(ctx, openAuth(ctx, { publicUrl: () => url }), { demo: null, mail: options.mail })
  await app.listen({ port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${(app.server.address() as { port: number }).port}`
  ctx.publish = live.publish
  ctx.localUrl = url

  const workspaceId = await makeWorkspace(ctx, { name: 'Fieldnote', timeZone: 'Europe/Lisbon', targetSeconds: 7_200 })
  const staff = {
    sam: await addMember(ctx, workspaceId, { name: 'Sam', email: 'sam@fieldnote.example', role: 'manager' }),
    theo: await addMember(ctx, workspaceId, { name: 'Theo', email: 'theo@fieldnote.example', role: 'lead' }),
  }
  const keys = {
    owner: await makeApiKey(ctx, workspaceId, { name: 'owner', role: 'owner' }),
    manager: await makeApiKey(ctx, workspaceId, { name: 'manager', role: 'manager' }),
    client: await makeApiKey(ctx, workspaceId, { name: 'client', role: 'client' }),
  }

  // One after the other, so that the same seed gives the same order.
  const poller = openPoller(ctx, { atOnce: 1 })

  async function runJobs(): Promise<boolean> {
    const batch = jobs
    jobs = []
    for (const job of batch) {
      if (job.name === 'ingest') await ingestDeliveries(ctx, (job.data as Jobs['ingest']).deliveryIds)
      else await continueReply(ctx, job.data as Jobs['send'])
    }
    return batch.length > 0
  }

  async function drain({ polls = false } = {}): Promise<void> {
    if (polls) {
      // The clock stands still while a test reads again and again: what platforms allow in five minutes would soon be used up.
      await db.system.execute(sql`update poll set due_at = ${now().toISOString()}::timestamptz, leased_until = null, used = '{}'`)
      await db.system.execute(sql`delete from poll_budget`)
    }
    for (let round = 0; round < 50; round += 1) {
      await quiet(sandbox)
      let channelsRead = 0
      while ((await poller.begin()) > 0) {
        await poller.settled()
        channelsRead += 1
      }
      sweeping = true
      await queueDueReplies(ctx)
      await sweepDeliveries(ctx)
      sweeping = false
      await wakeSnoozed(ctx)
      await deriveDueTimes(ctx)
      const worked = await runJobs()
      while ((await indexWords(ctx)) > 0);
      if (!worked && channelsRead === 0) return
    }
  }

  return {
    ctx,
    sandbox,
    database,
    workspaceId,
    staff,
    keys,
    url,
    routes,
    setupLink: () => makeSetupLink(ctx, url),
    pass: (ms) => void (offsetMs += ms),
    drain,
    async settle(ms) {
      const end = offsetMs + ms
      for (;;) {
        await drain()
        if (offsetMs >= end) return
        offsetMs = Math.min(end, offsetMs + 5_000)
      }
    },
    rows: () =>
      db.inWorkspace(
        workspaceId,
        async (tx) => (await listConversations(tx, { state: 'all', limit: 100 } as never, { meId: staff.sam, now: now() })).items,
      ),
    async request(method, path, { body, key = keys.manager, idempotencyKey, type = 'application/json' } = {}) {
      const headers: Record<string, string> = { authorization: `Bearer ${key}` }
      if (body !== undefined) headers['content-type'] = type
      if (idempotencyKey) headers['idempotency-key'] = idempotencyKey
      const sent = body === undefined || body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer> | undefined) : JSON.stringify(body)
      const response = await fetch(`${url}${path}`, { method, headers, body: sent })
      return { status: response.status, body: await bodyOf(response) }
    },
    async close() {
      poller.close()
      await live.close()
      await app.close()
      await sandbox.close()
      await db.close()
      await database.drop()
    },
  }
}

/** Every webhook is answered, and what a fault holds back is out. */
async function quiet(sandbox: Sandbox): Promise<void> {
  sandbox.webhooks.flush()
  while (sandbox.webhooks.pending > 0) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** The platforms that both sides know: the sandbox pretends them, and there is an adapter. In the registry's order. */
export const playedPlatforms: PlatformId[] = platformIds.filter((id) => platforms.some((platform) => platform.id === id))

/** Connects the brand's accounts of the sandbox by the settings that it announces, webhooks included. Returns channel ids by platform. */
export async function connectAll(world: World): Promise<Record<PlatformId, string>> {
  const { sandbox, workspaceId } = world
  // Everything is called for the first time here: a busy machine may take longer than a test has patience for.
  const ctx: Context = { ...world.ctx, fetch }
  const channels: Partial<Record<PlatformId, string>> = {}
  for (const { id, settings, app } of sandbox.platforms) {
    if (!playedPlatforms.includes(id)) continue
    if (app) await addPlatformApp(ctx, id, app, { workspaceId })
    channels[id] = await connectChannel(ctx, workspaceId, id, settings)
  }
  sandbox.webhooks.sendTo(`${world.url}/webhooks`)
  const rows = await ctx.db.system.select().from(t.channel).where(eq(t.channel.workspaceId, workspaceId))
  for (const row of rows) {
    if (!platformById(row.platform)?.webhook?.perChannel) continue
    // An address and a secret of the channel's own, which somebody enters at the platform.
    const url = `${world.url}/webhooks/${row.platform}/${row.id}`
    const secret = await channelSecret(ctx, row)
    // A platform that signs with keys of its own is told whom it signs for.
    const signsItself = platformById(row.platform)?.webhook?.keys !== undefined
    sandbox.webhooks.of(row.platform as PlatformId).target = { url, secret: signsItself ? url : secret, verifyToken: '' }
    if (signsItself) await installWebhook(ctx, row.id, world.url)
  }
  // Facebook tells whole seconds: what is said in the second of connecting would lie before it. And ids tell the real time, which on a busy machine goes on meanwhile.
  world.pass(Math.max(5_000, Date.now() - world.ctx.now().getTime() + 1_000))
  return channels as Record<PlatformId, string>
}
