import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { MessageKind } from '@answerback/core/facts'
import type { ReasonClass } from '@answerback/core/reasons'
import type { TargetView } from '@answerback/core/settings-api'
import type { ConversationState } from '@answerback/core/api'
import { at, id, workspaceId } from './columns.ts'

export const conversation = pgTable(
  'conversation',
  {
    id: id(),
    workspaceId: workspaceId(),
    channelId: uuid('channel_id').notNull(),
    platform: text('platform').notNull(),
    /** The provisional root until its parent arrives. */
    rootExternalId: text('root_external_id').notNull(),
    postId: uuid('post_id'),
    onOurPost: boolean('on_our_post').notNull(),
    kind: text('kind').$type<MessageKind>().notNull(),
    private: boolean('private').notNull().default(false),
    assigneeId: uuid('assignee_id'),
    snoozedUntil: at('snoozed_until'),
    /** From here down: derived from messages, closings and replies; rewritten whole by `recompute`. */
    seq: bigint('seq', { mode: 'number' }).notNull().default(0),
    state: text('state').$type<ConversationState>().notNull().default('withdrawn'),
    waitingSince: at('waiting_since'),
    dueAt: at('due_at'),
    dueSoonAt: at('due_soon_at'),
    openTurns: integer('open_turns').notNull().default(0),
    acknowledged: boolean('acknowledged').notNull().default(false),
    foundLate: boolean('found_late').notNull().default(false),
    changedSinceAnswered: boolean('changed_since_answered').notNull().default(false),
    contactId: uuid('contact_id'),
    waitingMessageId: uuid('waiting_message_id'),
    lastMessageId: uuid('last_message_id'),
    lastActivityAt: at('last_activity_at').notNull(),
    endedAt: at('ended_at'),
    endedMs: bigint('ended_ms', { mode: 'number' }),
    endedById: uuid('ended_by_id'),
    endedSource: text('ended_source').$type<'here' | 'native'>(),
    endedReason: text('ended_reason'),
    endedReasonName: text('ended_reason_name'),
    replyId: uuid('reply_id'),
    replyFailed: boolean('reply_failed').notNull().default(false),
  },
  (t) => [
    unique('conversation_root').on(t.workspaceId, t.platform, t.rootExternalId),
    // The lists are walked by these, page by page; open ones are few of many.
    index('conversation_waiting')
      .on(t.workspaceId, t.waitingSince, t.id)
      .where(sql`state = 'waiting'`),
    // Everybody who waits, those snoozed too.
    index('conversation_unanswered')
      .on(t.workspaceId, t.waitingSince, t.id)
      .where(sql`waiting_since is not null`),
    index('conversation_waiting_channel')
      .on(t.workspaceId, t.channelId, t.waitingSince, t.id)
      .where(sql`state = 'waiting'`),
    index('conversation_waiting_assignee')
      .on(t.workspaceId, t.assigneeId, t.waitingSince, t.id)
      .where(sql`state = 'waiting'`),
    index('conversation_state').on(t.workspaceId, t.state, t.lastActivityAt, t.id),
    index('conversation_recent').on(t.workspaceId, t.lastActivityAt, t.id),
    index('conversation_failed')
      .on(t.workspaceId, t.lastActivityAt)
      .where(sql`reply_failed`),
    index('conversation_snoozed')
      .on(t.snoozedUntil)
      .where(sql`state = 'snoozed'`),
  ],
)

/** The losers of merges: an old link still opens the surviving conversation. */
export const conversationRedirect = pgTable(
  'conversation_redirect',
  { workspaceId: workspaceId(), fromId: uuid('from_id').primaryKey(), intoId: uuid('into_id').notNull() },
  (t) => [index('conversation_redirect_into').on(t.workspaceId, t.intoId)],
)

/** Counted by trigger: conversations by what the sidebar asks. O(channels x staff) rows, whatever the number of conversations. */
export const conversationCount = pgTable(
  'conversation_count',
  {
    workspaceId: workspaceId(),
    state: text('state').notNull(),
    channelId: uuid('channel_id').notNull(),
    assigneeId: uuid('assignee_id').notNull(),
    replyFailed: boolean('reply_failed').notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.state, t.channelId, t.assigneeId, t.replyFailed] })],
)

export const turn = pgTable(
  'turn',
  {
    id: text('id').notNull(),
    workspaceId: workspaceId(),
    conversationId: uuid('conversation_id').notNull(),
    channelId: uuid('channel_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    messageIds: uuid('message_ids').array().notNull(),
    startAt: at('start_at').notNull(),
    state: text('state').$type<'open' | 'answered' | 'closed' | 'moderated' | 'withdrawn'>().notNull(),
    endAt: at('end_at'),
    endedBy: uuid('ended_by'),
    source: text('source').$type<'here' | 'native'>(),
    assumed: boolean('assumed').notNull(),
    closedClass: text('closed_class').$type<ReasonClass>(),
    acknowledged: boolean('acknowledged').notNull(),
    foundLate: boolean('found_late').notNull(),
    changedSinceAnswered: boolean('changed_since_answered').notNull(),
    clocksDisagree: boolean('clocks_disagree').notNull(),
    first: boolean('first').notNull(),
    /** While open the channel's target, once ended the one it ended under: changing the target rewrites no history. */
    targetSeconds: integer('target_seconds').notNull(),
    targetClock: text('target_clock').$type<TargetView['clock']>().notNull().default('calendar'),
    /** When it was, or is, due. Derived: a business clock that changes moves it. */
    dueAt: at('due_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('turn_conversation').on(t.conversationId),
    index('turn_open')
      .on(t.workspaceId, t.startAt)
      .where(sql`state = 'open'`),
    // Read again in this order, so that each has its turn.
    index('turn_open_channel')
      .on(t.channelId, t.id)
      .where(sql`state = 'open'`),
    index('turn_business')
      .on(t.channelId, t.id)
      .where(sql`target_clock = 'business'`),
    index('turn_start').on(t.workspaceId, t.startAt),
  ],
)

export const closing = pgTable(
  'closing',
  {
    id: id(),
    workspaceId: workspaceId(),
    conversationId: uuid('conversation_id').notNull(),
    messageId: uuid('message_id').notNull(),
    reason: text('reason').notNull(),
    /** What the reason was called then; null for a built-in one by its usual words. With class and target it is stamped, so that editing reasons rewrites no history. */
    reasonName: text('reason_name'),
    class: text('class').$type<ReasonClass>().notNull(),
    /** Null in closings made before these were stamped: then the turn's own counts. */
    targetSeconds: integer('target_seconds'),
    targetClock: text('target_clock').$type<TargetView['clock']>(),
    note: text('note'),
    byId: uuid('by_id'),
    createdAt: at('created_at').notNull(),
    reopenedAt: at('reopened_at'),
  },
  (t) => [index('closing_conversation').on(t.conversationId), index('closing_recent').on(t.workspaceId, t.createdAt)],
)

/** What staff did to a conversation besides writing; shown in the thread. */
export const activity = pgTable(
  'activity',
  {
    id: id(),
    workspaceId: workspaceId(),
    conversationId: uuid('conversation_id').notNull(),
    byId: uuid('by_id'),
    what: text('what').notNull(),
    detail: text('detail'),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index('activity_conversation').on(t.conversationId)],
)
