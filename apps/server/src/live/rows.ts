import { sql, type SQL } from 'drizzle-orm'
import type { ConversationRow, Reply } from '@answerback/core/api'
import { lateness } from '@answerback/core/completeness'
import type { Queryable } from '../db/connection.ts'

/** The rows of these conversations, in no order. One statement. */
export function rowsOf(tx: Queryable, ids: string[]): Promise<ConversationRow[]> {
  return ids.length === 0 ? Promise.resolve([]) : selectRows(tx, sql`where c.id = any(${sql.param(ids)}::uuid[])`)
}

/** Rows of `conversation c` by any `where`, `order by` and `limit`; each joined to at most one row of five tables, all by primary key. What is gone has no words. */
export async function selectRows(tx: Queryable, tail: SQL): Promise<ConversationRow[]> {
  const { rows } = await tx.execute<Raw>(sql`
    select c.*, p.text as post_text, p.url as post_url, p.platform_at as post_at, p.ours as post_ours,
      k.name as contact_name, k.handle as contact_handle, k.avatar_url as contact_avatar, k.url as contact_url,
      case when w.gone then '' else w.text end as waiting_text, w.rating, w.platform_at as waiting_at, w.received_at as waiting_received_at,
      l.external_id as last_external_id, case when l.gone then '' else l.text end as last_text, l.platform_at as last_at,
      to_jsonb(r) as reply
    from conversation c
    left join post p on p.id = c.post_id
    left join contact k on k.id = c.contact_id
    left join message w on w.id = c.waiting_message_id
    left join message l on l.id = c.last_message_id
    left join reply r on r.id = c.reply_id
    ${tail}`)
  return rows.map(presentRow)
}

/** A reply as the API shows it, from a row of the table or its JSON. */
export function presentReply(row: RawReply): Reply {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    inReplyTo: row.in_reply_to_id,
    text: row.text,
    media: row.media,
    privately: row.privately,
    state: row.state,
    dueAt: iso(row.due_at),
    byId: row.by_id,
    externalId: row.external_id,
    url: row.url,
    reason: row.reason,
    createdAt: iso(row.created_at)!,
  }
}

type Instant = Date | string | null

function waitingOf(row: Raw) {
  const platformAt = iso(row.waiting_at)!
  const lateMs = row.waiting_since === null ? null : lateness({ platformAt, receivedAt: iso(row.waiting_received_at)! }, row.channel_id)
  return { id: row.waiting_message_id!, text: row.waiting_text, platformAt, lateMs }
}

export type RawReply = {
  id: string
  conversation_id: string
  in_reply_to_id: string
  text: string
  media: Reply['media']
  privately: boolean
  state: Reply['state']
  due_at: Instant
  by_id: string | null
  external_id: string | null
  url: string | null
  reason: string | null
  created_at: Instant
}

type Raw = Record<string, unknown> & {
  id: string
  seq: number
  platform: string
  channel_id: string
  state: ConversationRow['state']
  kind: ConversationRow['kind']
  private: boolean
  rating: number | null
  waiting_since: Instant
  due_at: Instant
  due_soon_at: Instant
  acknowledged: boolean
  found_late: boolean
  changed_since_answered: boolean
  open_turns: number
  assignee_id: string | null
  snoozed_until: Instant
  last_activity_at: Instant
  contact_id: string
  contact_name: string | null
  contact_handle: string | null
  contact_avatar: string | null
  contact_url: string | null
  post_id: string | null
  post_text: string
  post_url: string | null
  post_at: Instant
  post_ours: boolean
  waiting_message_id: string | null
  waiting_text: string
  waiting_at: Instant
  waiting_received_at: Instant
  last_message_id: string
  last_external_id: string
  last_text: string
  last_at: Instant
  ended_at: Instant
  ended_ms: number | null
  ended_by_id: string | null
  ended_source: 'here' | 'native' | null
  ended_reason: string | null
  ended_reason_name: string | null
  reply: RawReply | null
}

function presentRow(row: Raw): ConversationRow {
  return {
    id: row.id,
    seq: row.seq,
    platform: row.platform,
    channelId: row.channel_id,
    state: row.state,
    kind: row.kind,
    private: row.private,
    rating: row.rating,
    waitingSince: iso(row.waiting_since),
    dueAt: iso(row.due_at),
    dueSoonAt: iso(row.due_soon_at),
    acknowledged: row.acknowledged,
    foundLate: row.found_late,
    changedSinceAnswered: row.changed_since_answered,
    openTurns: row.open_turns,
    assigneeId: row.assignee_id,
    snoozedUntil: iso(row.snoozed_until),
    lastActivityAt: iso(row.last_activity_at)!,
    contact: {
      id: row.contact_id,
      name: row.contact_name,
      handle: row.contact_handle,
      avatarUrl: row.contact_avatar,
      url: row.contact_url,
    },
    post:
      row.post_id === null
        ? null
        : { id: row.post_id, text: row.post_text, url: row.post_url, platformAt: iso(row.post_at)!, ours: row.post_ours },
    waitingMessage: row.waiting_message_id === null ? null : waitingOf(row),
    lastMessage: { id: row.last_message_id, externalId: row.last_external_id, text: row.last_text, platformAt: iso(row.last_at)! },
    ended:
      row.ended_at === null
        ? null
        : {
            at: iso(row.ended_at)!,
            seconds: (row.ended_ms ?? 0) / 1000,
            byId: row.ended_by_id,
            source: row.ended_source,
            reason: row.ended_reason,
            reasonName: row.ended_reason_name,
          },
    reply: row.reply === null ? null : presentReply(row.reply),
  }
}

/** Timestamps come as Date from columns and as text from JSON. */
export function iso(value: Instant): string | null {
  return value === null ? null : (typeof value === 'string' ? new Date(value) : value).toISOString()
}
