import type { Io } from '../platform.ts'

/** What can be made to go wrong with calls to the platform. `accept_then_*` carry the write out first. */
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
  | 'expired_token'
  | 'revoked_token'

/** A platform that does what a test tells it. Ids are the platform's own. */
export type World = {
  /** A connected channel; `saved` counts rotated sessions. Its clock is real. */
  io: Io
  saved: () => number
  post(text: string): string
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
  /** The next `times` writes (or reads) meet the fault. */
  fault(fault: Fault, on: 'write' | 'read', times: number): void
  /** Every call with the token fails from now on. */
  breakToken(state: 'expired' | 'revoked'): void
  shortPages(): void
  /** Notifications are lost, where the platform has them. */
  loseNotifications(): void
  close(): Promise<void>
}
