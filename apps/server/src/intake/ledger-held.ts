import { sql, type SQL } from 'drizzle-orm'
import { ledgerOf, type Ledger } from '@answerback/core/completeness'
import type { Queryable } from '../db/connection.ts'
import type { SettledCount } from '../db/tables/ledger.ts'

/** One post's row in the ledger, with what is held of it at this moment. Instants are null or as PostgreSQL writes them. */
export type LedgerRow = {
  post_id: string
  channel_id: string
  external_id: string
  ref: Record<string, string>
  text: string
  url: string | null
  platform_at: string
  reported: number | null
  counts: 'all' | 'top'
  withheld: number
  counted_at: string | null
  fetched_at: string | null
  read_at: string | null
  explained_difference: number | null
  tries: number
  missing_since: string | null
  due_at: string
  history: SettledCount[]
  visible: number
  hidden: number
  deleted: number
  deleted_since: number
  private: number
  /** When somebody last wrote below it, and the longest that anything written since the connection took to reach us, within the days that were asked for. */
  last_at: string | null
  lag_ms: number | null
}

/**
 * Ledger rows with what we hold, counted now: what was on the platform when it counted, in the classes of the ledger. `where` chooses among `l` (post_ledger) and `p`
 * (post). `takesReplies`: removing a comment there takes the replies below it.
 */
export async function readLedger(
  tx: Queryable,
  where: SQL,
  { takesReplies, limit }: { takesReplies: boolean; limit: number },
): Promise<LedgerRow[]> {
  const gone = sql.raw("(m.removed_at is not null or coalesce(m.absent_at >= coalesce(m.seen_at, '-infinity'), false))")
  const goneAbove = takesReplies
    ? sql`or exists (select from message a where a.workspace_id = m.workspace_id and a.platform = m.platform and a.external_id = m.parent_external_id and a.removed_at is not null)`
    : sql``
  const { rows } = await tx.execute<LedgerRow>(sql`
    select l.post_id, l.channel_id, p.external_id, p.ref, p.text, p.url, p.platform_at, l.reported, l.counts, l.withheld, l.counted_at, l.fetched_at, l.read_at,
      l.explained_difference, l.tries, l.missing_since, l.due_at, l.history, h.*
    from post_ledger l join post p on p.id = l.post_id join channel c on c.id = l.channel_id, lateral (
      select
        count(*) filter (where not gone and not hidden and not private)::int as visible,
        count(*) filter (where not gone and hidden and not private)::int as hidden,
        count(*) filter (where gone and not private)::int as deleted,
        count(*) filter (where gone and not private and gone_at > l.counted_at)::int as deleted_since,
        count(*) filter (where private)::int as private,
        max(said_at) as last_at,
        (extract(epoch from max(came_at - said_at) filter (where said_at >= c.connected_at)) * 1000)::float8 as lag_ms
      from (
        select m.hidden, m.private, (${gone} ${goneAbove}) as gone, coalesce(m.removed_at, m.absent_at) as gone_at, m.platform_at as said_at, m.received_at as came_at
        from message m
        where m.workspace_id = l.workspace_id and m.platform = p.platform and m.platform_at <= coalesce(l.counted_at, 'infinity')
          and case l.counts when 'top' then m.parent_external_id = p.external_id else m.post_external_id = p.external_id end
        union all
        select false, false, o.removed_at is not null, o.removed_at, o.platform_at, o.received_at
        from post o
        where o.workspace_id = l.workspace_id and o.platform = p.platform and o.platform_at <= coalesce(l.counted_at, 'infinity')
          and case l.counts when 'top' then o.parent_external_id = p.external_id else o.post_external_id = p.external_id end) item) h
    where p.removed_at is null and ${where} limit ${limit}`)
  return rows
}

/** What the row says now. A thread read since the count, or one that left the same difference before and was explained, need not be read again. */
export function ledgerOfRow(row: LedgerRow): Ledger {
  if (row.reported === null || row.counted_at === null) return ledgerOf(heldOf(row), null)
  const readSince = row.read_at !== null && new Date(row.read_at) > new Date(row.counted_at)
  const read = readSince || row.explained_difference === row.reported - row.visible
  return ledgerOf(heldOf(row), { reported: row.reported, withheld: row.withheld, read })
}

function heldOf(row: LedgerRow) {
  return { visible: row.visible, hidden: row.hidden, deleted: row.deleted, deletedSince: row.deleted_since, private: row.private }
}
