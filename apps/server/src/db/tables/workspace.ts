import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { Role } from '@answerback/core/permissions'
import type { Reason } from '@answerback/core/reasons'
import type { Hours, TargetView } from '@answerback/core/settings-api'
import { at, bytea, id, workspaceId } from './columns.ts'

export const workspace = pgTable('workspace', {
  id: id(),
  name: text('name').notNull(),
  timeZone: text('time_zone').notNull(),
  targetSeconds: integer('target_seconds').notNull().default(86_400),
  targetClock: text('target_clock').$type<TargetView['clock']>().notNull().default('calendar'),
  /** Null: open day and night. */
  hours: jsonb('hours').$type<Hours>(),
  /** Null: the built-in ones, as they came. */
  reasons: jsonb('reasons').$type<Reason[]>(),
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
    lastSeenAt: at('last_seen_at'),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.userId] }), index('member_user').on(t.userId)],
)

/** A link that makes one person a member, once. Only the token's hash is kept. */
export const invitation = pgTable(
  'invitation',
  {
    id: id(),
    workspaceId: workspaceId(),
    email: text('email').notNull(),
    role: text('role').$type<Role>().notNull(),
    hash: bytea('hash').notNull().unique(),
    invitedById: uuid('invited_by_id'),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    acceptedAt: at('accepted_at'),
    revokedAt: at('revoked_at'),
  },
  (t) => [index('invitation_list').on(t.workspaceId, t.createdAt)],
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
    settings: boolean('settings').notNull().default(false),
    staff: boolean('staff').notNull().default(false),
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
