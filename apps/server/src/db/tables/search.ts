import { sql } from 'drizzle-orm'
import { boolean, index, pgTable, uuid } from 'drizzle-orm/pg-core'
import { at, tsvector, workspaceId } from './columns.ts'

/**
 * By which words a message is found: its own, and its writer's name and handle. A row for each that is not gone, made and unmade by triggers on message and contact
 * (migrations/0022), so that no way of writing them forgets it. `stale` until `inbox/index-words` has read it; what is found is judged by the message, never by this row.
 */
export const messageWords = pgTable(
  'message_words',
  {
    messageId: uuid('message_id').primaryKey(),
    workspaceId: workspaceId(),
    contactId: uuid('contact_id').notNull(),
    platformAt: at('platform_at').notNull(),
    words: tsvector('words').notNull(),
    stale: boolean('stale').notNull().default(true),
  },
  (t) => [
    index('message_words_found').using('gin', t.words),
    index('message_words_recent').on(t.workspaceId, t.platformAt, t.messageId),
    index('message_words_contact').on(t.contactId),
    index('message_words_stale')
      .on(t.workspaceId)
      .where(sql`stale`),
  ],
)
