import { sql } from 'drizzle-orm'
import type { Counts } from '@answerback/core/api'
import type { Queryable } from '../db/connection.ts'
import { iso } from './rows.ts'

const nobody = '00000000-0000-0000-0000-000000000000'

/**
 * The sidebar's numbers, from the counters that a trigger keeps and one look at the head of the index of who waits. Who is snoozed waits, too, and is in
 * every one of them.
 */
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
    (select 'oldest', ${nobody}::uuid, ${nobody}::uuid, false, 0, waiting_since from conversation where waiting_since is not null order by waiting_since, id limit 1)`)
  const snoozedOf: Counts['snoozedOf'] = { unassigned: 0, byChannel: {}, byAssignee: {} }
  const counts: Counts = {
    waiting: 0,
    snoozed: 0,
    unassigned: 0,
    failed: 0,
    snoozedOf,
    oldestWaitingSince: null,
    byChannel: {},
    byAssignee: {},
  }
  for (const row of rows) {
    if (row.state === 'oldest') {
      counts.oldestWaitingSince = iso(row.oldest)
      continue
    }
    if (row.reply_failed) counts.failed += row.count
    if (row.state !== 'waiting' && row.state !== 'snoozed') continue
    counts.waiting += row.count
    add(counts, row)
    if (row.state !== 'snoozed') continue
    counts.snoozed += row.count
    add(snoozedOf, row)
  }
  return counts
}

function add(to: Counts['snoozedOf'], row: { channel_id: string; assignee_id: string; count: number }): void {
  to.byChannel[row.channel_id] = (to.byChannel[row.channel_id] ?? 0) + row.count
  if (row.assignee_id === nobody) to.unassigned += row.count
  else to.byAssignee[row.assignee_id] = (to.byAssignee[row.assignee_id] ?? 0) + row.count
}
