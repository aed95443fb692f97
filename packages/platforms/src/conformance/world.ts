import type { Ability, Io, RawDelivery } from '../platform.ts'
import type { OpenSocket } from '../socket.ts'

/** What can be made to go wrong with calls to the platform. `accept_then_*` carry the write out first; `too_large` is a 413 of the server before it. */
export type Fault =
  | 'server_error'
  | 'unavailable'
  | 'hang'
  | 'reset'
  | 'accept_then_hang'
  | 'accept_then_reset'
  | 'accept_then_500'
  | 'accept_then_400'
  | 'bad_json'
  | 'html'
  | 'rate_limited'
  | 'too_large'
  | 'expired_token'
  | 'revoked_token'

/** A platform that does what a test tells it. Ids are the platform's own. */
export type World = {
  /** A connected channel; `saved` counts rotated sessions. Its clock is real, and goes on by `pass`. */
  io: Io
  saved: () => number
  /** What connecting said that this account may not do. */
  cannot?: Ability[]
  /** So much time goes by, there and here. */
  pass(ms: number): void
  post(text: string): string
  /** Where the platform has reviews in place of comments. */
  review?(speaker: string, text: string, stars: number): string
  comment(speaker: string, text: string, parentId: string | null): string
  /** Something that mentions us away from our posts. */
  mention(speaker: string, text: string): string
  /** The brand answers in the platform's own app. */
  answer(text: string, parentId: string): string
  edit(id: string, text: string): void
  remove(id: string): void
  /** Ids of the brand's living replies with these words in them. */
  repliesSaying(words: string): string[]
  parentOf(id: string): string | null
  isLiked(id: string): boolean
  /** Of those that the platform can: hidden there; its words as they stand there, null when it is gone; what was told to its writer alone; how many stand below a post. */
  isHidden?(id: string): boolean
  textOf?(id: string): string | null
  toldPrivately?(id: string): string[]
  /** What a message carries besides its words, in its order; a description that the platform does not keep is ''. */
  mediaOf?(id: string): { type: string; alt: string; bytes: Uint8Array }[]
  countBelow?(postId: string): number
  /** What the platform pushed since it was last asked, as it was stored: where webhooks bring what no poll does. */
  pushed?(): RawDelivery[]
  /** Where the platform tells of news over a connection: how it is opened, and all of them broken at once. */
  openSocket?: OpenSocket
  dropSockets?(): void
  /** A file is brought there by a call of its own, before the reply. */
  uploads?: boolean
  /** The next `times` writes (or reads, or uploads) meet the fault. */
  fault(fault: Fault, on: 'write' | 'read' | 'upload', times: number): void
  /** No call meets a fault any more. */
  calm(): void
  /** Every call with the token fails from now on. */
  breakToken(state: 'expired' | 'revoked'): void
  shortPages(): void
  /** Notifications are lost, where the platform has them. */
  loseNotifications(): void
  close(): Promise<void>
}
