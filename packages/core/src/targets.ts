import type { Turn } from './history.ts'
import type { BusinessHours } from './hours.ts'
import { dueAtMs, instantAt } from './hours.ts'

/** How soon an answer is promised: so many seconds of calendar time, or of the channel's business time. */
export type Target = { seconds: number; clock: 'calendar' | 'business' }

/** What holds for a channel now. */
export type Rule = { target: Target; hours: BusinessHours }

/** The instant `HH:MM` of the coming Friday in the zone of the hours, for telling by an example when something is due. */
export function comingFriday(now: number, wall: string, timeZone: string): number {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now)
  const day = new Date(`${today}T00:00:00Z`)
  day.setUTCDate(day.getUTCDate() + ((5 - day.getUTCDay() + 7) % 7))
  return instantAt(day.toISOString().slice(0, 10), wall, timeZone)
}

/** When a wait that began at `startMs` is due, and when its last quarter begins. Milliseconds. */
export function dueOf(startMs: number, target: Target, hours: BusinessHours): { dueSoonAt: number; dueAt: number } {
  const targetMs = target.seconds * 1_000
  const clock = target.clock === 'business' ? hours : null
  return { dueSoonAt: dueAtMs(startMs, targetMs * 0.75, clock), dueAt: dueAtMs(startMs, targetMs, clock) }
}

/**
 * The target that counts for a turn. While it is open, the one that holds now: whoever waits is owed what we promise today. Once it has ended, the one
 * that held then: what its closing had stamped into it, else what the turn had (`before`), so that changing a target rewrites no history.
 */
export function targetOf(
  turn: Pick<Turn, 'state'>,
  { now, before, stamped }: { now: Target; before: { state: Turn['state']; target: Target } | null; stamped: Target | null },
): Target {
  if (turn.state === 'open') return now
  if (turn.state === 'closed' && stamped !== null) return stamped
  return before !== null && before.state !== 'open' ? before.target : now
}
