import type { Closing, History, HistoryMessage } from '../src/history.ts'

/** A conversation under our post, connected since 0, with these messages. */
export function aHistory(messages: HistoryMessage[], rest: Partial<History> = {}): History {
  return { connectedAt: 0, onOurPost: true, messages, closings: [], likes: [], ...rest }
}

/** An inbound message by Ann, received in the instant it was written. */
export function inbound(id: string, at: number, rest: Partial<HistoryMessage> = {}): HistoryMessage {
  return {
    id,
    parentId: null,
    handle: 'ann',
    ours: false,
    automated: false,
    private: false,
    mentionsUs: false,
    at,
    receivedAt: at,
    versions: [{ text: `text of ${id}`, media: '', at }],
    removed: null,
    hiddenAt: null,
    moderationReason: null,
    inReplyTo: null,
    sentAt: null,
    tags: null,
    ...rest,
  }
}

/** Our answer, typed on the platform under `parentId`. */
export function native(id: string, at: number, parentId: string | null, rest: Partial<HistoryMessage> = {}): HistoryMessage {
  return inbound(id, at, { handle: 'us', ours: true, parentId, ...rest })
}

/** Our answer, sent here in the instant `at`. */
export function sentHere(id: string, at: number, inReplyTo: string, rest: Partial<HistoryMessage> = {}): HistoryMessage {
  return inbound(id, at, { handle: 'us', ours: true, inReplyTo, sentAt: at, parentId: inReplyTo, ...rest })
}

export function closing(id: string, at: number, messageId: string, rest: Partial<Closing> = {}): Closing {
  return { id, messageId, at, class: 'not_owed', reason: 'thanks', reopenedAt: null, ...rest }
}
