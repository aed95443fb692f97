import { and, eq, inArray, sql } from 'drizzle-orm'
import { missingOf, nextCountMs } from '@answerback/core/completeness'
import { PlatformError } from '@answerback/platforms/error'
import type { Io, Platform, PollInput, PollResult, PostStats } from '@answerback/platforms/platform'
import { platformOf, type Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import type { ChannelRow } from './poll-claim.ts'
import { ledgerOfRow, readLedger, type LedgerRow } from './ledger-held.ts'

/** Threads that one round reads to their end because something is missing there. */
const wholePerRound = 5
const keptHistory = 12
/** A count that the platform would not give is asked for again after this long. */
const askAgainMs = 10 * 60_000

export type WholePost = PollInput['posts'][number]
/** A post whose count is due. */
export type ToCount = { id: string; externalId: string; ref: Record<string, string>; reported: number | null; seenAt: string }
export type Counted = { at: Date; stats: PostStats[]; asked: ToCount[]; failed: boolean }

/**
 * Compares counts that are not settled yet with what is held by now. What agrees, or was read to its end and taken in since, is settled with its reasons; of the
 * others gives the threads that this round is to read whole.
 */
export async function settleLedger(ctx: Context, channel: ChannelRow): Promise<WholePost[]> {
  const takesReplies = platformOf(ctx, channel.platform).can.removalTakesReplies
  const unsettled = sql`l.channel_id = ${channel.id} and l.unsettled order by l.fetched_at nulls first`
  // Asked before the rows are counted: what is taken in meanwhile can only make them more.
  const allTakenIn = await isAllTakenIn(ctx, channel)
  return ctx.db.inWorkspace(channel.workspaceId, async (tx) => {
    const rows = await readLedger(tx, unsettled, { takesReplies, limit: 50 })
    const whole: WholePost[] = []
    for (const row of rows) {
      const ledger = ledgerOfRow({ ...row, read_at: allTakenIn ? row.fetched_at : row.read_at })
      if (ledger.state !== 'fetching') await settle(ctx, tx, row, ledger, allTakenIn)
      else {
        if (row.missing_since === null) await change(tx, row, { missingSince: ctx.now() })
        if (whole.length < wholePerRound) whole.push({ externalId: row.external_id, ref: row.ref, whole: true })
      }
    }
    return whole
  })
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
export async function countPosts(ctx: Context, platform: Platform, io: Io, asked: ToCount[]): Promise<Counted | null> {
  if (asked.length === 0) return null
  const at = ctx.now()
  // Where asking costs money, what a post says of itself must do.
  if (!platform.postStats || platform.costs) return { at, stats: [], asked, failed: false }
  try {
    return {
      at,
      stats: await platform.postStats(io, { posts: asked.map(({ externalId, ref }) => ({ externalId, ref })) }),
      asked,
      failed: false,
    }
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    ctx.log.info({ platform: platform.id, kind: error.kind, reason: error.message }, 'ledger: posts could not be counted')
    return { at, stats: [], asked, failed: true }
  }
}

/** Writes down what a round learned for the ledger: new counts, which are settled in the next round, and which threads were read whole from `startedAt` on. */
export async function keepLedger(
  ctx: Context,
  channel: ChannelRow,
  round: { startedAt: Date; counted: Counted | null; whole: WholePost[]; result: PollResult },
): Promise<void> {
  const read = round.result.read ?? (round.result.trouble ? [] : round.whole.map((post) => post.externalId))
  const fetched = round.whole.map((post) => post.externalId).filter((id) => read.includes(id))
  if (round.counted === null && fetched.length === 0) return
  await ctx.db.inWorkspace(channel.workspaceId, async (tx) => {
    if (fetched.length > 0)
      await tx.execute(sql`
        update post_ledger l set fetched_at = ${round.startedAt.toISOString()}::timestamptz from post p
        where p.id = l.post_id and l.channel_id = ${channel.id} and p.external_id = any(${sql.param(fetched)}::text[])`)
    if (round.counted) await keepCounts(ctx, tx, round.counted)
  })
}

async function keepCounts(ctx: Context, tx: Queryable, { at, stats, asked, failed }: Counted): Promise<void> {
  const said = new Map(stats.map((each) => [each.externalId, each]))
  const counted = asked.flatMap((post) => {
    const stat = said.get(post.externalId)
    if (stat) return [{ id: post.id, reported: stat.replies, counts: stat.counts, withheld: stat.withheld ?? 0, at: at.toISOString() }]
    if (stats.length > 0 || failed || post.reported === null) return []
    return [{ id: post.id, reported: post.reported, counts: 'all', withheld: 0, at: post.seenAt }]
  })
  if (counted.length > 0)
    await tx.execute(sql`
      update post_ledger set reported = said.reported, counts = said.counts, withheld = said.withheld, counted_at = said.at, unsettled = true,
        due_at = ${new Date(at.getTime() + askAgainMs).toISOString()}::timestamptz
      from unnest(${sql.param(counted.map((each) => each.id))}::uuid[], ${sql.param(counted.map((each) => each.reported))}::int[],
        ${sql.param(counted.map((each) => each.counts))}::text[], ${sql.param(counted.map((each) => each.withheld))}::int[],
        ${sql.param(counted.map((each) => each.at))}::timestamptz[]) as said (id, reported, counts, withheld, at)
      where post_id = said.id`)
  const others = asked.map((post) => post.id).filter((id) => !counted.some((each) => each.id === id))
  // Gone there, or the platform does not say.
  if (others.length > 0)
    await tx
      .update(t.postLedger)
      .set({ dueAt: new Date(ctx.now().getTime() + (failed ? askAgainMs : nextCountMs({ idleMs: Number.POSITIVE_INFINITY, tries: 0 }))) })
      .where(and(inArray(t.postLedger.postId, others)))
}
