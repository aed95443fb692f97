import { idOf, listOf, recordOf, textOf } from '../json.ts'

/** How many threads are watched for new replies: those that were seen last. */
const maxThreads = 500
const maxPending = 1_000
const maxHeld = 500
const maxAsked = 200
const maxIdLength = 64
const maxTokenLength = 4_000
const maxWholes = 10

/**
 * `threads`: how many replies each held when last read, newest seen first. `pending`: threads whose replies are still to be read, with their video. `rest`: where the first
 * reading of the past goes on, down to `untilAt`. `wholes`: videos that are read to their end, and where that goes on; '' when only replies are left. `held`: comments that wait for review. `asked`: videos asked for. `slowAt`, `deepAt`: when the held ones and the videos
 * were last read (ms). `turn`, `postTurn`: see `takeTurn`.
 */
export type State = {
  v: 1
  threads: Map<string, number>
  pending: Map<string, string>
  rest: { pageToken: string; untilAt: number } | null
  wholes: Map<string, string>
  held: string[]
  asked: string[]
  slowAt: number
  deepAt: number
  turn: number
  postTurn: number
}

/** A cursor as it was kept; whatever is damaged in it is left out. */
export function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const rest = recordOf(kept.rest)
  const pageToken = textOf(rest.pageToken)
  return {
    v: 1,
    threads: new Map(pairsOf(kept.threads).map(([id, total]): [string, number] => [id, numberOf(total)])),
    pending: new Map(pairsOf(kept.pending).map(([id, videoId]): [string, string] => [id, textOf(videoId)])),
    rest: pageToken === '' ? null : { pageToken, untilAt: numberOf(rest.untilAt) },
    wholes: new Map(pairsOf(kept.wholes).map(([id, token]): [string, string] => [id, textOf(token)])),
    held: listOf(kept.held).flatMap((id) => idOf(id) ?? []),
    asked: listOf(kept.asked).flatMap((id) => idOf(id) ?? []),
    slowAt: Math.min(numberOf(kept.slowAt), nowMs),
    deepAt: Math.min(numberOf(kept.deepAt), nowMs),
    turn: Math.floor(numberOf(kept.turn)),
    postTurn: Math.floor(numberOf(kept.postTurn)),
  }
}

/** The state as a cursor of bounded size. */
export function cursorOf(state: State): object {
  const fits = (id: string): boolean => id.length <= maxIdLength
  return {
    ...state,
    threads: [...state.threads].filter(([id]) => fits(id)).slice(0, maxThreads),
    pending: [...state.pending].filter(([id, videoId]) => fits(id) && fits(videoId)).slice(0, maxPending),
    rest: state.rest !== null && state.rest.pageToken.length <= maxTokenLength ? state.rest : null,
    wholes: [...state.wholes].filter(([id, token]) => fits(id) && token.length <= maxTokenLength).slice(-maxWholes),
    held: state.held.filter(fits).slice(0, maxHeld),
    asked: state.asked.filter(fits).slice(-maxAsked),
  }
}

function pairsOf(value: unknown): [string, unknown][] {
  return listOf(value).flatMap((each): [string, unknown][] => {
    const [id, other] = listOf(each)
    return typeof id === 'string' ? [[id, other]] : []
  })
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0
}
