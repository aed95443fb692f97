import { sql } from 'drizzle-orm'
import type { QueueSummary } from '@answerback/core/api'
import type { Queryable } from '../db/connection.ts'
import { countsOf } from '../live/counts.ts'
import { iso } from '../live/rows.ts'

/** The head of the lead's queue at `now`: who waits (snoozed or not), who is late, what was closed today in the workspace's own day. */
export async function summarizeQueue(tx: Queryable, now: Date): Promise<QueueSummary> {
  const at = now.toISOString()
  const counts = await countsOf(tx)
  const due = await tx.execute<{ late: number; soon: number; liked: number }>(sql`
    select count(*) filter (where due_at <= ${at}::timestamptz) as late,
      count(*) filter (where due_at > ${at}::timestamptz and due_soon_at <= ${at}::timestamptz) as soon,
      count(*) filter (where acknowledged) as liked
    from conversation where waiting_since is not null`)
  const oldest = await tx.execute<{ due_at: Date; due_soon_at: Date }>(
    sql`select due_at, due_soon_at from conversation where waiting_since is not null order by waiting_since, id limit 1`,
  )
  const closed = await tx.execute<{ reason: string; count: number }>(sql`
    select reason, count(*) as count from closing
    where reopened_at is null and created_at >= date_trunc('day', ${at}::timestamptz at time zone (select time_zone from workspace)) at time zone (select time_zone from workspace)
    group by reason`)
  const { late, soon, liked } = due.rows[0]!
  return {
    ...counts,
    late,
    dueSoon: soon,
    oldestDueAt: iso(oldest.rows[0]?.due_at ?? null),
    oldestDueSoonAt: iso(oldest.rows[0]?.due_soon_at ?? null),
    likedNotAnswered: liked,
    closedToday: Object.fromEntries(closed.rows.map((row) => [row.reason, row.count])),
  }
}
