import { sql } from 'drizzle-orm'
import { madeAtMs } from '@answerback/core/completeness'
import type { Channel } from '@answerback/core/api'
import { platformOf, type Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import type { schema as t } from '../db/schema.ts'
import { iso } from '../live/rows.ts'
import { hasAbility } from './abilities.ts'
import { spentThisMonth } from './spending.ts'

type ChannelRow = typeof t.channel.$inferSelect
type PollRow = typeof t.poll.$inferSelect

/** What came last, by channel: `foundAt` and `found` of the newest round of reading that found something new, within a day. */
export type Arrivals = Map<string, { itemAt: Date | null; receivedAt: Date | null; foundAt: Date | null; found: number }>

/** Among so many of the last things that came to a channel is looked for what reading found. */
const lastItems = 50

/** What came last to each channel that this workspace has. A page of a round has the round's instant, and so has what it was the first to show. */
export async function readArrivals(ctx: Context, tx: Queryable): Promise<Arrivals> {
  const since = new Date(ctx.now().getTime() - 86_400_000).toISOString()
  const { rows } = await tx.execute<{
    id: string
    item_at: string | null
    received_at: string | null
    found_at: string | null
    found: number | null
  }>(sql`
    select c.id, last.platform_at as item_at, last.received_at, found.received_at as found_at, found.count as found from channel c
      left join lateral (select platform_at, received_at from message m where m.channel_id = c.id and not m.ours order by m.received_at desc limit 1) last on true
      left join lateral (
        select received_at, count(*)::int as count from (
          select received_at from message m where m.channel_id = c.id and not m.ours and m.received_at > ${since}::timestamptz
            and m.platform_at >= c.connected_at order by m.received_at desc limit ${lastItems}) item
        where exists (select from delivery_entry e where e.workspace_id = c.workspace_id and e.state = 'done' and e.received_at = item.received_at
          and e.channel_id = c.id and e.kind <> 'webhook')
        group by received_at order by received_at desc limit 1) found on true`)
  const date = (value: string | null) => (value === null ? null : new Date(value))
  return new Map(
    rows.map((row) => [
      row.id,
      { itemAt: date(row.item_at), receivedAt: date(row.received_at), foundAt: date(row.found_at), found: row.found ?? 0 },
    ]),
  )
}

/** How a channel does, beyond its state. */
export function healthOf(ctx: Context, channel: ChannelRow, poll: PollRow | undefined, arrivals: Arrivals): Channel['health'] {
  const platform = platformOf(ctx, channel.platform)
  const came = arrivals.get(channel.id)
  const { itemAt = null, receivedAt = null, foundAt = null, found = 0 } = came ?? {}
  const quotaHolds = poll?.quotaLeft != null && (poll.quotaResetsAt === null || poll.quotaResetsAt > ctx.now())
  return {
    lastWebhookAt: iso(channel.lastWebhookAt),
    live: poll ? liveOf(ctx, channel, poll) : null,
    lastItemAt: iso(itemAt),
    // What was written before the channel was first read came late for no fault of ours.
    lagMs:
      itemAt === null || receivedAt === null || itemAt.getTime() < Math.max(channel.connectedAt.getTime(), madeAtMs(channel.id))
        ? null
        : Math.max(0, receivedAt.getTime() - itemAt.getTime()),
    foundByReading:
      hasAbility(platform, channel.settings, 'webhook') && foundAt !== null ? { count: found, at: foundAt.toISOString() } : null,
    past: poll?.backTo && poll.backDoneAt === null ? { backTo: poll.backTo.toISOString(), reachedAt: iso(poll.backReachedAt) } : null,
    quota: quotaHolds ? { left: poll.quotaLeft!, of: poll.quotaOf, resetsAt: iso(poll.quotaResetsAt) } : null,
    spent:
      platform.costs === undefined
        ? null
        : { usd: spentThisMonth(poll, ctx.now()), capUsd: channel.monthlyCapUsd, capsReplies: channel.capReplies },
  }
}

/** Whoever holds it says so again and again; one that broke once and came back at once was never lost. */
function liveOf(ctx: Context, channel: ChannelRow, poll: PollRow): Channel['health']['live'] {
  if (channel.pausedAt !== null || channel.disconnectedAt !== null || channel.reauthorizeAt !== null) return null
  const isHeld = poll.listenLeasedUntil !== null && poll.listenLeasedUntil > ctx.now()
  if (poll.liveSince !== null && isHeld) return 'connected'
  return poll.wasLiveAt !== null && (poll.listenFailures > 0 || poll.liveSince !== null) ? 'lost' : null
}
