import { boolean, doublePrecision, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { ReplyLimit } from '@answerback/core/reply-limit'
import type { ChannelHours, TargetView } from '@answerback/core/settings-api'
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
    /** Its own target and hours; null: as the workspace's. */
    targetSeconds: integer('target_seconds'),
    targetClock: text('target_clock').$type<TargetView['clock']>(),
    hours: jsonb('hours').$type<ChannelHours>(),
    /** Set while due times are still to be derived again, after target, hours or zone changed. */
    rulesChangedAt: at('rules_changed_at'),
    connectedAt: at('connected_at').notNull(),
    pausedAt: at('paused_at'),
    /** Its credentials are erased then; what was said stays. Null again once the account is connected again. */
    disconnectedAt: at('disconnected_at'),
    reauthorizeAt: at('reauthorize_at'),
    /** When the platform stops taking the credentials unless somebody connects again; null where they do not end, or nobody knows. */
    tokenExpiresAt: at('token_expires_at'),
    lastDeliveryAt: at('last_delivery_at'),
    /** When a webhook last brought something, where the platform sends them. */
    lastWebhookAt: at('last_webhook_at'),
    /** What it may cost in a month, where the platform asks money; and whether nothing is sent either once that is spent. */
    monthlyCapUsd: doublePrecision('monthly_cap_usd'),
    capReplies: boolean('cap_replies').notNull().default(false),
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
    /** What a round takes, and by seconds of their window what was used of the allowances that are this account's alone (access/call-budget). */
    calls: integer('calls').notNull().default(1),
    used: jsonb('used').$type<Record<string, [slot: number, calls: number][]>>().notNull().default({}),
    /** What the platform said is left to this account, of how much, and until when. */
    quotaLeft: integer('quota_left'),
    quotaOf: integer('quota_of'),
    quotaResetsAt: at('quota_resets_at'),
    /** What reading and answering cost in that month (UTC, as in 2026-11). */
    spentUsd: doublePrecision('spent_usd').notNull().default(0),
    spentMonth: text('spent_month'),
    /** Named by a delivery and not told: read by id in the next round. */
    wanted: jsonb('wanted').$type<{ kind: string; id: string }[]>().notNull().default([]),
    /** The last open turn, by id, that was read again for edits and deletes: the next round goes on behind it. Null: from the first. */
    openAfter: text('open_after'),
    /** How far back was asked for when it was connected; how far reading has come, where, and since when it is done. */
    backTo: at('back_to'),
    backCursor: jsonb('back_cursor'),
    backReachedAt: at('back_reached_at'),
    backDoneAt: at('back_done_at'),
    /** The live connection, where the platform has one: when to try again (null: at once), whose it is until when, failures in a row. */
    listenDueAt: at('listen_due_at'),
    listenLeasedUntil: at('listen_leased_until'),
    listenFailures: integer('listen_failures').notNull().default(0),
    /** Since when it is live (null: it is not), and when it last became so (null: never). */
    liveSince: at('live_since'),
    wasLiveAt: at('was_live_at'),
  },
  (t) => [index('poll_due').on(t.dueAt)],
)

/** What was used of an allowance that several channels share (one app's, or one address's at a host), and of a channel's own beside reading. */
export const pollBudget = pgTable('poll_budget', {
  key: text('key').primaryKey(),
  used: jsonb('used').$type<[slot: number, calls: number][]>().notNull(),
})

/**
 * A platform's app: its secret verifies webhooks and exchanges codes. One row a secret, two while it is rotated. `workspaceId`: whose it is; null for the
 * installation's own, which every workspace may use. `settings.server`: made by itself at that server, for OAuth alone.
 */
export const platformApp = pgTable(
  'platform_app',
  {
    id: id(),
    platform: text('platform').notNull(),
    workspaceId: uuid('workspace_id'),
    settings: jsonb('settings').$type<Record<string, string>>().notNull(),
    secrets: bytea('secrets').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index('platform_app_platform').on(t.platform)],
)

/**
 * Somebody on their way to a platform to agree, and back (RFC 6749, 4.1). Known by the hash of `state`, good once, for minutes, for that person alone. `sealed`: the
 * code verifier, then the tokens of the accounts to choose among; emptied when it is over. `problem`: why nothing was connected, in words.
 */
export const oauthState = pgTable(
  'oauth_state',
  {
    id: id(),
    workspaceId: workspaceId(),
    userId: uuid('user_id').notNull(),
    platform: text('platform').notNull(),
    hash: bytea('hash').notNull().unique(),
    /** The app whose client goes there; null where a server made one by itself. */
    appId: uuid('app_id'),
    /** The channel that is connected again; null for a first connection. */
    channelId: uuid('channel_id'),
    settings: jsonb('settings').$type<Record<string, string>>().notNull(),
    redirectUrl: text('redirect_url').notNull(),
    sealed: bytea('sealed').notNull(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    problem: text('problem'),
  },
  (t) => [index('oauth_state_expires').on(t.expiresAt)],
)
