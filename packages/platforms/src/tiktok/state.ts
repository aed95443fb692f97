import { recordOf } from '../json.ts'

const keptVideos = 300
const keptThreads = 500
/** More than the videos of a first reading. */
const keptPending = 500

/**
 * What a poll remembers. `deepAt`: last reading to the end (ms); `backTo`: how far the first one reaches, until it is whole (ms). `newestAt`: the youngest comment seen, by
 * TikTok's clock (ms). `counts`: comments of a video when it was last read; `threads`: replies of a comment then, or when they were put off. `pending`: what is still to be read
 * (`<video>` or `<video>/<comment>`), and from where. `turn`, `openTurn`: see `takeTurn`.
 */
export type State = {
  v: 1
  deepAt: number
  backTo: number
  newestAt: number
  counts: Record<string, number>
  threads: Record<string, number>
  pending: Record<string, string>
  turn: number
  openTurn: number
}

/** The cursor of the last poll; anything that is none is a beginning. */
export function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  return {
    v: 1,
    deepAt: Math.min(numberOf(kept.deepAt), nowMs),
    backTo: numberOf(kept.backTo),
    newestAt: numberOf(kept.newestAt),
    counts: numbersOf(kept.counts),
    threads: numbersOf(kept.threads),
    pending: Object.fromEntries(
      Object.entries(recordOf(kept.pending)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    turn: Math.floor(numberOf(kept.turn)),
    openTurn: Math.floor(numberOf(kept.openTurn)),
  }
}

function numbersOf(value: unknown): Record<string, number> {
  return Object.fromEntries(Object.entries(recordOf(value)).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}

/** The same for the next poll, of a bounded size: what falls out is read again, and what was put off then counts as not read. */
export function cursorOf(state: State): State {
  const pending = lastOf(state.pending, keptPending)
  const [counts, threads] = [{ ...state.counts }, { ...state.threads }]
  for (const key of Object.keys(state.pending)) {
    if (key in pending) continue
    const [videoId = '', commentId = ''] = key.split('/')
    delete counts[videoId]
    delete threads[commentId]
  }
  return { ...state, counts: lastOf(counts, keptVideos), threads: lastOf(threads, keptThreads), pending }
}

function lastOf<T>(record: Record<string, T>, most: number): Record<string, T> {
  return Object.fromEntries(Object.entries(record).slice(-most))
}
