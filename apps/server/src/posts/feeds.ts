import { createHash } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import type { ChannelFeedView } from '@answerback/core/connect-api'
import { Problem } from '@answerback/core/problem'
import { readFeed, type FeedEntry } from '@answerback/platforms/feed'
import { isInUse } from '../access/channels.ts'
import { checkHost } from '../access/hosts.ts'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { changing } from '../live/change-log.ts'
import { announcePost } from './announce.ts'
import { fetchFeed, type Fetched } from './fetch-feed.ts'

type FeedRow = typeof t.feed.$inferSelect
type ChannelRow = typeof t.channel.$inferSelect

/** How often a feed is read, unless its server asks for more patience or it fails. */
const everyMs = 5 * 60_000
const longestPauseMs = 6 * 3_600_000
const leaseMs = 60_000
const feedsAtOnce = 5
const keptSeen = 500
/** Of what stands in a feed when it is first read, only this is news. */
const newsMs = 24 * 3_600_000
/** A feed that turns over more than this at once is not publishing; the channel's own rounds read the rest. */
const maxAnnounced = 20

/**
 * Gives a channel the feed in which its posts appear. It is read once before it is kept: `connection_refused` in words for an address that gives no feed,
 * `host_not_allowed` for one that leads inside.
 */
export async function setFeed(ctx: Context, channel: ChannelRow, url: string): Promise<ChannelFeedView> {
  if (channel.disconnectedAt !== null) throw new Problem('channel_off', `${channel.handle} was disconnected. Connect it again first.`)
  await checkHost(url, ctx.env.allowedHosts)
  const fresh = { channelId: channel.id, workspaceId: channel.workspaceId, url }
  const blank = { etag: null, lastModified: null, seen: null, dueAt: ctx.now(), lastOkAt: null, failures: 0, error: null }
  const fetched = await fetchFeed(ctx, { ...fresh, ...blank })
  const entries = entriesOf(fetched, url)
  if (typeof entries === 'string') throw new Problem('connection_refused', `This cannot be read as a feed: ${entries}`)
  await ctx.db.system
    .insert(t.feed)
    .values({ ...fresh, ...blank })
    .onConflictDoUpdate({ target: t.feed.channelId, set: { url, ...blank } })
  await settle(ctx, { ...fresh, ...blank }, channel, fetched)
  return (await findFeed(ctx, channel))!
}

/** The channel's feed, or null. */
export async function findFeed(ctx: Context, channel: ChannelRow): Promise<ChannelFeedView | null> {
  const [row] = await ctx.db.system.select().from(t.feed).where(eq(t.feed.channelId, channel.id))
  if (!row) return null
  const { url, lastOkAt, dueAt, error } = row
  return { url, lastReadAt: lastOkAt?.toISOString() ?? null, nextReadAt: dueAt?.toISOString() ?? null, error }
}

/** Takes a channel's feed away; one that has none is as it should be. */
export async function removeFeed(ctx: Context, channel: ChannelRow): Promise<void> {
  await ctx.db.system.delete(t.feed).where(eq(t.feed.channelId, channel.id))
}

/** Reads the feeds that are due, a few at a time, each by one process. Resolves to how many there were. */
export async function readFeeds(ctx: Context): Promise<number> {
  const claimed = await ctx.db.system
    .update(t.feed)
    .set({ dueAt: new Date(ctx.now().getTime() + leaseMs) })
    .where(
      sql`${t.feed.channelId} in (select channel_id from feed where due_at <= ${ctx.now().toISOString()}::timestamptz order by due_at limit ${feedsAtOnce} for update skip locked)`,
    )
    .returning()
  const ends = await Promise.allSettled(claimed.map((row) => readOne(ctx, row)))
  // One that fails is claimed again once its lease is over, and holds up no other.
  for (const [index, end] of ends.entries())
    if (end.status === 'rejected')
      ctx.log.warn({ channel: claimed[index]!.channelId, reason: (end.reason as Error).message }, 'feed: a round failed')
  return claimed.length
}

async function readOne(ctx: Context, row: FeedRow): Promise<void> {
  const [channel] = await ctx.db.system.select().from(t.channel).where(eq(t.channel.id, row.channelId))
  if (channel && isInUse(channel)) return settle(ctx, row, channel, await fetchFeed(ctx, row))
  await keep(ctx, row, { dueAt: new Date(ctx.now().getTime() + everyMs) })
}

/** Announces what is new in it, oldest first, and writes down where reading stands: a crash between the two announces again, which changes nothing. */
async function settle(ctx: Context, row: FeedRow, channel: ChannelRow, fetched: Fetched): Promise<void> {
  const now = ctx.now()
  const later = (ms: number): Date => new Date(now.getTime() + Math.max(ms, fetched.waitMs))
  if (fetched.kind === 'same') return keep(ctx, row, { dueAt: later(everyMs), lastOkAt: now, failures: 0, error: null })
  const entries = entriesOf(fetched, row.url)
  if (typeof entries === 'string') {
    const failures = row.failures + 1
    const pauseMs = Math.min(longestPauseMs, everyMs * 2 ** Math.min(failures - 1, 10))
    ctx.log.warn({ channel: row.channelId, reason: entries, failures }, 'feed: could not be read')
    return keep(ctx, row, { dueAt: fetched.kind === 'gone' ? null : later(pauseMs), failures, error: entries })
  }
  const seen = new Set(row.seen ?? [])
  const unseen = entries.filter((entry) => !seen.has(hashOf(entry)))
  const isNews = ({ publishedAt }: FeedEntry): boolean =>
    row.seen !== null || (publishedAt !== null && publishedAt.getTime() > now.getTime() - newsMs)
  const news = unseen.filter((entry) => entry.url !== null && isNews(entry)).slice(0, maxAnnounced)
  for (const { url, title, publishedAt } of news.toReversed()) {
    const announced = { url: url!, text: title, ...(publishedAt && { publishedAt }) }
    await changing(ctx, row.workspaceId, (change) => announcePost(ctx, change, channel, announced))
  }
  await keep(ctx, row, {
    ...{ etag: fetched.kind === 'read' ? fetched.etag : null, lastModified: fetched.kind === 'read' ? fetched.lastModified : null },
    ...{ seen: [...new Set([...entries.map(hashOf), ...seen])].slice(0, keptSeen), dueAt: later(everyMs) },
    ...{ lastOkAt: now, failures: 0, error: null },
  })
}

/** The entries, or why there are none, in words. */
function entriesOf(fetched: Fetched, url: string): FeedEntry[] | string {
  if (fetched.kind === 'read') return readFeed(fetched.body, url) ?? 'what is there is neither RSS nor Atom nor JSON Feed'
  return fetched.kind === 'same' ? [] : fetched.why
}

function hashOf({ id }: FeedEntry): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 22)
}

/** Unless it was given another address, or taken away, meanwhile. */
async function keep(ctx: Context, { channelId, url }: FeedRow, state: Partial<FeedRow>): Promise<void> {
  await ctx.db.system
    .update(t.feed)
    .set(state)
    .where(and(eq(t.feed.channelId, channelId), eq(t.feed.url, url)))
}
