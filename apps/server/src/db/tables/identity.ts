import { boolean, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { Role, Scope } from '@answerback/core/permissions'
import { at, bytea, id, workspaceId } from './columns.ts'

/** better-auth's own four tables: identity and sessions, nothing else. */
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

export const apiKey = pgTable('api_key', {
  id: id(),
  workspaceId: workspaceId(),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  /** Null: all that the role may. */
  scopes: text('scopes').array().$type<Scope[]>(),
  hash: bytea('hash').notNull().unique(),
  /** Null for one made on the command line. */
  createdById: uuid('created_by_id'),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at'),
  lastUsedAt: at('last_used_at'),
  revokedAt: at('revoked_at'),
})

/** Links that open once: to set the installation up, or to choose a new password. Only the token's hash is kept. */
export const oneTimeLink = pgTable('one_time_link', {
  hash: bytea('hash').primaryKey(),
  kind: text('kind').$type<'setup' | 'reset'>().notNull(),
  /** Whose password; null for a set-up. */
  userId: uuid('user_id'),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
})

/** Wrong passwords by account and address, and by address alone; `key` is a hash of these. */
export const signInAttempt = pgTable(
  'sign_in_attempt',
  {
    key: bytea('key').primaryKey(),
    failures: integer('failures').notNull(),
    lastAt: at('last_at').notNull(),
    blockedUntil: at('blocked_until'),
  },
  (t) => [index('sign_in_attempt_last').on(t.lastAt)],
)

/** One row: which secret this database belongs to. Only the owner reads it, before anything else happens. */
export const installation = pgTable('installation', {
  keyMark: text('key_mark').primaryKey(),
})
