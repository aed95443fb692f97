import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { Media, MessageKind } from '@answerback/core/facts'
import { at, id, workspaceId } from './columns.ts'

/**
 * A version of a message's text. `firstAt` and `lastAt`: when we first and last saw it. `rankAt` decides which one is current: its edit's time, or the
 * time of a page that showed it as the present, whichever is later; null when only a webhook told of it and named no edit.
 */
export type StoredVersion = {
  version: string
  text: string
  media: Media[]
  editedAt: string | null
  rankAt: string | null
  firstAt: string
  lastAt: string
  language: string | null
  /** Absent in what was stored before stars were kept. */
  rating?: number | null
  ref: Record<string, string>
}

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
    /** What it stands under, where it is a part of our own thread or a comment of ours. */
    parentExternalId: text('parent_external_id'),
    postExternalId: text('post_external_id'),
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
    index('post_below')
      .on(t.workspaceId, t.platform, t.parentExternalId)
      .where(sql`parent_external_id is not null`),
    index('post_under')
      .on(t.workspaceId, t.platform, t.postExternalId)
      .where(sql`post_external_id is not null`),
  ],
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
    /** Stars of a review. */
    rating: integer('rating'),
    url: text('url'),
    ref: jsonb('ref').$type<Record<string, string>>().notNull(),
    version: text('version').notNull(),
    editedAt: at('edited_at'),
    versionFirstAt: at('version_first_at').notNull(),
    versionLastAt: at('version_last_at').notNull(),
    versionRankAt: at('version_rank_at'),
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
    /** Derived by `recompute`: it is a tombstone, also where it went with what it stood under. Its words are shown to nobody. */
    gone: boolean('gone').notNull().default(false),
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
    index('message_arrived')
      .on(t.channelId, t.receivedAt)
      .where(sql`not ours`),
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
