import { createHash } from 'node:crypto'
import { and, desc, eq, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { PlatformError } from '@answerback/platforms/error'
import type { PolledPage, PollResult } from '@answerback/platforms/platform'
import { ioOf } from '../access/channel-io.ts'
import { isInUse } from '../access/channels.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { changing } from '../live/change-log.ts'
import { sweepAfter } from './store.ts'

/** A poller that died gives its channels back after this long. */
const leaseMs = 60_000
/** Our posts whose threads are read, and open messages that are read again, each round. */
const postsPerRound = 20
const openPerRound = 50
const maxPauseMs = 15 * 60_000

type ChannelRow = typeof t.channel.$inferSelect
type PollRow = typeof t.poll.$inferSelect

/** Gives back what a process that is gone had claimed: for one that has the database to itself, at its start. */
export async function releasePolls(ctx: Context): Promise<void> {
  await ctx.db.system.update(t.poll).set({ leasedUntil: null })
}

/** Takes up to `limit` channels that are due, for this process alone, oldest due first. Those of a demo that is over have nobody to ask. */
export async function claimPolls(ctx: Context, limit: number): Promise<string[]> {
  const now = ctx.now()
  const { rows } = await ctx.db.system.execute<{ channel_id: string }>(sql`
    update poll set leased_until = ${new Date(now.getTime() + leaseMs).toISOString()}::timestamptz
    where channel_id in (
      select channel_id from poll where due_at <= ${now.toISOString()}::timestamptz and (leased_until is null or leased_until < ${now.toISOString()}::timestamptz)
        and (${ctx.env.demo} or not exists (select from channel c join workspace w on w.id = c.workspace_id where c.id = poll.channel_id and w.demo))
      order by due_at limit ${limit} for update skip locked)
    returning channel_id`)
  return rows.map((row) => row.channel_id)
}

/**
 * Reads one claimed channel: pages are stored and the cursor advances in one transaction, so a crash repeats and never skips.
 * A failure is kept with the channel, in words, and only postpones this channel.
 */
export async function pollChannel(ctx: Context, channelId: string): Promise<void> {
  const channels = await ctx.db.system.select().from(t.channel).where(eq(t.channel.id, channelId))
  const polls = await ctx.db.system.select().from(t.poll).where(eq(t.poll.channelId, channelId))
  const channel = channels[0]
  const poll = polls[0]
  if (!channel || !poll) return
  if (!isInUse(channel)) return postpone(ctx, poll, maxPauseMs, poll.error)
  try {
    const platform = platformOf(ctx, channel.platform)
    const result = await platform.poll(await ioOf(ctx, channel), { cursor: poll.cursor, ...(await wanted(ctx, channel)) })
    const deliveryIds = await keep(ctx, channel, poll, result)
    if (deliveryIds.length > 0) await ctx.queue.add('ingest', [{ deliveryIds }])
    // Part of it could not be read; the rest is kept and the cursor stands where it says.
    if (result.trouble) return noteFailure(ctx, channel, poll, result.trouble)
    if (poll.failures > 0) await changing(ctx, channel.workspaceId, async (change) => change.channelsChanged())
  } catch (error) {
    await noteFailure(ctx, channel, poll, error)
  }
}

/** What to read besides the notifications: threads of recent posts, and open messages that may have been edited or deleted. */
function wanted(ctx: Context, channel: ChannelRow) {
  return ctx.db.inWorkspace(channel.workspaceId, async (tx) => ({
    posts: await tx
      .select({ externalId: t.post.externalId, ref: t.post.ref })
      .from(t.post)
      .where(and(eq(t.post.channelId, channel.id), sql`ours and removed_at is null`))
      .orderBy(desc(t.post.platformAt))
      .limit(postsPerRound),
    open: (
      await tx.execute<{ externalId: string }>(sql`
        select m.external_id as "externalId" from conversation c join message m on m.id = c.waiting_message_id
        where c.channel_id = ${channel.id} and c.state = 'waiting' order by c.waiting_since limit ${openPerRound}`)
    ).rows,
  }))
}

async function keep(ctx: Context, channel: ChannelRow, poll: PollRow, result: PollResult): Promise<string[]> {
  const now = ctx.now()
  const seen = { ...poll.seen }
  const fresh = result.pages.filter((page) => {
    const hash = createHash('sha256').update(JSON.stringify(page.request)).update(page.body).digest('base64url')
    if (seen[page.resource] === hash) return false
    seen[page.resource] = hash
    return true
  })
  const rows = fresh.map((page) => deliveryOf(channel, page, now))
  await ctx.db.system.transaction(async (tx) => {
    if (rows.length > 0) await tx.insert(t.delivery).values(rows)
    await tx
      .update(t.poll)
      .set({
        cursor: result.cursor,
        seen: recent(seen, result.pages),
        dueAt: new Date(now.getTime() + result.waitMs),
        leasedUntil: null,
        lastOkAt: now,
        failures: 0,
        error: null,
      })
      .where(eq(t.poll.channelId, channel.id))
  })
  return rows.map((row) => row.id)
}

function deliveryOf(channel: ChannelRow, page: PolledPage, now: Date): typeof t.delivery.$inferInsert & { id: string } {
  return {
    id: uuidv7(),
    platform: channel.platform,
    channelId: channel.id,
    kind: page.kind,
    request: page.request,
    body: Buffer.from(page.body, 'utf8'),
    receivedAt: now,
    dueAt: sweepAfter(now),
  }
}

/** Hashes of what is still being read, and of the newest of the rest: the map must not grow for ever. */
function recent(seen: Record<string, string>, pages: PolledPage[]): Record<string, string> {
  const read = new Set(pages.map((page) => page.resource))
  const rest = Object.keys(seen).filter((resource) => !read.has(resource))
  for (const resource of rest.slice(0, Math.max(0, rest.length - 500))) delete seen[resource]
  return seen
}

async function noteFailure(ctx: Context, channel: ChannelRow, poll: PollRow, error: unknown): Promise<void> {
  const kind = error instanceof PlatformError ? error.kind : 'unavailable'
  const failures = poll.failures + 1
  ctx.log.warn(
    {
      channel: channel.id,
      platform: channel.platform,
      kind,
      reason: (error as Error).message,
      failures,
      ...(error instanceof PlatformError ? {} : { err: error }),
    },
    'poll: could not read a channel',
  )
  const backoffMs = Math.min(maxPauseMs, 5_000 * 2 ** Math.min(failures - 1, 8))
  const waitMs = error instanceof PlatformError && error.retryAfterMs !== null ? Math.max(1_000, error.retryAfterMs) : backoffMs
  await postpone(ctx, poll, waitMs, (error as Error).message, failures)
  await changing(ctx, channel.workspaceId, async (change) => {
    if (kind === 'reauthorize') await change.tx.update(t.channel).set({ reauthorizeAt: ctx.now() }).where(eq(t.channel.id, channel.id))
    if (kind === 'reauthorize' || failures <= 3) change.channelsChanged()
  })
}

async function postpone(ctx: Context, poll: PollRow, waitMs: number, error: string | null, failures = poll.failures): Promise<void> {
  await ctx.db.system
    .update(t.poll)
    .set({ dueAt: new Date(ctx.now().getTime() + waitMs), leasedUntil: null, error, failures })
    .where(eq(t.poll.channelId, poll.channelId))
}
