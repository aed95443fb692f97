import { listOf, recordOf } from '../json.ts'

/**
 * `begun`: the first reading is whole; `backTo`: how far it reaches back until then (ms). `posts`: ours with their types, and `answers`: those of others with the question above,
 * newest last. `seen`: items of lists that were read (`a` answers, `c` comments, `m` mentions, by number), newest last. `read`: posts whose answers (`a`) or comments (`c`) were
 * once read to their end. Turns: where the rest goes on.
 */
export type State = {
  v: 1
  begun: boolean
  backTo: number
  posts: Map<string, 'question' | 'answer'>
  answers: Map<string, string>
  seen: Set<string>
  read: Set<string>
  turn: number
  groupTurn: number
}

const maxPosts = 1_000
const maxAnswers = 500
const maxSeen = 2_000

/** The state in a cursor; a new one where there is none. */
export function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const pairs = (value: unknown): [string, string][] =>
    listOf(value).flatMap((each) => {
      const [id, other] = listOf(each)
      return typeof id === 'string' && typeof other === 'string' ? [[id, other] as [string, string]] : []
    })
  const names = (value: unknown): string[] => listOf(value).filter((each) => typeof each === 'string')
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  return {
    v: 1,
    begun: kept.begun === true,
    backTo: numberOf(kept.backTo),
    posts: new Map(pairs(kept.posts).map(([id, type]) => [id, type === 'answer' ? 'answer' : 'question'])),
    answers: new Map(pairs(kept.answers)),
    seen: new Set(names(kept.seen)),
    read: new Set(names(kept.read)),
    turn: numberOf(kept.turn),
    groupTurn: numberOf(kept.groupTurn),
  }
}

/** The state as a cursor, of bounded size: the oldest goes first, and with a post what is known of it. */
export function cursorOf(state: State): object {
  const posts = [...state.posts].slice(-maxPosts)
  const answers = [...state.answers].slice(-maxAnswers)
  const watched = new Set([...posts, ...answers].map(([id]) => id))
  const read = [...state.read].filter((each) => watched.has(each.slice(1)))
  return { ...state, posts, answers, seen: [...state.seen].slice(-maxSeen), read }
}
