import { createHash } from 'node:crypto'
import { listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'

/**
 * `seen`: discussions with a mark of what they held, newest last. `rest`: where a reading of the list goes on, down to `untilAt` (ms). `pending`: discussions that are to be read to their
 * end. `sinceAt` (ms) and `told`: notifications, from where on they are asked for, and which of them were read as of which change.
 */
export type State = {
  v: 1
  begun: boolean
  seen: Map<string, string>
  rest: { after: string; untilAt: number } | null
  pending: Set<string>
  sinceAt: number
  told: Map<string, string>
  lastModified: string | null
  notBeforeAt: number
}

const maxSeen = 500
const maxPending = 500
const maxTold = 1_000

/** The state in a cursor; a new one where there is none. */
export function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const rest = recordOf(kept.rest)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  const pairs = (value: unknown): [string, string][] =>
    listOf(value).flatMap((each) => {
      const [id, mark] = listOf(each)
      return typeof id === 'string' && typeof mark === 'string' ? [[id, mark] as [string, string]] : []
    })
  return {
    v: 1,
    begun: kept.begun === true,
    seen: new Map(pairs(kept.seen)),
    rest: nameOf(rest.after) === null ? null : { after: textOf(rest.after), untilAt: numberOf(rest.untilAt) },
    pending: new Set(listOf(kept.pending).filter((id) => typeof id === 'string')),
    sinceAt: numberOf(kept.sinceAt),
    told: new Map(pairs(kept.told)),
    lastModified: nameOf(kept.lastModified),
    notBeforeAt: numberOf(kept.notBeforeAt),
  }
}

/** The state as a cursor, of bounded size: the oldest goes first. */
export function cursorOf(state: State): object {
  const short = (list: [string, string][], most: number): [string, string][] => list.filter(([id]) => id.length <= 100).slice(-most)
  return {
    ...state,
    seen: short([...state.seen], maxSeen),
    pending: [...state.pending].filter((id) => id.length <= 100).slice(-maxPending),
    told: short([...state.told], maxTold),
  }
}

/** Whatever is different in a discussion gives another mark. */
export function markOf(node: JsonRecord): string {
  return createHash('sha256').update(JSON.stringify(node)).digest('base64url').slice(0, 12)
}
