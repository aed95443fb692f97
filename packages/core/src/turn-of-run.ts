import type { Turn } from './history.ts'
import type { Ending, Said } from './runs.ts'
import { byTime } from './thread.ts'

/** The turn that an answer or closing ended. An answer is never earlier than what it answers: where the clocks say so, it is flagged. */
export function endedTurn(ending: Ending): Turn {
  const { by } = ending
  const owed = owedOf(ending.said)
  const answered = by.kind === 'answer'
  const startAt = startOf(owed, ending.at)
  // Never flatters: an answer to several messages came after the last of them.
  const endAt = Math.max(ending.at, startAt, ...(answered ? [latest(owed)] : []))
  return {
    ...blankTurn(owed, startAt),
    state: answered ? 'answered' : 'closed',
    endAt,
    endedBy: by.id,
    source: answered ? by.source : null,
    assumed: answered && by.threadOnly,
    closedClass: answered ? null : by.class,
    changedSinceAnswered: ending.changedSince,
    clocksDisagree: answered && (endAt > by.at || (by.source === 'here' && owed.some((said) => said.receivedAt > by.actedAt))),
  }
}

/**
 * The turn of a run that no answer or closing ended: open while any of it is still there. When all is gone it ended with the last of it.
 * Where causes differ it is moderated as soon as we took any of it away, and declined as soon as any of that was not spam.
 * `likedAt`: by message, when we last liked it.
 */
export function restingTurn(run: Said[], likedAt: Map<string, number>): Turn {
  const owed = owedOf(run)
  const goneAt = owed.reduce((at, said) => Math.max(at, said.gone?.at ?? Infinity), -Infinity)
  const turn = blankTurn(owed, startOf(owed, goneAt))
  if (goneAt === Infinity) return { ...turn, acknowledged: owed.some((said) => isLiked(said, likedAt.get(said.message.id))) }
  const byUs = owed.filter((said) => said.gone?.by === 'us')
  if (byUs.length === 0) return { ...turn, state: 'withdrawn', endAt: goneAt }
  const spam = byUs.every((said) => said.message.moderationReason === 'spam')
  return { ...turn, state: 'moderated', endAt: goneAt, closedClass: spam ? 'not_owed' : 'declined' }
}

function owedOf(said: Said[]): Said[] {
  return said.filter((one) => one.owed).toSorted(byTime)
}

/**
 * What its author deleted before the end no longer waits, so the turn starts at the first message that was left. Every other removal
 * keeps the start: by us by rule, and with a parent or for an unknown cause because a later start could only flatter.
 */
function startOf(owed: Said[], endAt: number): number {
  const left = owed.find((said) => said.gone === null || said.gone.by !== 'author' || said.gone.at >= endAt)
  return (left ?? owed[0]!).at
}

function latest(owed: Said[]): number {
  return owed.at(-1)!.at
}

/** A like of the earlier text does not acknowledge an edit. */
function isLiked(said: Said, likedAt: number | undefined): boolean {
  return likedAt !== undefined && (said.id === said.message.id || likedAt >= said.at)
}

/** An open turn of these; `first` is set once all turns are known. */
function blankTurn(owed: Said[], startAt: number): Turn {
  return {
    id: owed[0]!.id,
    handle: owed[0]!.message.handle,
    messageIds: owed.map((said) => said.message.id),
    startAt,
    state: 'open',
    endAt: null,
    endedBy: null,
    source: null,
    assumed: false,
    closedClass: null,
    acknowledged: false,
    foundLate: owed.some((said) => said.foundLate),
    changedSinceAnswered: false,
    clocksDisagree: false,
    first: false,
  }
}
