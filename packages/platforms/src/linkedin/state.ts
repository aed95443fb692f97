import { idOf, listOf, recordOf, textOf } from '../json.ts'
import { namedOf, wantedOf } from './notification.ts'
import type { Named } from './notification.ts'
import { isPostUrn, readCommentUrn } from './urn.ts'

const maxTasks = 300
const maxNamed = 500
const maxSeen = 1_000
const maxCounts = 500
const maxAliases = 500

/** A list of comments that is still to be read, from where: below a post, or below one of its comments (`root`). `whole`: the replies below all of them, too. */
export type Task = { post: string; root: string; start: number; whole: boolean }

/** What is not asked for until then (ms), because LinkedIn refused it: the finder, its unsure action, the writers' names. */
export type Refused = { finder: number; mentions: number; names: number }

/**
 * `backTo`: how far the first reading reaches back (ms), until the threads of its posts are on the way; 0 from then on. `sinceAt`: from when notifications are asked for, 0 before the first;
 * `postsAt`, `deepAt`, `hookAt`, `lastAt`: when our posts, all threads, the subscription and anything were last asked for (ms). `seen`: numbers of notifications that were read. `named`: comments
 * still to be read by themselves. `counts`: how many replies a comment had. `aliases`: a thread's name -> our post's. `turn`: see `takeTurn`.
 */
export type State = {
  v: 1
  backTo: number
  sinceAt: number
  postsAt: number
  deepAt: number
  hookAt: number
  lastAt: number
  turn: number
  refused: Refused
  seen: Set<string>
  tasks: Map<string, Task>
  named: Map<string, Named>
  counts: Map<string, number>
  aliases: Map<string, string>
}

/** A cursor as it was kept; whatever is damaged in it is left out. */
export function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const refused = recordOf(kept.refused)
  const until = (value: unknown): number => (numberOf(value) > nowMs && numberOf(value) <= nowMs + 2 * 86_400_000 ? numberOf(value) : 0)
  const past = (value: unknown): number => Math.min(numberOf(value), nowMs)
  const tasks = listOf(kept.tasks).flatMap((each) => taskOf(each) ?? [])
  const named = listOf(kept.named).flatMap((each) => namedOf({ kind: textOf(recordOf(each).kind), id: textOf(recordOf(each).id) }) ?? [])
  return {
    v: 1,
    backTo: past(kept.backTo),
    sinceAt: numberOf(kept.sinceAt),
    postsAt: past(kept.postsAt),
    deepAt: past(kept.deepAt),
    hookAt: past(kept.hookAt),
    lastAt: past(kept.lastAt),
    turn: Math.floor(numberOf(kept.turn)),
    refused: { finder: until(refused.finder), mentions: until(refused.mentions), names: until(refused.names) },
    seen: new Set(listOf(kept.seen).flatMap((id) => idOf(id) ?? [])),
    tasks: new Map(tasks.map((task) => [keyOf(task), task])),
    named: new Map(named.map((each) => [each.urn, each])),
    counts: new Map(pairsOf(kept.counts).map(([id, count]): [string, number] => [id, numberOf(count)])),
    aliases: new Map(pairsOf(kept.aliases).flatMap(([thread, post]): [string, string][] => (isPostUrn(post) ? [[thread, post]] : []))),
  }
}

/** The state as a cursor of bounded size: what was known last stays. */
export function cursorOf(state: State): object {
  const tasks = [...state.tasks.values()]
  // Replies that nobody will read now have to look unread when their comment is met again.
  const cut = new Set(tasks.slice(maxTasks).map((task) => task.root))
  return {
    ...state,
    seen: [...state.seen].filter((id) => id.length <= 25).slice(-maxSeen),
    tasks: tasks.slice(0, maxTasks),
    named: [...state.named.values()].slice(0, maxNamed).map(wantedOf),
    counts: [...state.counts].filter(([urn]) => !cut.has(urn)).slice(-maxCounts),
    aliases: [...state.aliases].slice(-maxAliases),
  }
}

/** One list is one task, however often it is wanted. */
export function keyOf({ post, root }: Pick<Task, 'post' | 'root'>): string {
  return root === '' ? post : `${post} ${root}`
}

function taskOf(value: unknown): Task | null {
  const { post, root, start, whole } = recordOf(value)
  if (!isPostUrn(post)) return null
  return { post, root: readCommentUrn(root) === null ? '' : textOf(root), start: Math.floor(numberOf(start)), whole: whole === true }
}

function pairsOf(value: unknown): [string, unknown][] {
  return listOf(value).flatMap((each): [string, unknown][] => {
    const [id, other] = listOf(each)
    return typeof id === 'string' && id.length <= 100 ? [[id, other]] : []
  })
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value > 0 && value < 1e16 ? value : 0
}
