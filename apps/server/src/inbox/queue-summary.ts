import { sql } from 'drizzle-orm'
import type { QueueSummary } from '@answerback/core/api'
import type { Queryable } from '../db/connection.ts'
import { countsOf } from '../live/counts.ts'

/** The head of the lead's queue at `now`: who waits, who is late, what was closed today in the workspace's own day. */
export async function summarizeQueue(tx: Queryable, now: Date): Promise<QueueSummary> {
  const at = now.toISOString()
  const counts = await countsOf(tx)
  const due = await tx.execute<{ late: number; soon: number; liked: number }>(sql`
    select count(*) filter (where due_at <= ${at}::timestamptz) as late,
      count(*) filter (where due_at > ${at}::timestamptz and due_at - (due_at - waiting_since) * 0.25 <= ${at}::timestamptz) as soon,
      count(*) filter (where acknowledged) as liked
    from conversation where state = 'waiting'`)
  const closed = await tx.execute<{ reason: string; count: number }>(sql`
    select reason, count(*) as count from closing
    where reopened_at is null and created_at >= date_trunc('day', ${at}::timestamptz at time zone (select time_zone from workspace)) at time zone (select time_zone from workspace)
    group by reason`)
  const { late, soon, liked } = due.rows[0]!
  return {
    ...counts,
    late,
    dueSoon: soon,
    likedNotAnswered: liked,
    closedToday: Object.fromEntries(closed.rows.map((row) => [row.reason, row.count])),
  }
}
