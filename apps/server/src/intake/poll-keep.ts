import type { Context } from '../context.ts'
import type { schema as t } from '../db/schema.ts'
import type { Claimed, PollRow } from './poll-claim.ts'

/** What a round leaves behind: pages to take in, and where reading stands. */
export type Kept = {
  claimed: Claimed
  deliveries: (typeof t.delivery.$inferInsert & { id: string })[]
  state: Omit<PollRow, 'channelId' | 'workspaceId' | 'platform' | 'leasedUntil'>
}

type Waiting = { kept: Kept; stored: (ids: string[]) => void; failed: (error: unknown) => void }

/** Rounds that end so shortly after another are written together. For those that brought nothing nobody waits. */
const gatherMs = { news: 25, quiet: 100 }
const maxRounds = 200

export type Keeper = { keep(kept: Kept): Promise<string[]> }

/**
 * Writes down how rounds ended: pages and cursor of each in one statement, so a crash repeats and never skips, and many rounds in few statements. Resolves
 * to the ids of the pages stored, none when another poller has taken the channel meanwhile.
 */
export function openKeeper(ctx: Context, { gathers = true } = {}): Keeper {
  let waiting: Waiting[] = []
  let doing: 'nothing' | 'writing' | keyof typeof gatherMs = 'nothing'
  let gathering: NodeJS.Timeout | undefined

  async function write(): Promise<void> {
    doing = 'writing'
    while (waiting.length > 0) await storeAll(ctx, waiting.splice(0, maxRounds))
    doing = 'nothing'
  }

  function gather(pace: keyof typeof gatherMs): void {
    doing = pace
    clearTimeout(gathering)
    gathering = setTimeout(() => void write(), gatherMs[pace])
  }

  return {
    keep: (kept) =>
      new Promise((stored, failed) => {
        waiting.push({ kept, stored, failed })
        const pace = kept.deliveries.length > 0 ? 'news' : 'quiet'
        if (!gathers) {
          if (doing === 'nothing') void write()
        } else if (doing === 'nothing' || (doing === 'quiet' && pace === 'news')) gather(pace)
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

/**
 * Ids of the channels that were still ours. What was wanted since a round began stays wanted, and what answers cost meanwhile stays spent. Whoever moved `due_at` meanwhile
 * (connected again, went on) wants it read then, whatever the round came to.
 */
async function store(ctx: Context, batch: Kept[]): Promise<Set<string>> {
  const column = (value: (kept: Kept) => unknown) => batch.map(value)
  const json = (value: (kept: Kept) => unknown) => column((kept) => (value(kept) === undefined ? null : JSON.stringify(value(kept))))
  const instant = (value: (kept: Kept) => Date | null) => column((kept) => value(kept)?.toISOString() ?? null)
  const pages = batch.flatMap((kept) => kept.deliveries)
  let end = 0
  const { rows } = await ctx.db.systemPool.query<{ channel_id: string }>({
    // Named, so that a connection is sent it and plans it once.
    name: 'keep-rounds',
    text: `
      with mine as (
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
          $1::uuid[], $2::timestamptz[], $3::jsonb[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::int[], $11::text[],
          $12::int[], $13::jsonb[], $14::int[], $15::int[], $16::timestamptz[], $17::float8[], $18::text[], $19::text[], $20::jsonb[], $21::timestamptz[], $22::timestamptz[]
        ) as kept (channel_id, leased_until, cursor, seen, wanted, given, was_due_at, due_at, last_ok_at, failures, error,
          calls, used, quota_left, quota_of, quota_resets_at, spent_more, spent_month, open_after, back_cursor, back_reached_at, back_done_at)
        where poll.channel_id = kept.channel_id and poll.leased_until = kept.leased_until
        returning poll.channel_id),
      stored as (
        insert into delivery (id, platform, channel_id, kind, request, body, received_at, due_at)
        select id, platform, channel_id, kind, request, substring($23::bytea from last - bytes + 1 for bytes), received_at, due_at
        from unnest($24::uuid[], $25::text[], $26::uuid[], $27::text[], $28::jsonb[], $29::int[], $30::int[], $31::timestamptz[], $32::timestamptz[])
          as page (id, platform, channel_id, kind, request, last, bytes, received_at, due_at)
        where channel_id in (select channel_id from mine))
      select channel_id from mine`,
    values: [
      column((kept) => kept.claimed.channel.id),
      instant((kept) => kept.claimed.leasedUntil),
      json((kept) => changed(kept.state.cursor, kept.claimed.poll.cursor)),
      json((kept) => changed(kept.state.seen, kept.claimed.poll.seen)),
      json((kept) => kept.state.wanted),
      json((kept) => kept.claimed.poll.wanted),
      instant((kept) => kept.claimed.poll.dueAt),
      instant((kept) => kept.state.dueAt),
      instant((kept) => kept.state.lastOkAt),
      column((kept) => kept.state.failures),
      column((kept) => kept.state.error),
      column((kept) => kept.state.calls),
      json((kept) => kept.state.used),
      column((kept) => kept.state.quotaLeft),
      column((kept) => kept.state.quotaOf),
      instant((kept) => kept.state.quotaResetsAt),
      column(spentMore),
      column((kept) => kept.state.spentMonth),
      column((kept) => kept.state.openAfter),
      json((kept) => kept.state.backCursor ?? undefined),
      instant((kept) => kept.state.backReachedAt),
      instant((kept) => kept.state.backDoneAt),
      // All pages as one binary value, cut apart where they are stored.
      Buffer.concat(pages.map((page) => page.body)),
      pages.map((page) => page.id),
      pages.map((page) => page.platform),
      pages.map((page) => page.channelId),
      pages.map((page) => page.kind),
      pages.map((page) => JSON.stringify(page.request)),
      pages.map((page) => (end += page.body.length)),
      pages.map((page) => page.body.length),
      pages.map((page) => page.receivedAt.toISOString()),
      pages.map((page) => page.dueAt.toISOString()),
    ],
  })
  return new Set(rows.map((row) => row.channel_id))
}

/** Undefined when it is as it was: the row need not carry it again. */
function changed(value: unknown, before: unknown): unknown {
  return JSON.stringify(value) === JSON.stringify(before) ? undefined : value
}
