import { idOf, listOf, recordOf, textOf } from '../json.ts'

const maxNames = 301
const maxCounts = 300
const maxMore = 60

/** Comments that a tree left out: by their ids, or all below one (its id without `t1_`). */
type More = { link: string; ours: boolean; children: string[]; below?: string }

/**
 * `inbox`, `own`, `posts`: the newest fullnames of each list, to know where the unknown ends. `counts`: how many comments a post held when its thread was read. `more`: what is
 * still to be asked for. `turn`: see `takeTurn`. `deepAt`: the last deep reading (ms).
 */
export type State = {
  v: 1
  inbox: string[]
  own: string[]
  posts: string[]
  counts: Map<string, number>
  more: More[]
  turn: number
  deepAt: number
}

/** A cursor as it was kept; whatever is damaged in it is left out. */
export function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const idsIn = (value: unknown): string[] => listOf(value).flatMap((id) => idOf(id) ?? [])
  return {
    v: 1,
    inbox: idsIn(kept.inbox),
    own: idsIn(kept.own),
    posts: idsIn(kept.posts),
    counts: new Map(
      listOf(kept.counts).flatMap((each): [string, number][] => {
        const [id, count] = listOf(each)
        return typeof id === 'string' && typeof count === 'number' ? [[id, count]] : []
      }),
    ),
    more: listOf(kept.more).flatMap((each): More[] => {
      const { link, ours, children, below } = recordOf(each)
      const more = { link: textOf(link), ours: ours === true, children: idsIn(children) }
      return /^t3_\w+$/.test(more.link) ? [typeof below === 'string' ? { ...more, below } : more] : []
    }),
    turn: typeof kept.turn === 'number' && kept.turn > 0 ? Math.floor(kept.turn) : 0,
    deepAt: Math.min(typeof kept.deepAt === 'number' && kept.deepAt > 0 ? kept.deepAt : 0, nowMs),
  }
}

/** The state as a cursor of bounded size. */
export function cursorOf(state: State): object {
  const short = (ids: string[]): string[] => ids.filter((id) => id.length <= 32).slice(0, maxNames)
  return {
    ...state,
    inbox: short(state.inbox),
    own: short(state.own),
    posts: short(state.posts),
    counts: [...state.counts].filter(([id]) => id.length <= 32).slice(-maxCounts),
    more: state.more.slice(0, maxMore).map((each) => ({ ...each, children: short(each.children) })),
  }
}
