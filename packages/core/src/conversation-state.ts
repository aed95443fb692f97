import type { ConversationState } from './api.ts'
import type { Turn } from './history.ts'
import { byTime } from './thread.ts'

/**
 * The state of a conversation. Somebody waits: `waiting`, or `snoozed` while `snoozedUntil` lies ahead (that person still waits and is counted
 * so). Nobody waits: the state of its latest turn, whatever is snoozed. Without any turn (before the connection, or ours alone) nothing is
 * owed in it: `closed`. Instants in milliseconds, UTC.
 */
export function stateOf(turns: readonly Turn[], snoozedUntil: number | null, now: number): ConversationState {
  if (turns.some((turn) => turn.state === 'open')) return snoozedUntil !== null && snoozedUntil > now ? 'snoozed' : 'waiting'
  const latest = turns.reduce<Turn | null>((last, turn) => (last === null || byStart(last, turn) < 0 ? turn : last), null)
  return latest === null || latest.state === 'open' ? 'closed' : latest.state
}

/** The earliest start among the open turns; null exactly if none is open. */
export function waitingSince(turns: readonly Turn[]): number | null {
  return oldestOpenTurn(turns)?.startAt ?? null
}

/** Who waits longest: closing, liking and replying act on it unless a message is named. */
export function oldestOpenTurn(turns: readonly Turn[]): Turn | null {
  return turns.reduce<Turn | null>((oldest, turn) => {
    if (turn.state !== 'open') return oldest
    return oldest === null || byStart(turn, oldest) < 0 ? turn : oldest
  }, null)
}

/** Whether who waits longest was liked: shown as "liked, not answered". */
export function isAcknowledged(turns: readonly Turn[]): boolean {
  return oldestOpenTurn(turns)?.acknowledged ?? false
}

function byStart(a: Turn, b: Turn): number {
  return byTime({ at: a.startAt, id: a.id }, { at: b.startAt, id: b.id })
}
