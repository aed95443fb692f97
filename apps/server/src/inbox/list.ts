import { sql, type SQL } from 'drizzle-orm'
import type { z } from 'zod'
import type { ConversationRow, listQuery } from '@answerback/core/api'
import { sortOf } from '@answerback/core/list-view'
import type { Queryable } from '../db/connection.ts'
import { readCursor, writeCursor } from '../http/cursor.ts'
import { selectRows } from '../live/rows.ts'

type Query = z.output<typeof listQuery>

/** A page of a list by keyset, so that page 10 000 costs what page 1 does. `late` and `soon` are read off `due_at` at `now`. */
export async function listConversations(
  tx: Queryable,
  query: Query,
  options: { meId: string; now: Date },
): Promise<{ items: ConversationRow[]; nextCursor: string | null }> {
  const byWait = sortOf(query) === 'waiting'
  const where = [...filtersOf(query, options)]
  if (query.cursor) {
    const { at, id } = readCursor(query.cursor)
    where.push(
      byWait
        ? sql`(c.waiting_since, c.id) > (${at}::timestamptz, ${id}::uuid)`
        : sql`(c.last_activity_at, c.id) < (${at}::timestamptz, ${id}::uuid)`,
    )
  }
  // Nobody who waits has no wait: in this order the others come not at all.
  if (byWait) where.push(sql`c.waiting_since is not null`)
  const order = byWait ? sql`c.waiting_since, c.id` : sql`c.last_activity_at desc, c.id desc`
  const items = await selectRows(tx, sql`where ${sql.join(where, sql` and `)} order by ${order} limit ${query.limit + 1}`)
  const page = items.slice(0, query.limit)
  const last = items.length > query.limit ? page.at(-1)! : null
  return { items: page, nextCursor: last && writeCursor({ at: byWait ? last.waitingSince! : last.lastActivityAt, id: last.id }) }
}

/** What rows of `conversation c` must be to be meant by these filters. */
export function* filtersOf(query: Omit<Query, 'sort' | 'limit' | 'cursor'>, { meId, now }: { meId: string; now: Date }): Generator<SQL> {
  // A conversation of ours alone, or one that lies wholly before the connection, owes nothing and is in no list.
  if (query.state === 'all' || query.state === 'closed') yield sql`exists (select from turn where turn.conversation_id = c.id)`
  if (query.state === 'unanswered') yield sql`c.waiting_since is not null`
  else if (query.state !== 'all') yield sql`c.state = ${query.state}`
  if (query.platform) yield sql`c.platform = ${query.platform}`
  if (query.channelId) yield sql`c.channel_id = ${query.channelId}`
  if (query.assignee === 'none') yield sql`c.assignee_id is null`
  else if (query.assignee) yield sql`c.assignee_id = ${query.assignee === 'me' ? meId : query.assignee}`
  if (query.failed) yield sql`c.reply_failed`
  if (query.liked) yield sql`c.acknowledged and c.waiting_since is not null`
  const at = now.toISOString()
  if (query.due === 'late') yield sql`c.due_at <= ${at}::timestamptz`
  if (query.due === 'soon') yield sql`c.due_at > ${at}::timestamptz and c.due_soon_at <= ${at}::timestamptz`
}
