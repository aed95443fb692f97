import { eq, sql } from 'drizzle-orm'
import { missingOf, sumLedgers } from '@answerback/core/completeness'
import type { ChannelCompleteness, PostCompleteness } from '@answerback/core/completeness-api'
import { platformOf, type Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { iso } from '../live/rows.ts'
import { ledgerOfRow, readLedger, type LedgerRow } from './ledger-held.ts'

/** Posts of so many days are shown, and older ones where something is missing. */
const days = 30
const mostPosts = 500
/** A count that is not older than this is not asked for again. */
const freshMs = 30_000

type ChannelRow = typeof t.channel.$inferSelect

/** Every channel's ledger, in the order of connecting. */
export async function channelLedgers(ctx: Context, tx: Queryable): Promise<ChannelCompleteness[]> {
  const channels = await tx.select().from(t.channel).orderBy(t.channel.connectedAt, t.channel.id)
  const items: ChannelCompleteness[] = []
  for (const channel of channels) items.push(sumOf(channel, await rowsOfChannel(ctx, tx, channel)))
  return items
}

/** A channel's posts: those where something is missing first, then the newest. */
export async function postLedgers(ctx: Context, tx: Queryable, channel: ChannelRow): Promise<PostCompleteness[]> {
  const items = (await rowsOfChannel(ctx, tx, channel)).map(presentPost)
  return items.toSorted((a, b) => Number(b.missing > 0) - Number(a.missing > 0) || (a.platformAt < b.platformAt ? 1 : -1))
}

function rowsOfChannel(ctx: Context, tx: Queryable, channel: ChannelRow): Promise<LedgerRow[]> {
  const { removalTakesReplies: takesReplies } = platformOf(ctx, channel.platform).can
  return readLedger(tx, sql`l.channel_id = ${channel.id} and ${inWindow(ctx)} order by p.platform_at desc`, {
    takesReplies,
    limit: mostPosts,
  })
}

function inWindow(ctx: Context) {
  const since = new Date(ctx.now().getTime() - days * 86_400_000).toISOString()
  return sql`(p.platform_at >= ${since}::timestamptz or l.missing_since is not null)`
}

function sumOf(channel: ChannelRow, rows: LedgerRow[]): ChannelCompleteness {
  const counted = rows.map((row) => iso(row.counted_at))
  const lags = rows.flatMap((row) => row.lag_ms ?? [])
  return {
    channelId: channel.id,
    days,
    ...sumLedgers(rows.map(ledgerOfRow)),
    countedAt: counted.includes(null) ? null : (counted.toSorted()[0] ?? null),
    lagMs: lags.length === 0 ? null : Math.max(...lags),
  }
}

function presentPost(row: LedgerRow): PostCompleteness {
  const ledger = ledgerOfRow(row)
  return {
    postId: row.post_id,
    text: row.text,
    url: row.url,
    platformAt: iso(row.platform_at)!,
    ...ledger,
    missing: missingOf(ledger),
    countedAt: iso(row.counted_at),
    nextCountAt: iso(row.due_at)!,
    missingSince: iso(row.missing_since),
    lagMs: row.lag_ms,
    history: row.history,
  }
}

/** The channel's posts are counted in its next round, which is now. */
export async function checkNow(ctx: Context, channel: ChannelRow): Promise<void> {
  const now = ctx.now()
  const stale = new Date(now.getTime() - freshMs).toISOString()
  await ctx.db.inWorkspace(channel.workspaceId, (tx) =>
    tx.execute(sql`
      update post_ledger l set due_at = ${now.toISOString()}::timestamptz, unsettled = l.unsettled and l.reported is not null from post p
      where p.id = l.post_id and l.channel_id = ${channel.id} and ${inWindow(ctx)} and (l.counted_at is null or l.counted_at < ${stale}::timestamptz)`),
  )
  await ctx.db.system
    .update(t.poll)
    .set({ dueAt: sql`least(due_at, ${now.toISOString()}::timestamptz)` })
    .where(eq(t.poll.channelId, channel.id))
}
