import type { History, HistoryMessage } from './history.ts'
import type { Thread } from './thread.ts'

/**
 * Whether somebody waits for our answer to this message. Under our post every inbound message is owed, also from fan to fan; elsewhere
 * only one that mentions us or stands directly under a message of ours (automated ones are ours too). Before the first connection
 * everything is context.
 */
export function isOwed(message: HistoryMessage, history: History, thread: Thread): boolean {
  if (message.ours || message.at < history.connectedAt) return false
  return history.onOurPost || message.mentionsUs || thread.parentOf(message)?.ours === true
}

/** When and by whom a message went out of sight. `us` is a moderation; every other cause withdraws it. */
export type Gone = { at: number; by: 'author' | 'us' | 'parent' | 'unknown' }

/** The first thing that took the message away, or null. Never before the message itself. */
export function goneOf(message: HistoryMessage): Gone | null {
  const hidden: Gone | null = message.hiddenAt === null ? null : { at: Math.max(message.hiddenAt, message.at), by: 'us' }
  const removed: Gone | null = message.removed === null ? null : { at: Math.max(message.removed.at, message.at), by: message.removed.by }
  if (hidden === null || removed === null) return hidden ?? removed
  // In the same instant it counts as our doing: that can only count against us.
  return removed.at < hidden.at ? removed : hidden
}
