import { sql } from 'drizzle-orm'
import { boolean, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { ReplyState } from '@answerback/core/api'
import { at, id, workspaceId } from './columns.ts'

/** A reply on its way out: see reply/deliver.ts for its states. */
export const reply = pgTable(
  'reply',
  {
    id: id(),
    workspaceId: workspaceId(),
    conversationId: uuid('conversation_id').notNull(),
    channelId: uuid('channel_id').notNull(),
    inReplyToId: uuid('in_reply_to_id').notNull(),
    byId: uuid('by_id'),
    text: text('text').notNull(),
    /** To the writer of a public message alone. */
    privately: boolean('privately').notNull().default(false),
    state: text('state').$type<ReplyState>().notNull(),
    /** When it is looked at next: the end of the undo window, the next try, the next look. Null when nothing is due. */
    dueAt: at('due_at'),
    /** First try: answers cover what was held then. */
    sentAt: at('sent_at'),
    looks: integer('looks').notNull().default(0),
    externalId: text('external_id'),
    url: text('url'),
    reason: text('reason'),
    createdAt: at('created_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    index('reply_conversation').on(t.conversationId),
    index('reply_due')
      .on(t.dueAt)
      .where(sql`due_at is not null`),
  ],
)

/** Committed before the socket opens: an attempt without an outcome is one whose outcome is unknown. */
export const replyAttempt = pgTable(
  'reply_attempt',
  {
    id: id(),
    workspaceId: workspaceId(),
    replyId: uuid('reply_id').notNull(),
    startedAt: at('started_at').notNull(),
    endedAt: at('ended_at'),
    outcome: text('outcome').$type<'sent' | 'rejected' | 'not_sent' | 'unknown' | 'landed'>(),
    reason: text('reason'),
  },
  (t) => [index('reply_attempt_reply').on(t.replyId)],
)
