import { idOf, listOf, recordOf, textOf } from '../json.ts'

/** What a round left out for its cost: the question it was part of, and below which id it goes on. */
export type Gap = { params: Record<string, string>; untilId: string }
export type Timeline = { newest: string | null; gap: Gap | null }

/**
 * `mentions`, `own`: the newest id read. `threads`: the newest id of each of our threads that search has shown. `sweptAt`, `searchedAt`: the last long overlap and the last search
 * (ms). `paid`: ids that were paid for on a day. `turn`: see `takeTurn`.
 */
export type State = {
  v: 1
  mentions: Timeline
  own: Timeline
  threads: Map<string, string>
  sweptAt: number
  searchedAt: number
  turn: number
  paid: { day: string; ids: string[] }
}

const maxThreads = 300

/** A cursor as it was kept; whatever is damaged in it is left out. */
export function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const paid = recordOf(kept.paid)
  const threads = listOf(kept.threads).flatMap((each): [string, string][] => {
    const [id, newest] = listOf(each).map(idOf)
    return id && newest ? [[id, newest]] : []
  })
  return {
    v: 1,
    mentions: timelineOf(kept.mentions),
    own: timelineOf(kept.own),
    threads: new Map(threads),
    sweptAt: numberOf(kept.sweptAt),
    searchedAt: numberOf(kept.searchedAt),
    turn: Math.floor(numberOf(kept.turn)),
    paid: { day: textOf(paid.day), ids: listOf(paid.ids).flatMap((id) => idOf(id) ?? []) },
  }
}

/** The state as a cursor of bounded size. */
export function cursorOf(state: State): object {
  return { ...state, threads: [...state.threads].slice(-maxThreads) }
}

function timelineOf(value: unknown): Timeline {
  const { newest, gap } = recordOf(value)
  const { params, untilId } = recordOf(gap)
  const strings = Object.entries(recordOf(params)).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { newest: idOf(newest), gap: typeof untilId === 'string' ? { params: Object.fromEntries(strings), untilId } : null }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0
}
