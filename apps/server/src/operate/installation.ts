import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'

/** Upper bounds of the reply histogram, in seconds: five minutes to a week, with the targets that people set among them. */
export const replyBucketsSeconds = [300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 604_800] as const

/** Platform or platform and state; neither is about a person. */
export type Count = { platform: string; state: string; count: number }

/** What all processes and workspaces together are doing, read from the rows. Instants are already ages, in seconds. */
export type Installation = {
  waiting: { platform: string; count: number; oldestSeconds: number }[]
  /** Of each platform: answers within each of `replyBucketsSeconds`, all answers, and their seconds together. */
  replies: { platform: string; within: number[]; count: number; seconds: number }[]
  attempts: Count[]
  replyStates: Count[]
  deliveries: Count[]
  /** The oldest delivery that is stored and not yet taken in. */
  lag: { platform: string; seconds: number }[]
  polls: { platform: string; failing: number; failures: number }[]
  reauthorize: { platform: string; count: number }[]
}

/** Reads it workspace by workspace behind the walls, and what has no workspace past them. Grows with turns and deliveries: ask seldom. */
export async function readInstallation(ctx: Context): Promise<Installation> {
  const workspaces = await ctx.db.system.select({ id: t.workspace.id }).from(t.workspace)
  const parts = []
  for (const { id } of workspaces) parts.push(await readWorkspace(ctx, id))
  return {
    waiting: merge(
      parts.flatMap((part) => part.waiting),
      (a, b) => ({ ...a, count: a.count + b.count, oldestSeconds: Math.max(a.oldestSeconds, b.oldestSeconds) }),
    ),
    replies: merge(
      parts.flatMap((part) => part.replies),
      (a, b) => ({
        ...a,
        within: a.within.map((count, at) => count + b.within[at]!),
        count: a.count + b.count,
        seconds: a.seconds + b.seconds,
      }),
    ),
    attempts: merge(
      parts.flatMap((part) => part.attempts),
      add,
    ),
    replyStates: merge(
      parts.flatMap((part) => part.replyStates),
      add,
    ),
    ...(await readShared(ctx)),
  }
}

function readWorkspace(ctx: Context, workspaceId: string) {
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const within = sql.join(
    replyBucketsSeconds.map((seconds) => sql`count(*) filter (where seconds <= ${sql.raw(String(seconds))})`),
    sql`, `,
  )
  return ctx.db.inWorkspace(workspaceId, async (tx) => ({
    waiting: (
      await tx.execute<Installation['waiting'][number]>(sql`
        select platform, count(*) as count, greatest(0, extract(epoch from ${at} - min(waiting_since)))::float8 as "oldestSeconds"
        from conversation where state = 'waiting' group by platform`)
    ).rows,
    replies: (
      await tx.execute<Installation['replies'][number]>(sql`
        select platform, array[${within}]::int[] as within, count(*) as count, coalesce(sum(seconds), 0)::float8 as seconds
        from (select c.platform, extract(epoch from u.end_at - u.start_at) as seconds from turn u join channel c on c.id = u.channel_id
              where u.state = 'answered' and u.end_at is not null) as answered
        group by platform`)
    ).rows,
    attempts: (
      await tx.execute<Count>(sql`
        select c.platform, a.outcome as state, count(*) as count from reply_attempt a
        join reply r on r.id = a.reply_id join channel c on c.id = r.channel_id
        where a.outcome in ('rejected', 'not_sent', 'unknown') group by 1, 2`)
    ).rows,
    replyStates: (
      await tx.execute<Count>(sql`
        select c.platform, r.state, count(*) as count from reply r join channel c on c.id = r.channel_id group by 1, 2`)
    ).rows,
  }))
}

async function readShared(ctx: Context) {
  const { system } = ctx.db
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const deliveries = await system.execute<Count>(sql`
    select platform, case when quarantined is not null then 'quarantined' when done_at is not null then 'done' else 'waiting' end as state,
      count(*) as count from delivery group by 1, 2`)
  const lag = await system.execute<Installation['lag'][number]>(sql`
    select platform, greatest(0, extract(epoch from ${at} - min(received_at)))::float8 as seconds
    from delivery where done_at is null and quarantined is null group by platform`)
  const polls = await system.execute<Installation['polls'][number]>(sql`
    select platform, count(*) filter (where failures > 0) as failing, sum(failures)::int as failures from poll group by platform`)
  const reauthorize = await system.execute<Installation['reauthorize'][number]>(sql`
    select platform, count(*) filter (where reauthorize_at is not null) as count from channel group by platform`)
  return { deliveries: deliveries.rows, lag: lag.rows, polls: polls.rows, reauthorize: reauthorize.rows }
}

function merge<T extends { platform: string; state?: string }>(rows: T[], join: (a: T, b: T) => T): T[] {
  const byName = new Map<string, T>()
  for (const row of rows) {
    const name = `${row.platform} ${row.state ?? ''}`
    const before = byName.get(name)
    byName.set(name, before ? join(before, row) : row)
  }
  return [...byName.values()]
}

function add(a: Count, b: Count): Count {
  return { ...a, count: a.count + b.count }
}
