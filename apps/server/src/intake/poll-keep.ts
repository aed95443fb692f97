import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Claimed, PollRow } from './poll-claim.ts'

/** What a round leaves behind: pages to take in, and where reading stands. */
export type Kept = {
  claimed: Claimed
  deliveries: (typeof t.delivery.$inferInsert & { id: string })[]
  state: Omit<PollRow, 'channelId' | 'workspaceId' | 'platform' | 'leasedUntil'>
}

type Waiting = { kept: Kept; stored: (ids: string[]) => void; failed: (error: unknown) => void }

/** Rounds that end so shortly after another go into the same transaction. */
const gatherMs = 25
const maxRounds = 200

export type Keeper = { keep(kept: Kept): Promise<string[]> }

/**
 * Writes down how rounds ended: pages and cursor of each in one transaction, so a crash repeats and never skips, and many rounds in few transactions. Resolves
 * to the ids of the pages stored, none when another poller has taken the channel meanwhile.
 */
export function openKeeper(ctx: Context, { gathers = true } = {}): Keeper {
  let waiting: Waiting[] = []
  let gathering = false

  async function flush(): Promise<void> {
    if (gathers) await new Promise((resolve) => setTimeout(resolve, gatherMs))
    while (waiting.length > 0) await storeAll(ctx, waiting.splice(0, maxRounds))
    gathering = false
  }

  return {
    keep: (kept) =>
      new Promise((stored, failed) => {
        waiting.push({ kept, stored, failed })
        if (gathering) return
        gathering = true
        void flush()
      }),
  }
}

/** What the round cost. */
function spentMore({ claimed: { poll }, state }: Kept): number {
  return state.spentUsd - (poll.spentMonth === state.spentMonth ? poll.spentUsd : 0)
}

/** When one of them cannot be written, each alone: the others are not its fault. */
async function storeAll(ctx: Context, batch: Waiting[]): Promise<void> {
  try {
    const mine = await store(
      ctx,
      batch.map((each) => each.kept),
    )
    for (const { kept, stored } of batch) stored(mine.has(kept.claimed.channel.id) ? kept.deliveries.map((each) => each.id) : [])
  } catch (error) {
    if (batch.length === 1) return batch[0]!.failed(error)
    for (const each of batch) await storeAll(ctx, [each])
  }
}

/** Ids of the channels that were still ours. */
function store(ctx: Context, batch: Kept[]): Promise<Set<string>> {
  return ctx.db.system.transaction(async (tx) => {
    const column = <T>(value: (kept: Kept) => T) => sql.param(batch.map(value))
    const json = (value: (kept: Kept) => unknown) => column((kept) => (value(kept) === undefined ? null : JSON.stringify(value(kept))))
    const instant = (value: (kept: Kept) => Date | null) => column((kept) => value(kept)?.toISOString() ?? null)
    // What was wanted since this round began stays wanted, and what answers cost meanwhile stays spent. Whoever moved `due_at` meanwhile (connected again, went on) wants it read then, whatever this round came to.
    const { rows } = await tx.execute<{ channel_id: string }>(sql`
      update poll set cursor = coalesce(kept.cursor, poll.cursor), seen = coalesce(kept.seen, poll.seen),
        wanted = case when poll.wanted = kept.given then kept.wanted else kept.wanted || (
          select coalesce(jsonb_agg(each), '[]') from jsonb_array_elements(poll.wanted) each where not kept.given @> jsonb_build_array(each)) end,
        due_at = case when poll.due_at = kept.was_due_at then kept.due_at else least(poll.due_at, kept.due_at) end,
        leased_until = null, last_ok_at = kept.last_ok_at, failures = kept.failures, error = kept.error, calls = kept.calls, used = kept.used,
        quota_left = kept.quota_left, quota_of = kept.quota_of, quota_resets_at = kept.quota_resets_at,
        spent_usd = case when kept.spent_more = 0 then poll.spent_usd when poll.spent_month = kept.spent_month then poll.spent_usd + kept.spent_more else kept.spent_more end,
        spent_month = case when kept.spent_more = 0 then poll.spent_month else kept.spent_month end, open_after = kept.open_after,
        back_cursor = kept.back_cursor, back_reached_at = kept.back_reached_at, back_done_at = kept.back_done_at
      from unnest(
        ${column((kept) => kept.claimed.channel.id)}::uuid[], ${instant((kept) => kept.claimed.leasedUntil)}::timestamptz[],
        ${json((kept) => changed(kept.state.cursor, kept.claimed.poll.cursor))}::jsonb[], ${json((kept) => changed(kept.state.seen, kept.claimed.poll.seen))}::jsonb[],
        ${json((kept) => kept.state.wanted)}::jsonb[], ${json((kept) => kept.claimed.poll.wanted)}::jsonb[], ${instant((kept) => kept.claimed.poll.dueAt)}::timestamptz[], ${instant((kept) => kept.state.dueAt)}::timestamptz[],
        ${instant((kept) => kept.state.lastOkAt)}::timestamptz[], ${column((kept) => kept.state.failures)}::int[], ${column((kept) => kept.state.error)}::text[],
        ${column((kept) => kept.state.calls)}::int[], ${json((kept) => kept.state.used)}::jsonb[], ${column((kept) => kept.state.quotaLeft)}::int[],
        ${column((kept) => kept.state.quotaOf)}::int[], ${instant((kept) => kept.state.quotaResetsAt)}::timestamptz[],
        ${column(spentMore)}::float8[], ${column((kept) => kept.state.spentMonth)}::text[], ${column((kept) => kept.state.openAfter)}::text[],
        ${json((kept) => kept.state.backCursor ?? undefined)}::jsonb[], ${instant((kept) => kept.state.backReachedAt)}::timestamptz[], ${instant((kept) => kept.state.backDoneAt)}::timestamptz[]
      ) as kept (channel_id, leased_until, cursor, seen, wanted, given, was_due_at, due_at, last_ok_at, failures, error, calls, used, quota_left, quota_of,
        quota_resets_at, spent_more, spent_month, open_after, back_cursor, back_reached_at, back_done_at)
      where poll.channel_id = kept.channel_id and poll.leased_until = kept.leased_until
      returning poll.channel_id`)
    const mine = new Set(rows.map((row) => row.channel_id))
    const deliveries = batch.filter((kept) => mine.has(kept.claimed.channel.id)).flatMap((kept) => kept.deliveries)
    if (deliveries.length > 0) await tx.insert(t.delivery).values(deliveries)
    return mine
  })
}

/** Undefined when it is as it was: the row need not carry it again. */
function changed(value: unknown, before: unknown): unknown {
  return JSON.stringify(value) === JSON.stringify(before) ? undefined : value
}
