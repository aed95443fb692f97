import type { Queryable } from '../db/connection.ts'
import type { schema as t } from '../db/schema.ts'

/** Where facts are folded into: one channel of one workspace, in one transaction. `conversations` collects what must be recomputed. */
export type Fold = {
  tx: Queryable
  workspaceId: string
  channelId: string
  platform: string
  now: Date
  conversations: Set<string>
  gone(id: string, into: string | null): void
}

/**
 * The same while folding. What is known is read before the first fact and kept true by whoever writes, so that a fact asks the database for little more.
 * `later` sends a write whose answer nobody needs; what is sent after it sees what it wrote.
 */
export type Folding = Fold & { known: Known; later(write: PromiseLike<unknown>): void }

/** What the database has of all that some facts name, by the platform's ids. */
export type Known = {
  /** Those that the facts are about, and their parents. */
  messages: Map<string, MessageRow>
  posts: Map<string, { id: string; ours: boolean }>
  /** Ids of authors. */
  contacts: Map<string, string>
  /** What was told of something before it was known. */
  early: Map<string, EarlyFact[]>
  /** Of those that the facts are about: which some message names as its parent. */
  awaited: Set<string>
}

export type MessageRow = typeof t.message.$inferSelect
export type EarlyFact = { fact: unknown; receivedAt: Date }
