import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, workspaceId } from './columns.ts'

/** One count as it was settled: what the platform said, what was here, what was missing then. */
export type SettledCount = { at: string; reported: number; held: number; missing: number }

/**
 * What a platform counts below a post of ours. What we hold is not kept here: it is counted whenever somebody asks. `unsettled`: the count was not yet compared with
 * a thread that was read, and taken in, after it.
 */
export const postLedger = pgTable(
  'post_ledger',
  {
    postId: uuid('post_id').primaryKey(),
    workspaceId: workspaceId(),
    channelId: uuid('channel_id').notNull(),
    /** Null: not counted yet, or the platform does not say. `counts`: all below the post, or only what stands directly below. */
    reported: integer('reported'),
    counts: text('counts').$type<'all' | 'top'>().notNull().default('all'),
    withheld: integer('withheld').notNull().default(0),
    countedAt: at('counted_at'),
    /** When the thread was last read to its end, and the same once all of that was taken in. */
    fetchedAt: at('fetched_at'),
    readAt: at('read_at'),
    unsettled: boolean('unsettled').notNull().default(false),
    /** What a thread that was read to its end left between count and holdings, all of it explained: no reason to read it again. */
    explainedDifference: integer('explained_difference'),
    /** Counts in a row that left a difference nobody could explain. */
    tries: integer('tries').notNull().default(0),
    missingSince: at('missing_since'),
    /** When it is counted again. */
    dueAt: at('due_at').notNull(),
    /** The last settled counts that differ from the one before, oldest first; a handful. */
    history: jsonb('history').$type<SettledCount[]>().notNull().default([]),
  },
  (t) => [
    index('post_ledger_due').on(t.channelId, t.dueAt),
    index('post_ledger_unsettled')
      .on(t.channelId)
      .where(sql`unsettled`),
  ],
)
