import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { Media, MessageKind } from '@answerback/core/facts'
import type { ReasonClass, ReasonId } from '@answerback/core/reasons'
import type { Role } from '@answerback/core/permissions'
import type { ConversationState, ReplyState } from '@answerback/core/api'
import type { ReplyLimit } from '@answerback/core/reply-limit'

/**
 * Every table of a workspace carries `workspace_id` and stands behind forced row-level security (migrations/0001). Ids are UUIDv7 made here;
 * instants are `timestamptz(3)` in UTC, so that a JavaScript Date is exact. Nothing is ever sorted by collation.
 */
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })
const id = () => uuid('id').primaryKey()
const workspaceId = () => uuid('workspace_id').notNull()

/** A version of a message's text; `firstAt` and `lastAt` are when we first and last saw it (ms). */
export type StoredVersion = { version: string; text: string; media: Media[]; editedAt: string | null; firstAt: string; lastAt: string }

export const workspace = pgTable('workspace', {
  id: id(),
  name: text('name').notNull(),
  timeZone: text('time_zone').notNull(),
  targetSeconds: integer('target_seconds').notNull().default(86_400),
  demo: boolean('demo').notNull().default(false),
  createdAt: at('created_at').notNull(),
})

/** The lock and the counter of a workspace's change log: one row, taken by every transaction that staff can see. */
export const workspaceSeq = pgTable('workspace_seq', {
  workspaceId: uuid('workspace_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull().default(0),
})

export const member = pgTable(
  'member',
  {
    workspaceId: workspaceId(),
    userId: uuid('user_id').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.userId] }), index('member_user').on(t.userId)],
)

export const channel = pgTable(
  'channel',
  {
    id: id(),
    workspaceId: workspaceId(),
    platform: text('platform').notNull(),
    externalId: text('external_id').notNull(),
    handle: text('handle').notNull(),
    name: text('name').notNull(),
    avatarUrl: text('avatar_url'),
    url: text('url'),
    apiUrl: text('api_url').notNull(),
    /** The app whose webhooks may speak for this channel; null where there are none. */
    appId: uuid('app_id'),
    settings: jsonb('settings').$type<Record<string, string>>().notNull(),
    credentials: bytea('credentials').notNull(),
    replyLimit: jsonb('reply_limit').$type<ReplyLimit>(),
    connectedAt: at('connected_at').notNull(),
    pausedAt: at('paused_at'),
    reauthorizeAt: at('reauthorize_at'),
    lastDeliveryAt: at('last_delivery_at'),
  },
  (t) => [unique('channel_account').on(t.workspaceId, t.platform, t.externalId), index('channel_external').on(t.platform, t.externalId)],
)

/** Where reading a channel stands. `seen`: resource -> hash of the last body stored, so that an unchanged page is not stored again. */
export const poll = pgTable(
  'poll',
  {
    channelId: uuid('channel_id').primaryKey(),
    workspaceId: workspaceId(),
    platform: text('platform').notNull(),
    cursor: jsonb('cursor'),
    seen: jsonb('seen').$type<Record<string, string>>().notNull().default({}),
    dueAt: at('due_at').notNull(),
    leasedUntil: at('leased_until'),
    lastOkAt: at('last_ok_at'),
    failures: integer('failures').notNull().default(0),
    error: text('error'),
  },
  (t) => [index('poll_due').on(t.dueAt)],
)

/** A platform's app: belongs to the installation, its secrets verify webhooks. Two active ones during a rotation. */
export const platformApp = pgTable(
  'platform_app',
  {
    id: id(),
    platform: text('platform').notNull(),
    settings: jsonb('settings').$type<Record<string, string>>().notNull(),
    secrets: bytea('secrets').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index('platform_app_platform').on(t.platform)],
)

/** One raw thing a platform handed us. Belongs to an app or to a channel, not to a workspace: one batch can hold two. */
export const delivery = pgTable(
  'delivery',
  {
    id: id(),
    platform: text('platform').notNull(),
    appId: uuid('app_id'),
    channelId: uuid('channel_id'),
    kind: text('kind').notNull(),
    request: jsonb('request').$type<Record<string, string>>().notNull(),
    body: bytea('body').notNull(),
    /** Of a webhook: app and body, so that a repeated delivery is one row. Null for polled pages. */
    hash: bytea('hash'),
    receivedAt: at('received_at').notNull(),
    doneAt: at('done_at'),
    attempts: integer('attempts').notNull().default(0),
    /** Why all of it is set aside, when not even one entry could be read. */
    quarantined: text('quarantined'),
    /** When the sweep looks at it again. */
    dueAt: at('due_at').notNull(),
  },
  (t) => [
    uniqueIndex('delivery_hash')
      .on(t.hash)
      .where(sql`hash is not null`),
    index('delivery_due')
      .on(t.dueAt)
      .where(sql`done_at is null and quarantined is null`),
    index('delivery_received').on(t.receivedAt),
  ],
)

/** One delivery as one workspace sees it: a row per channel (index -1), and one more per entry that could not be read. */
export const deliveryEntry = pgTable(
  'delivery_entry',
  {
    id: id(),
    workspaceId: workspaceId(),
    deliveryId: uuid('delivery_id').notNull(),
    channelId: uuid('channel_id'),
    platform: text('platform').notNull(),
    kind: text('kind').notNull(),
    index: integer('index').notNull(),
    state: text('state').$type<'done' | 'quarantined'>().notNull(),
    reason: text('reason'),
    facts: integer('facts').notNull(),
    receivedAt: at('received_at').notNull(),
  },
  (t) => [
    unique('delivery_entry_once').on(t.workspaceId, t.deliveryId, t.channelId, t.index).nullsNotDistinct(),
    index('delivery_entry_list').on(t.workspaceId, t.state, t.receivedAt, t.id),
  ],
)

export const contact = pgTable(
  'contact',
  {
    id: id(),
    workspaceId: workspaceId(),
    platform: text('platform').notNull(),
    externalId: text('external_id').notNull(),
    handle: text('handle'),
    name: text('name'),
    avatarUrl: text('avatar_url'),
    url: text('url'),
    seenAt: at('seen_at').notNull(),
  },
  (t) => [unique('contact_external').on(t.workspaceId, t.platform, t.externalId)],
)

export const post = pgTable(
  'post',
  {
    id: id(),
    workspaceId: workspaceId(),
    channelId: uuid('channel_id').notNull(),
    platform: text('platform').notNull(),
    externalId: text('external_id').notNull(),
    ours: boolean('ours').notNull(),
    text: text('text').notNull(),
    url: text('url'),
    media: jsonb('media').$type<Media[]>().notNull(),
    ref: jsonb('ref').$type<Record<string, string>>().notNull(),
    reportedReplies: integer('reported_replies'),
    platformAt: at('platform_at').notNull(),
    receivedAt: at('received_at').notNull(),
    seenAt: at('seen_at').notNull(),
    removedAt: at('removed_at'),
  },
  (t) => [
    unique('post_external').on(t.workspaceId, t.platform, t.externalId),
    index('post_recent')
      .on(t.channelId, t.platformAt)
      .where(sql`ours and removed_at is null`),
  ],
)

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
    replyId: uuid('reply_id'),
    replyFailed: boolean('reply_failed').notNull().default(false),
  },
  (t) => [
    unique('conversation_root').on(t.workspaceId, t.platform, t.rootExternalId),
    // The lists are walked by these, page by page; open ones are few of many.
    index('conversation_waiting')
      .on(t.workspaceId, t.waitingSince, t.id)
      .where(sql`state = 'waiting'`),
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

export const message = pgTable(
  'message',
  {
    id: id(),
    workspaceId: workspaceId(),
    conversationId: uuid('conversation_id').notNull(),
    channelId: uuid('channel_id').notNull(),
    platform: text('platform').notNull(),
    externalId: text('external_id').notNull(),
    kind: text('kind').$type<MessageKind>().notNull(),
    ours: boolean('ours').notNull(),
    automated: boolean('automated').notNull(),
    contactId: uuid('contact_id').notNull(),
    parentExternalId: text('parent_external_id'),
    postExternalId: text('post_external_id'),
    mentionsUs: boolean('mentions_us').notNull(),
    tagsExternalId: text('tags_external_id'),
    private: boolean('private').notNull(),
    text: text('text').notNull(),
    media: jsonb('media').$type<Media[]>().notNull(),
    language: text('language'),
    url: text('url'),
    ref: jsonb('ref').$type<Record<string, string>>().notNull(),
    version: text('version').notNull(),
    editedAt: at('edited_at'),
    versionFirstAt: at('version_first_at').notNull(),
    versionLastAt: at('version_last_at').notNull(),
    /** Every version but the current one. */
    otherVersions: jsonb('other_versions').$type<StoredVersion[]>().notNull().default([]),
    platformAt: at('platform_at').notNull(),
    authorAt: at('author_at'),
    receivedAt: at('received_at').notNull(),
    recordedAt: at('recorded_at').notNull(),
    /** Last seen in a page that shows the present (a webhook tells of the past). */
    seenAt: at('seen_at'),
    /** An explicit removal is final; an absence yields to a later sighting. */
    removedAt: at('removed_at'),
    removedBy: text('removed_by').$type<'author' | 'us' | 'parent' | 'unknown'>(),
    absentAt: at('absent_at'),
    hidden: boolean('hidden').notNull().default(false),
    hiddenAt: at('hidden_at'),
    moderationReason: text('moderation_reason').$type<'spam'>(),
    liked: boolean('liked').notNull().default(false),
    likedAt: at('liked_at'),
    /** Of a reply sent here: which one, whose, to what, and when the sending began. */
    replyId: uuid('reply_id'),
    byId: uuid('by_id'),
    inReplyToId: uuid('in_reply_to_id'),
    sentAt: at('sent_at'),
  },
  (t) => [
    unique('message_external').on(t.workspaceId, t.platform, t.externalId),
    index('message_conversation').on(t.conversationId, t.platformAt, t.id),
    index('message_post')
      .on(t.workspaceId, t.platform, t.postExternalId)
      .where(sql`post_external_id is not null`),
    index('message_parent')
      .on(t.workspaceId, t.platform, t.parentExternalId)
      .where(sql`parent_external_id is not null`),
  ],
)

/** Through which channels a message was seen: one message seen through two channels is one message. */
export const sighting = pgTable(
  'sighting',
  { workspaceId: workspaceId(), messageId: uuid('message_id').notNull(), channelId: uuid('channel_id').notNull() },
  (t) => [primaryKey({ columns: [t.messageId, t.channelId] })],
)

/** A removal, a hiding or a like that came before its message. Applied when the message arrives, kept so that any order gives one state. */
export const earlyFact = pgTable(
  'early_fact',
  {
    id: id(),
    workspaceId: workspaceId(),
    platform: text('platform').notNull(),
    externalId: text('external_id').notNull(),
    fact: jsonb('fact').notNull(),
    factHash: text('fact_hash').notNull(),
    receivedAt: at('received_at').notNull(),
  },
  (t) => [unique('early_fact_once').on(t.workspaceId, t.platform, t.externalId, t.factHash)],
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
    /** The target in force when it started, in seconds; stamped, so that changing the target rewrites no history. */
    targetSeconds: integer('target_seconds').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('turn_conversation').on(t.conversationId),
    index('turn_open')
      .on(t.workspaceId, t.startAt)
      .where(sql`state = 'open'`),
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
    reason: text('reason').$type<ReasonId>().notNull(),
    class: text('class').$type<ReasonClass>().notNull(),
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

/** One row per committed transaction that staff can see. */
export const change = pgTable(
  'change',
  {
    workspaceId: workspaceId(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    conversationIds: uuid('conversation_ids').array().notNull(),
    gone: jsonb('gone').$type<{ id: string; into: string | null }[]>().notNull(),
    channels: boolean('channels').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.seq] }), index('change_created').on(t.createdAt)],
)

export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    workspaceId: workspaceId(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    status: integer('status').notNull(),
    response: jsonb('response'),
    createdAt: at('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.key] }), index('idempotency_key_created').on(t.createdAt)],
)

export const audit = pgTable(
  'audit',
  {
    id: id(),
    workspaceId: workspaceId(),
    byId: uuid('by_id'),
    what: text('what').notNull(),
    about: jsonb('about').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index('audit_list').on(t.workspaceId, t.createdAt)],
)

export const apiKey = pgTable('api_key', {
  id: id(),
  workspaceId: workspaceId(),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  hash: bytea('hash').notNull().unique(),
  createdAt: at('created_at').notNull(),
  revokedAt: at('revoked_at'),
})

// better-auth's own four tables: identity and sessions, nothing else.
export const user = pgTable('user', {
  id: id(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull(),
  image: text('image'),
  createdAt: at('created_at').notNull(),
  updatedAt: at('updated_at').notNull(),
})
export const session = pgTable(
  'session',
  {
    id: id(),
    userId: uuid('user_id').notNull(),
    token: text('token').notNull().unique(),
    expiresAt: at('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [index('session_user').on(t.userId)],
)
export const account = pgTable(
  'account',
  {
    id: id(),
    userId: uuid('user_id').notNull(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: at('access_token_expires_at'),
    refreshTokenExpiresAt: at('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [index('account_user').on(t.userId)],
)
export const verification = pgTable(
  'verification',
  {
    id: id(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: at('expires_at').notNull(),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [index('verification_identifier').on(t.identifier)],
)
