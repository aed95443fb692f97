import type { ReasonClass } from './reasons.ts'

/**
 * Everything we know of one conversation: the only input of `turnsOf`. Instants are milliseconds since 1970 (UTC), by the
 * platform's clock, already clamped so that `at` is never later than `receivedAt`. Any order; duplicates by `id` are the same item.
 */
export type History = {
  /** The first connection ever of the channel; messages before it are context. */
  connectedAt: number
  /** Under our post every inbound message is owed; elsewhere only those that mention us or reply to us. */
  onOurPost: boolean
  messages: HistoryMessage[]
  closings: Closing[]
  likes: Like[]
}

export type HistoryMessage = {
  id: string
  /** The message directly above, when we hold it. Null for the root, for unknown parents, and for a native answer whose platform names only the thread. */
  parentId: string | null
  /** Stable key of the handle that wrote it; for ours the owned account. A hidden author has a key of its own per message. */
  handle: string
  ours: boolean
  automated: boolean
  private: boolean
  mentionsUs: boolean
  at: number
  receivedAt: number
  versions: MessageVersion[]
  removed: { by: 'author' | 'us' | 'parent' | 'unknown'; at: number } | null
  /** Set while hidden by us on the platform. */
  hiddenAt: number | null
  /** `spam` when the moderation was ordered with the reason spam or abuse, else null. */
  moderationReason: 'spam' | null
  /** Ours only: the inbound message the person chose when sending here. Null for native answers. */
  inReplyTo: string | null
  /** Ours only: when the send started here (answers cover only what was held then). Null for native answers. */
  sentAt: number | null
  /** Ours only, native: the handle it tags, where the platform names only the thread. */
  tags: string | null
}

/** `text` is already as shown; `media` a stable digest. `at` is the platform's edit time, else when we first saw this version. */
export type MessageVersion = { text: string; media: string; at: number }

export type Closing = {
  id: string
  /** The message named, or the first of the turn that it closes. */
  messageId: string
  at: number
  class: ReasonClass
  reason: string
  /** When somebody reopened it; null while in force. */
  reopenedAt: number | null
}

export type Like = { messageId: string; at: number }

export type TurnState = 'open' | 'answered' | 'closed' | 'moderated' | 'withdrawn'

/**
 * All that one handle says before we answer. Milliseconds, UTC. `id` is the id of its first message, also when that one was deleted since.
 * A turn that begins with an edit made after the answer has the id `<message id>:after:<answer id>`: that pair opens one turn at most.
 */
export type Turn = {
  id: string
  handle: string
  /** In order of time. An edit turn lists its message again. */
  messageIds: string[]
  startAt: number
  state: TurnState
  /** When it ended; null while open. Never before `startAt`. */
  endAt: number | null
  /** What ended it: our message's id or the closing's id; null for open, moderated and withdrawn. */
  endedBy: string | null
  /** Of an answer: sent here or seen on the platform. */
  source: 'here' | 'native' | null
  /** A native answer whose turn was inferred; correctable by staff. */
  assumed: boolean
  /** Of a closing, or of a moderation: the class that counts. */
  closedClass: ReasonClass | null
  /** We liked one of its messages; it is still open. */
  acknowledged: boolean
  /** A message of it reached us only after we had already answered or closed what came before. */
  foundLate: boolean
  /** Its text or media was changed after the answer; the turn opened by it has `startAt` at the edit. */
  changedSinceAnswered: boolean
  /** The answer is a reply to it although the clocks disagree. */
  clocksDisagree: boolean
  /** The handle's first turn in this conversation. */
  first: boolean
}
