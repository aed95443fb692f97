import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { at, bytea, id, workspaceId } from './columns.ts'

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
