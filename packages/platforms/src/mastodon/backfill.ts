import { recordOf } from '../json.ts'
import type { Io, PollResult } from '../platform.ts'
import type { Round } from '../round.ts'
import { notifications, ownStatuses, readDown } from './list.ts'

const pagesPerPiece = 10

/** Where each list goes on, '' for its newest; null when it is read. */
type State = { v: 1; notifications: string | null; own: string | null }

/** A piece of both lists, from the newest down to `backTo`: on a busy account they are too long for one round. */
export async function backfill(
  io: Io,
  { cursor, backTo }: { cursor: unknown; backTo: string },
): Promise<PollResult & { done: boolean; reachedAt?: string }> {
  const state = stateOf(cursor)
  const round: Round = { pages: [], trouble: null }
  const untilAt = Date.parse(backTo)
  const reached: number[] = []
  for (const name of ['notifications', 'own'] as const) {
    const below = state[name]
    if (below === null) continue
    const list = name === 'own' ? await ownStatuses(io, '') : notifications('')
    const { rest, oldestAt } = await readDown(io, round, list, { below, untilAt, maxPages: pagesPerPiece })
    state[name] = rest
    if (rest !== null && oldestAt !== null) reached.push(oldestAt)
  }
  const done = state.notifications === null && state.own === null
  const reachedAt = reached.length > 0 && { reachedAt: new Date(Math.max(...reached)).toISOString() }
  return { pages: round.pages, cursor: state, waitMs: 0, done, ...reachedAt }
}

function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const placeOf = (value: unknown): string | null => (value === null ? null : typeof value === 'string' ? value : '')
  return { v: 1, notifications: placeOf(kept.notifications), own: placeOf(kept.own) }
}
