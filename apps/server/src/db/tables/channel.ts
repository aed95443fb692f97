import { index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { ReplyLimit } from '@answerback/core/reply-limit'
import { at, bytea, id, workspaceId } from './columns.ts'

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
    /** Its credentials are erased then; what was said stays. Null again once the account is connected again. */
    disconnectedAt: at('disconnected_at'),
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
