import type { History, HistoryMessage } from './history.ts'

/** A conversation made easy to ask: every message once, and who stands above whom. */
export type Thread = {
  messages: HistoryMessage[]
  byId: Map<string, HistoryMessage>
  /** The message directly above, when we hold it. */
  parentOf: (message: HistoryMessage) => HistoryMessage | null
  /** The message itself when inbound, else the nearest inbound one above it; null when only ours stand above. Survives cycles. */
  nearestInbound: (message: HistoryMessage) => HistoryMessage | null
  /** What the thread started with: the earliest inbound message with nothing known above it. Null when there is none. */
  root: HistoryMessage | null
}

export function threadOf(history: History): Thread {
  const byId = new Map<string, HistoryMessage>()
  for (const message of history.messages) if (!byId.has(message.id)) byId.set(message.id, message)
  const messages = [...byId.values()]
  const parentOf = (message: HistoryMessage) => (message.parentId === null ? null : (byId.get(message.parentId) ?? null))
  // Of ours sent here whose echo is not read yet, only the message the person chose is known.
  const above = (message: HistoryMessage) =>
    parentOf(message) ?? (message.inReplyTo === null ? null : (byId.get(message.inReplyTo) ?? null))

  const known = new Map<string, HistoryMessage | null>()
  const nearestInbound = (message: HistoryMessage) => {
    const climbed: HistoryMessage[] = []
    const seen = new Set<string>()
    let at: HistoryMessage | null = message
    while (at !== null && at.ours && !known.has(at.id) && !seen.has(at.id)) {
      seen.add(at.id)
      climbed.push(at)
      at = above(at)
    }
    const found = at === null || (at.ours && seen.has(at.id)) ? null : at.ours ? (known.get(at.id) ?? null) : at
    for (const one of climbed) known.set(one.id, found)
    return found
  }

  let root: HistoryMessage | null = null
  for (const message of messages) {
    if (!message.ours && parentOf(message) === null && (root === null || byTime(message, root) < 0)) root = message
  }
  return { messages, byId, parentOf, nearestInbound, root }
}

/** The order of everything that has an instant and an id: by instant, then by id in code units. Never by locale. */
export function byTime(a: { at: number; id: string }, b: { at: number; id: string }): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
