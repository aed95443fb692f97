import { eq, inArray, sql } from 'drizzle-orm'
import { missingOf, nextCountMs } from '@answerback/core/completeness'
import { PlatformError } from '@answerback/platforms/error'
import type { Io, Platform, PollInput, PollResult, PostStats } from '@answerback/platforms/platform'
import { platformOf, type Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import type { ChannelRow } from './poll-claim.ts'
import type { Meter } from './poll-meter.ts'
import { ledgerOfRow, readLedger, type LedgerRow } from './ledger-held.ts'

/** Threads that one round reads to their end because something is missing there. */
const wholePerRound = 5
const keptHistory = 12
/** A count that the platform would not give is asked for again after this long. */
const askAgainMs = 10 * 60_000
const askedAtOnce = 5
/** Where no count tells of everything below a post, it is read to its end with each count, unless it was so lately. */
const readLatelyMs = 30 * 60_000
const mostTries = 10

export type WholePost = PollInput['posts'][number]
/** A post whose count is due. */
export type ToCount = { id: string; externalId: string; ref: Record<string, string>; reported: number | null; seenAt: string }
/** `left`: could not be asked for now. */
export type Counted = { at: Date; stats: PostStats[]; asked: ToCount[]; left: ToCount[] }

/** Threads that a round is to read to their end; `missing`: in some of them something is. */
export type ToRead = { posts: WholePost[]; missing: boolean }

/**
 * Compares counts that are not settled yet with what is held by now. What agrees, or was read to its end and taken in since, is settled with its reasons; of the
 * others gives the threads that this round is to read whole, those where something is missing first.
 */
export async function settleLedger(ctx: Context, channel: ChannelRow): Promise<ToRead> {
  const platform = platformOf(ctx, channel.platform)
  const unsettled = sql`l.channel_id = ${channel.id} and l.unsettled order by l.fetched_at nulls first`
  // Asked before the rows are counted: what is taken in meanwhile can only make them more.
  const allTakenIn = await isAllTakenIn(ctx, channel)
  return ctx.db.inWorkspace(channel.workspaceId, async (tx) => {
    const rows = await readLedger(tx, unsettled, { takesReplies: platform.can.removalTakesReplies, limit: 50 })
    const lacking: WholePost[] = []
    const unseen: WholePost[] = []
    for (const row of rows) {
      const ledger = ledgerOfRow({ ...row, read_at: allTakenIn ? row.fetched_at : row.read_at })
      const post = { externalId: row.external_id, ref: row.ref }
      if (ledger.state === 'fetching') {
        if (row.missing_since === null) await change(tx, row, { missingSince: ctx.now() })
        lacking.push({ ...post, whole: true })
      } else if (mayHoldMore(row) && !isGivenUp(row)) {
        // Where each item that is read costs, the thread is only looked at in its usual way, before others.
        unseen.push(platform.costs ? post : { ...post, whole: true })
      } else await settle(ctx, tx, row, ledger, allTakenIn)
    }
    return { posts: [...lacking, ...unseen].slice(0, wholePerRound), missing: lacking.length > 0 }
  })
}

/** No count, or one of what stands directly below, says nothing of what stands below that. The count was asked for `askAgainMs` before it is due again. */
function mayHoldMore(row: LedgerRow): boolean {
  if (row.reported !== null && row.counts === 'all') return false
  const askedMs = new Date(row.due_at).getTime() - askAgainMs
  return row.fetched_at === null || new Date(row.fetched_at).getTime() < askedMs - readLatelyMs
}

async function isAllTakenIn(ctx: Context, channel: ChannelRow): Promise<boolean> {
  const { rows } = await ctx.db.system.execute(
    sql`select from delivery where done_at is null and quarantined is null and channel_id = ${channel.id} limit 1`,
  )
  return rows.length === 0
}

async function settle(
  ctx: Context,
  tx: Queryable,
  row: LedgerRow,
  ledger: ReturnType<typeof ledgerOfRow>,
  allTakenIn: boolean,
): Promise<void> {
  const now = ctx.now()
  const missing = missingOf(ledger)
  const tries = ledger.state === 'unexplained' ? row.tries + 1 : 0
  const idleMs = now.getTime() - new Date(row.last_at ?? row.platform_at).getTime()
  const last = row.history.at(-1)
  const news = ledger.reported !== null && (last?.reported !== ledger.reported || last.held !== ledger.held || last.missing !== missing)
  await change(tx, row, {
    unsettled: false,
    tries,
    missingSince: missing > 0 ? (row.missing_since === null ? now : new Date(row.missing_since)) : null,
    explainedDifference: ledger.state === 'explained' ? ledger.reported! - ledger.held : null,
    dueAt: new Date(now.getTime() + nextCountMs({ idleMs, tries })),
    ...(allTakenIn && row.fetched_at !== null && { readAt: new Date(row.fetched_at) }),
    ...(news && {
      history: [...row.history, { at: now.toISOString(), reported: ledger.reported!, held: ledger.held, missing }].slice(-keptHistory),
    }),
  })
}

async function change(tx: Queryable, row: LedgerRow, values: Partial<typeof t.postLedger.$inferInsert>): Promise<void> {
  await tx.update(t.postLedger).set(values).where(eq(t.postLedger.postId, row.post_id))
}

/** What the platform counts below these posts now. Where it does not count when asked, what it said when the post was read last. Its failure fails no round. */
export async function countPosts(
  ctx: Context,
  platform: Platform,
  { io, meter }: { io: Io; meter: Meter },
  due: ToCount[],
): Promise<Counted | null> {
  if (due.length === 0) return null
  const at = ctx.now()
  // Where asking costs money, what a post says of itself must do.
  if (!platform.postStats || platform.costs) return { at, stats: [], asked: due, left: [] }
  const stats: PostStats[] = []
  const before = meter.calls
  let size = askedAtOnce
  for (let from = 0; from < due.length; from += size) {
    // Where each post is asked for by itself, few at a time: if the allowance ends in between, what was counted counts. Where a list tells of them all, all the rest.
    if (from > 0 && meter.calls - before < from) size = due.length
    const posts = due.slice(from, from + size).map(({ externalId, ref }) => ({ externalId, ref }))
    try {
      stats.push(...(await platform.postStats(io, { posts })))
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      ctx.log.info({ platform: platform.id, kind: error.kind, reason: error.message }, 'ledger: posts could not be counted')
      return { at, stats, asked: due.slice(0, from), left: due.slice(from) }
    }
  }
  return { at, stats, asked: due, left: [] }
}

/** Nothing is counted there, and many rounds could not read it: it may be gone. It is looked for again when it is due by its age. */
function isGivenUp({ reported, tries }: LedgerRow): boolean {
  return reported === null && tries >= mostTries
}

/** Writes down what a round learned for the ledger: new counts, which are settled in the next round, and which threads were read whole from `startedAt` on. */
export async function keepLedger(
  ctx: Context,
  channel: ChannelRow,
  round: { startedAt: Date; counted: Counted | null; whole: WholePost[]; result: PollResult },
): Promise<void> {
  const { read = [] } = round.result
  const fetched = round.whole.map((post) => post.externalId).filter((id) => read.includes(id))
  const unread = round.result.trouble ? [] : round.whole.map((post) => post.externalId).filter((id) => !read.includes(id))
  if (round.counted === null && fetched.length + unread.length === 0) return
  await ctx.db.inWorkspace(channel.workspaceId, async (tx) => {
    if (fetched.length > 0)
      await tx.execute(sql`
        update post_ledger l set fetched_at = ${round.startedAt.toISOString()}::timestamptz from post p
        where p.id = l.post_id and l.channel_id = ${channel.id} and p.external_id = any(${sql.param(fetched)}::text[])`)
    if (unread.length > 0)
      await tx.execute(sql`
        update post_ledger l set tries = tries + 1 from post p
        where p.id = l.post_id and l.channel_id = ${channel.id} and l.reported is null and p.external_id = any(${sql.param(unread)}::text[])`)
    if (round.counted) await keepCounts(ctx, tx, platformOf(ctx, channel.platform), round.counted)
  })
}

async function keepCounts(ctx: Context, tx: Queryable, { can, postStats }: Platform, { at, stats, asked, left }: Counted): Promise<void> {
  const said = new Map(stats.map((each) => [each.externalId, each]))
  const counted = asked.flatMap((post) => {
    const stat = said.get(post.externalId)
    if (stat) return [{ id: post.id, reported: stat.replies, counts: stat.counts, withheld: stat.withheld ?? 0, at: at.toISOString() }]
    if (stats.length > 0 || post.reported === null) return []
    return [{ id: post.id, reported: post.reported, counts: can.counts ?? 'all', withheld: 0, at: post.seenAt }]
  })
  const againAt = new Date(at.getTime() + askAgainMs)
  if (counted.length > 0)
    await tx.execute(sql`
      update post_ledger set reported = said.reported, counts = said.counts, withheld = said.withheld, counted_at = said.at, unsettled = true,
        due_at = ${againAt.toISOString()}::timestamptz
      from unnest(${sql.param(counted.map((each) => each.id))}::uuid[], ${sql.param(counted.map((each) => each.reported))}::int[],
        ${sql.param(counted.map((each) => each.counts))}::text[], ${sql.param(counted.map((each) => each.withheld))}::int[],
        ${sql.param(counted.map((each) => each.at))}::timestamptz[]) as said (id, reported, counts, withheld, at)
      where post_id = said.id`)
  const setDue = async (posts: { id: string }[], values: Partial<typeof t.postLedger.$inferInsert>): Promise<void> => {
    const ids = posts.map((post) => post.id)
    if (ids.length > 0) await tx.update(t.postLedger).set(values).where(inArray(t.postLedger.postId, ids))
  }
  await setDue(left, { dueAt: againAt })
  // Gone there, or the platform does not say. One that never does is read to its end instead, where it can be asked for what it did not tell.
  const silent = asked.filter((post) => !counted.some((each) => each.id === post.id))
  const isReadInstead = postStats === undefined && !can.gapless && !can.misses?.includes('past')
  const restMs = nextCountMs({ idleMs: Number.POSITIVE_INFINITY, tries: 0 })
  await setDue(silent, isReadInstead ? { dueAt: againAt, unsettled: true } : { dueAt: new Date(at.getTime() + restMs), unsettled: false })
}
