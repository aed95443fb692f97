import { sql } from 'drizzle-orm'
import type { Counts } from '@answerback/core/api'
import type { Queryable } from '../db/connection.ts'
import { iso } from './rows.ts'

const nobody = '00000000-0000-0000-0000-000000000000'

/** The sidebar's numbers, from the counters that a trigger keeps and one look at the head of the waiting index. */
export async function countsOf(tx: Queryable): Promise<Counts> {
  const { rows } = await tx.execute<{
    state: string
    channel_id: string
    assignee_id: string
    reply_failed: boolean
    count: number
    oldest: Date | string | null
  }>(sql`
    select state, channel_id, assignee_id, reply_failed, count, null::timestamptz as oldest from conversation_count where count > 0 and (state in ('waiting', 'snoozed') or reply_failed)
    union all
    (select 'oldest', ${nobody}::uuid, ${nobody}::uuid, false, 0, waiting_since from conversation where state = 'waiting' order by waiting_since, id limit 1)`)
  const counts: Counts = { waiting: 0, snoozed: 0, unassigned: 0, failed: 0, oldestWaitingSince: null, byChannel: {}, byAssignee: {} }
  for (const row of rows) {
    if (row.state === 'oldest') {
      counts.oldestWaitingSince = iso(row.oldest)
      continue
    }
    if (row.reply_failed) counts.failed += row.count
    if (row.state === 'snoozed') counts.snoozed += row.count
    if (row.state !== 'waiting') continue
    counts.waiting += row.count
    counts.byChannel[row.channel_id] = (counts.byChannel[row.channel_id] ?? 0) + row.count
    if (row.assignee_id === nobody) counts.unassigned += row.count
    else counts.byAssignee[row.assignee_id] = (counts.byAssignee[row.assignee_id] ?? 0) + row.count
  }
  return counts
}
