import { index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, workspaceId } from './columns.ts'

/**
 * A feed in which a channel's posts appear as they are published. `seen`: hashes of the entries that are known, newest first, a few hundred; null until it was read
 * once. `etag` and `lastModified` as its server gave them.
 */
export const feed = pgTable(
  'feed',
  {
    channelId: uuid('channel_id').primaryKey(),
    workspaceId: workspaceId(),
    url: text('url').notNull(),
    etag: text('etag'),
    lastModified: text('last_modified'),
    seen: jsonb('seen').$type<string[]>(),
    /** Null: it is not read any more, because its server said that it is gone. */
    dueAt: at('due_at'),
    lastOkAt: at('last_ok_at'),
    failures: integer('failures').notNull().default(0),
    error: text('error'),
  },
  (t) => [index('feed_due').on(t.dueAt)],
)
