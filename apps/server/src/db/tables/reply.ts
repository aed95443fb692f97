import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { ReplyState } from '@answerback/core/api'
import type { ReplyMedia } from '@answerback/core/reply-api'
import { at, bytea, id, workspaceId } from './columns.ts'

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
    /** In the order they are to stand. What they are stays known when their bytes are not kept any more. */
    media: jsonb('media').$type<ReplyMedia[]>().notNull().default([]),
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

/** A file that goes out with a reply, or may: see reply/uploads.ts for how long it stays. */
export const upload = pgTable(
  'upload',
  {
    id: id(),
    workspaceId: workspaceId(),
    /** Null until a reply takes it, and again when that reply goes without it. */
    replyId: uuid('reply_id'),
    byId: uuid('by_id').notNull(),
    type: text('type').notNull(),
    name: text('name').notNull(),
    width: integer('width'),
    height: integer('height'),
    bytes: integer('bytes').notNull(),
    data: bytea('data').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index('upload_reply').on(t.replyId), index('upload_age').on(t.createdAt)],
)
