import type { History, HistoryMessage } from './history.ts'
import type { Thread } from './thread.ts'

/** A message of ours that can end a turn, and what is known of whose turn. */
export type Answer = {
  kind: 'answer'
  id: string
  message: HistoryMessage
  source: 'here' | 'native'
  /** When we acted: the start of the send, or the platform's time of a native answer. It covers only what was held then. */
  actedAt: number
  /** When the person had it, by the platform's clock. */
  at: number
  /** The message it replies to: chosen by the person, or its nearest inbound ancestor. Null where only the thread is named. */
  target: HistoryMessage | null
  /** Stands directly under `target` (or names it): it answers it even where the clocks say that it came earlier. */
  direct: boolean
  /** The handle it tags, where only the thread is named. */
  tags: string | null
  /** Its target has to be inferred from the thread. */
  threadOnly: boolean
}

/**
 * Every answer of the thread, in no order. Automation never answers. An answer that was deleted by itself never happened (its turn is open
 * again from its original start); one that went with its parent still counts.
 */
export function answersOf(history: History, thread: Thread): Answer[] {
  const answers: Answer[] = []
  for (const message of thread.messages) {
    if (!message.ours || message.automated) continue
    if (message.removed !== null && message.removed.by !== 'parent') continue
    answers.push(message.inReplyTo !== null || message.sentAt !== null ? sentHere(message, thread) : native(message, history, thread))
  }
  return answers
}

/** Sent here, the person's choice decides, never the echo's parent. A choice we cannot find answers nobody. */
function sentHere(message: HistoryMessage, thread: Thread): Answer {
  const chosen = message.inReplyTo === null ? null : (thread.byId.get(message.inReplyTo) ?? null)
  const target = chosen === null ? null : thread.nearestInbound(chosen)
  return {
    kind: 'answer',
    id: message.id,
    message,
    source: 'here',
    actedAt: message.sentAt ?? message.at,
    at: message.at,
    target,
    direct: target !== null && target === chosen,
    tags: null,
    threadOnly: false,
  }
}

/**
 * A native answer belongs to its parent's author, climbing over our own messages. A tag means that the platform named only the thread, and
 * so does a missing parent. Under our own messages alone it answers nobody: guessing there could only flatter.
 */
function native(message: HistoryMessage, history: History, thread: Thread): Answer {
  const parent = thread.parentOf(message)
  const threadOnly = message.tags !== null || parent === null
  const target = threadOnly ? null : thread.nearestInbound(parent)
  return {
    kind: 'answer',
    id: message.id,
    message,
    source: 'native',
    actedAt: message.at,
    at: message.at,
    target,
    // One before the first connection is context: it splits runs, and no lying clock lets it answer anything owed.
    direct: target !== null && target === parent && message.at >= history.connectedAt,
    tags: message.tags,
    threadOnly,
  }
}
