import { eq, inArray, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Context } from '../context.ts'
import { reasonOf } from '../db/reason.ts'
import { schema as t } from '../db/schema.ts'
import { recomputeAll } from '../inbox/recompute.ts'
import { changing, type Change } from '../live/change-log.ts'
import { settleEchoes } from './echo.ts'
import { foldFacts } from './fold.ts'
import { readDelivery, Unreadable, type DeliveryRow, type Lookups, type Said } from './read-delivery.ts'
import { askFor } from './want.ts'

/** After so many tries that failed on their own, a delivery is set aside with its reason. */
const maxAttempts = 5

type Read = { delivery: DeliveryRow; said: Said }

/**
 * Takes deliveries in: raw bytes to facts, facts to rows, one transaction a workspace. Running it again, or over deliveries that are done, changes nothing.
 * One that cannot be read is quarantined with its reason and holds up no other. Throws only when the database cannot be reached.
 */
export async function ingestDeliveries(ctx: Context, deliveryIds: string[]): Promise<void> {
  const deliveries = await ctx.db.system.select().from(t.delivery).where(inArray(t.delivery.id, deliveryIds))
  const byWorkspace = new Map<string, Read[]>()
  const lookups: Lookups = new Map()
  const fine = new Set<DeliveryRow>()
  for (const delivery of deliveries.toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime())) {
    if (delivery.doneAt !== null) continue
    try {
      for (const said of await readDelivery(ctx, delivery, lookups)) {
        const list = byWorkspace.get(said.channel.workspaceId) ?? []
        list.push({ delivery, said })
        byWorkspace.set(said.channel.workspaceId, list)
      }
      fine.add(delivery)
    } catch (error) {
      if (isUnreachable(error)) throw error
      await setAside(ctx, delivery, error)
    }
  }
  for (const [workspaceId, reads] of byWorkspace) for (const failed of await takeIn(ctx, workspaceId, reads)) fine.delete(failed)
  await askFor(
    ctx,
    [...byWorkspace.values()].flat().map((each) => each.said),
  )
  const done = [...fine].map((delivery) => delivery.id)
  if (done.length > 0)
    await ctx.db.system.update(t.delivery).set({ doneAt: ctx.now(), quarantined: null }).where(inArray(t.delivery.id, done))
}

/** All of a workspace's in one transaction; when that fails, each alone, so that the bad one is found. Returns those that failed. */
async function takeIn(ctx: Context, workspaceId: string, reads: Read[]): Promise<DeliveryRow[]> {
  try {
    await foldReads(ctx, workspaceId, reads)
    return []
  } catch (error) {
    if (isUnreachable(error)) throw error
    if (reads.length === 1) {
      await setAside(ctx, reads[0]!.delivery, error, reads[0]!.said.channel)
      return [reads[0]!.delivery]
    }
  }
  const failed: DeliveryRow[] = []
  for (const read of reads) failed.push(...(await takeIn(ctx, workspaceId, [read])))
  return failed
}

function foldReads(ctx: Context, workspaceId: string, reads: Read[]): Promise<void> {
  return changing(ctx, workspaceId, async (change) => {
    const conversations = new Set<string>()
    for (const channelReads of byChannel(reads)) {
      const { delivery, said } = channelReads[0]!
      await foldFacts(
        {
          tx: change.tx,
          workspaceId,
          channelId: said.channel.id,
          platform: delivery.platform,
          now: ctx.now(),
          conversations,
          gone: change.gone,
        },
        channelReads.map((read) => ({
          facts: read.said.facts,
          seen: { receivedAt: read.delivery.receivedAt, current: read.delivery.kind !== 'webhook' },
        })),
      )
    }
    for (const { delivery, said } of reads) await noteDelivery(change, delivery, said)
    await recordEntries(change, reads)
    await settleEchoes(ctx, change, conversations)
    await recomputeAll(ctx, change, conversations)
  })
}

/** What one channel was told is folded together: one look at what is known serves it all. */
function byChannel(reads: Read[]): Iterable<Read[]> {
  const channels = new Map<string, Read[]>()
  for (const read of reads) channels.set(read.said.channel.id, [...(channels.get(read.said.channel.id) ?? []), read])
  return channels.values()
}

async function recordEntries(change: Change, reads: Read[]): Promise<void> {
  const entries = reads.flatMap(({ delivery, said }) => entriesOf(change.workspaceId, delivery, said))
  // Read again after a mending: what is readable now is no longer set aside.
  const old = change.tx.execute(sql`
    delete from delivery_entry using unnest(
      ${sql.param(reads.map(({ delivery }) => delivery.id))}::uuid[], ${sql.param(reads.map(({ said }) => said.channel.id))}::uuid[]
    ) as read (delivery_id, channel_id)
    where delivery_entry.delivery_id = read.delivery_id and delivery_entry.channel_id = read.channel_id`)
  await Promise.all([old, entries.length > 0 ? change.tx.insert(t.deliveryEntry).values(entries).onConflictDoNothing() : null])
}

function entriesOf(workspaceId: string, delivery: DeliveryRow, said: Said): (typeof t.deliveryEntry.$inferInsert)[] {
  const base = {
    workspaceId,
    deliveryId: delivery.id,
    channelId: said.channel.id,
    platform: delivery.platform,
    kind: delivery.kind,
    receivedAt: delivery.receivedAt,
  }
  const quarantined = said.unknown.map((each) => ({
    ...base,
    id: uuidv7(),
    index: each.index,
    state: 'quarantined' as const,
    reason: each.reason,
    facts: 0,
  }))
  const whole = quarantined.some((each) => each.index === -1)
    ? []
    : [{ ...base, id: uuidv7(), index: -1, state: 'done' as const, reason: null, facts: said.facts.length }]
  return [...whole, ...quarantined]
}

/** The first real delivery makes a channel healthy; the screen should say so at once. A webhook that says and names nothing, such as a test event, is none. */
async function noteDelivery(change: Change, { kind, receivedAt }: DeliveryRow, { channel, facts, wanted }: Said): Promise<void> {
  const byWebhook = kind === 'webhook' && facts.length + wanted.length > 0
  const lately = (before: Date | null) => before !== null && receivedAt.getTime() - before.getTime() < 10_000
  if (lately(channel.lastDeliveryAt) && (!byWebhook || lately(channel.lastWebhookAt))) return
  const first = channel.lastDeliveryAt === null || (byWebhook && channel.lastWebhookAt === null)
  const at = receivedAt.toISOString()
  await change.tx
    .update(t.channel)
    .set({
      lastDeliveryAt: sql`greatest(last_delivery_at, ${at}::timestamptz)`,
      ...(byWebhook && { lastWebhookAt: sql`greatest(last_webhook_at, ${at}::timestamptz)` }),
    })
    .where(eq(t.channel.id, channel.id))
  channel.lastDeliveryAt = receivedAt
  if (byWebhook) channel.lastWebhookAt = receivedAt
  if (first) change.channelsChanged()
}

/** `channel`: where it failed, when that is known. One that nobody's channel could read is kept and logged, but no workspace can be shown it. */
async function setAside(ctx: Context, delivery: DeliveryRow, error: unknown, channel: Said['channel'] | null = null): Promise<void> {
  const reason = reasonOf(error)
  const attempts = delivery.attempts + 1
  const hopeless = error instanceof Unreadable || attempts >= maxAttempts
  ctx.log.warn(
    { delivery: delivery.id, platform: delivery.platform, reason, attempts, hopeless },
    'ingest: a delivery could not be taken in',
  )
  const dueAt = new Date(ctx.now().getTime() + 1000 * 2 ** attempts)
  await ctx.db.system
    .update(t.delivery)
    .set({ attempts, dueAt, quarantined: hopeless ? reason : null })
    .where(eq(t.delivery.id, delivery.id))
  if (!hopeless) return
  const into = channel ?? (await channelOf(ctx, delivery))
  if (into)
    await changing(ctx, into.workspaceId, (change) =>
      recordEntries(change, [{ delivery, said: { channel: into, facts: [], unknown: [{ index: -1, reason }], wanted: [] } }]),
    )
}

async function channelOf(ctx: Context, delivery: DeliveryRow): Promise<Said['channel'] | null> {
  if (delivery.channelId === null) return null
  const rows = await ctx.db.system.select().from(t.channel).where(eq(t.channel.id, delivery.channelId))
  return rows[0] ?? null
}

/** The database is away or shutting down (SQLSTATE classes 08, 53, 57): nothing to do with the delivery. */
function isUnreachable(error: unknown): boolean {
  const code = (error as { code?: string; cause?: { code?: string } }).code ?? (error as { cause?: { code?: string } }).cause?.code
  return typeof code === 'string' && (/^(08|53|57)/.test(code) || code.startsWith('ECONN') || code === 'ENOENT' || code === 'EPIPE')
}
