import { inArray, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { ChannelRow, PollRow } from './poll-claim.ts'

/** A process that died gives its connections to another after this long. */
const leaseMs = 40_000

/** One channel whose live connection is this process's alone, until then; `renewal` is moving that, or did. */
export type Listening = { channel: ChannelRow; poll: PollRow; leasedUntil: Date; renewal: Promise<unknown> }

/** Takes channels of these platforms that nobody listens to and whose time has come, at most so many. */
export async function claimListens(ctx: Context, platforms: readonly string[], free: number): Promise<Listening[]> {
  if (platforms.length === 0 || free <= 0) return []
  const now = ctx.now()
  const leasedUntil = new Date(now.getTime() + leaseMs)
  // A demo's platforms are gone once its program is.
  const inUse = ctx.env.demo ? sql`` : sql`and not exists (select from workspace w where w.id = p.workspace_id and w.demo)`
  const { rows } = await ctx.db.system.execute<{ channel_id: string }>(sql`
    with due as (
      select p.channel_id from poll p join channel c on c.id = p.channel_id
      where p.platform = any(${sql.param([...platforms])}::text[]) and (p.listen_due_at is null or p.listen_due_at <= ${now.toISOString()}::timestamptz)
        and (p.listen_leased_until is null or p.listen_leased_until <= ${now.toISOString()}::timestamptz)
        and c.paused_at is null and c.disconnected_at is null and c.reauthorize_at is null ${inUse}
      order by p.listen_due_at nulls first limit ${free} for update of p skip locked)
    update poll set listen_leased_until = ${leasedUntil.toISOString()}::timestamptz, live_since = null from due
    where poll.channel_id = due.channel_id returning poll.channel_id`)
  if (rows.length === 0) return []
  const claimed = await ctx.db.system
    .select({ poll: t.poll, channel: t.channel })
    .from(t.poll)
    .innerJoin(t.channel, sql`${t.channel.id} = ${t.poll.channelId}`)
    .where(
      inArray(
        t.poll.channelId,
        rows.map((row) => row.channel_id),
      ),
    )
  return claimed.map((row) => ({ ...row, leasedUntil, renewal: Promise.resolve() }))
}

/** Keeps those that are still ours and still in use, and gives their ids; `leasedUntil` of each moves on. */
export function renewListens(ctx: Context, listening: Listening[]): Promise<Set<string>> {
  const renewal = renew(ctx, listening)
  for (const each of listening) each.renewal = renewal
  return renewal
}

async function renew(ctx: Context, listening: Listening[]): Promise<Set<string>> {
  const leasedUntil = new Date(ctx.now().getTime() + leaseMs)
  const { rows } = await ctx.db.system.execute<{ channel_id: string }>(sql`
    update poll set listen_leased_until = ${leasedUntil.toISOString()}::timestamptz
    from unnest(${idsOf(listening)}::uuid[], ${untilOf(listening)}::timestamptz[]) as mine (channel_id, leased_until), channel c
    where poll.channel_id = mine.channel_id and poll.listen_leased_until = mine.leased_until and c.id = poll.channel_id
      and c.paused_at is null and c.disconnected_at is null and c.reauthorize_at is null
    returning poll.channel_id`)
  const kept = new Set(rows.map((row) => row.channel_id))
  for (const each of listening) if (kept.has(each.channel.id)) each.leasedUntil = leasedUntil
  return kept
}

/** Gives connections back, for whoever comes next. */
export async function releaseListens(ctx: Context, listening: Listening[]): Promise<void> {
  if (listening.length === 0) return
  await ctx.db.system.execute(sql`
    update poll set listen_leased_until = null, live_since = null
    from unnest(${idsOf(listening)}::uuid[], ${untilOf(listening)}::timestamptz[]) as mine (channel_id, leased_until)
    where poll.channel_id = mine.channel_id and poll.listen_leased_until = mine.leased_until`)
}

/** It is live from now on. False when it is somebody else's by now. */
export function noteLive(ctx: Context, listening: Listening): Promise<boolean> {
  const now = ctx.now().toISOString()
  return note(ctx, listening, sql`live_since = ${now}::timestamptz, was_live_at = ${now}::timestamptz`)
}

/** It broke, so many times in a row now, and is to be tried again then. */
export async function noteBroken(ctx: Context, listening: Listening, failures: number, dueAt: Date): Promise<void> {
  const due = sql`listen_failures = ${failures}, listen_due_at = ${dueAt.toISOString()}::timestamptz`
  await note(ctx, listening, sql`live_since = null, listen_leased_until = null, ${due}`)
}

/** Writes what only its holder may write, whom the end of the lease proves. A lease that was just being moved is looked at once more. */
async function note(ctx: Context, listening: Listening, change: ReturnType<typeof sql>): Promise<boolean> {
  for (;;) {
    const { channel, leasedUntil, renewal } = listening
    const { rowCount } = await ctx.db.system.execute(sql`
      update poll set ${change} where channel_id = ${channel.id}::uuid and listen_leased_until = ${leasedUntil.toISOString()}::timestamptz`)
    if ((rowCount ?? 0) > 0) return true
    await renewal.catch(() => {})
    if (listening.leasedUntil === leasedUntil) return false
  }
}

const idsOf = (listening: Listening[]) => sql.param(listening.map((each) => each.channel.id))
const untilOf = (listening: Listening[]) => sql.param(listening.map((each) => each.leasedUntil.toISOString()))
