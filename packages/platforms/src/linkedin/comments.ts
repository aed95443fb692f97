import { PlatformError } from '../error.ts'
import type { PolledPage, PollInput } from '../platform.ts'
import { attempt, inGroups } from '../round.ts'
import { callApi, statusOf } from './api.ts'
import { nameIn, repliesIn } from './comment.ts'
import { isRefusal, readPage } from './list.ts'
import type { Read } from './list.ts'
import type { Named } from './notification.ts'
import { keyOf } from './state.ts'
import type { Task } from './state.ts'
import { commentUrn, escapeUrn, isPostUrn, readCommentUrn } from './urn.ts'

const dayMs = 86_400_000
const perPage = 100
/** No thread is as long as this; a list that goes on is one that goes in circles. */
const maxStart = 50_000
const maxSingles = 50
/** More comments than this that were named below one post are read with its list. */
const manyNamed = 20

/** Puts a list on the way; one that is being read goes on. */
export function plan({ state }: Read, task: Pick<Task, 'post' | 'root' | 'whole'>): void {
  const key = keyOf(task)
  const there = state.tasks.get(key)
  state.tasks.set(key, { ...task, start: there?.start ?? 0, whole: task.whole || there?.whole === true })
}

/** Where many comments of a post were named, its list is read; what is not in it (replies) is read by itself all the same. */
export function planNamed(read: Read): void {
  const byPost = new Map<string, number>()
  for (const named of read.state.named.values()) {
    const { post = '' } = placeOf(read, named)
    const count = (byPost.get(post) ?? 0) + 1
    byPost.set(post, count)
    if (count === manyNamed + 1 && !named.mention) plan(read, { post, root: '', whole: false })
  }
}

/** Reads what is on the way, as many pages as this poll may; the rest stays for the next. False when LinkedIn does not answer well. */
export async function readTasks(read: Read): Promise<boolean> {
  const { state, round } = read
  while (read.pagesLeft > 0) {
    const [found] = state.tasks
    if (found === undefined) return true
    const [key, task] = found
    const through = await attempt(round, async () => {
      try {
        const next = await readTask(read, task)
        if (next === null || next > maxStart) state.tasks.delete(key)
        else state.tasks.set(key, { ...task, start: next })
      } catch (error) {
        if (isRefusal(error)) state.tasks.delete(key)
        if (isRefusal(error) && error.kind === 'rejected') read.refused.add(task.post)
        throw error
      }
    })
    if (!through) return false
  }
  return true
}

/** One page of a list of comments; where it says that the replies below one are not what they were, that list is wanted too. */
async function readTask(read: Read, { post, root, start, whole }: Task): Promise<number | null> {
  const { state, round } = read
  read.pagesLeft -= 1
  const path = `socialActions/${escapeUrn(root === '' ? post : root)}/comments`
  const { elements, body, next } = await withNames(read, (query) => readPage(read, path, query, { start, count: perPage }))
  if (elements.length > 0) round.pages.push({ resource: `comments:${root || post}:${start}`, kind: 'comments', request: { post }, body })
  let fresh = 0
  for (const each of elements) {
    const name = nameIn(each)
    if (name === null) continue
    const urn = commentUrn(name)
    if (!read.read.has(urn)) fresh += 1
    read.read.add(urn)
    if (name.thread !== post) state.aliases.set(name.thread, post)
    const count = repliesIn(each)
    if (root !== '' || count === 0 || (!whole && state.counts.get(urn) === count)) continue
    state.counts.delete(urn)
    state.counts.set(urn, count)
    plan(read, { post, root: urn, whole: false })
  }
  return fresh === 0 && start > 0 ? null : next
}

const namesOf = 'actor~(localizedFirstName,localizedLastName,localizedName,vanityName)'

/** Asks for the writers' names as well. Not every app may see them, and then all of the answer is refused: so a day goes by without. */
async function withNames<T>(
  { io, state }: Read,
  ask: (query: string[]) => Promise<T>,
  projection = `(paging,elements*(*,${namesOf}))`,
): Promise<T> {
  if (state.refused.names > 0) return ask([])
  try {
    return await ask([`projection=${projection}`])
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    const answer = await ask([])
    state.refused.names = io.now().getTime() + dayMs
    return answer
  }
}

/** Comments that were only named, each by itself, unless a list brought them; what is too much for now stays for the next poll. */
export async function readNamed(read: Read): Promise<boolean> {
  const { state, round } = read
  let left = maxSingles
  for (const [urn, named] of state.named) {
    if (read.read.has(urn)) {
      state.named.delete(urn)
      continue
    }
    if (left-- <= 0) return true
    const through = await attempt(round, async () => {
      take(read, await readOne(read, urn, placeOf(read, named)))
    })
    if (!through) return false
    state.named.delete(urn)
  }
  return true
}

/** Under which post of ours a named comment stands, whatever name of the post it was told by. */
export function placeOf({ state }: Read, { urn, post, mention }: Named): Record<string, string> {
  const thread = readCommentUrn(urn)?.thread ?? ''
  return { post: state.aliases.get(post) ?? state.aliases.get(thread) ?? post, ...(mention && { mention: '1' }) }
}

/** Open messages again, unless a list brought them. Posts of others, which name us, are not ours to read: an absence there would prove nothing. */
export async function reread(read: Read, open: PollInput['open']): Promise<boolean> {
  const wanted = open.filter(({ externalId }) => readCommentUrn(externalId) !== null && !read.read.has(externalId))
  for (const { externalId, ref = {} } of inGroups(wanted, maxSingles)[0] ?? []) {
    const request = { ...(isPostUrn(ref.post) && { post: ref.post }), ...(ref.mention && { mention: '1' }) }
    const through = await attempt(read.round, async () => take(read, await readOne(read, externalId, request, ref.root)))
    if (!through) return false
  }
  return true
}

/** An absence counts only where something else was there: else it may be LinkedIn that is not well, or our right to read. */
function take({ round, answers }: Read, page: PolledPage): void {
  if (page.kind !== 'gone' || answers > 0) round.pages.push(page)
}

/**
 * A comment by its number. The documents show it below its thread; where a reply is not found there it is looked for below its comment too, before it counts as gone.
 */
async function readOne(read: Read, urn: string, request: Record<string, string>, root?: string): Promise<PolledPage> {
  const name = readCommentUrn(urn)
  if (name === null) throw new PlatformError('rejected', 'That is no comment')
  const above = root !== undefined && root !== urn && readCommentUrn(root) !== null ? [root] : []
  let gone: unknown
  for (const below of [name.thread, ...above]) {
    try {
      const path = `socialActions/${escapeUrn(below)}/comments/${name.id}`
      const { body, json } = await withNames(read, (query) => callApi(read.io, { path, query }), `(*,${namesOf})`)
      read.answers += 1
      if (nameIn(json)?.id !== name.id) throw new PlatformError('unavailable', 'LinkedIn answered with another comment')
      read.read.add(urn)
      return { resource: `comment:${urn}`, kind: 'comment', request, body }
    } catch (error) {
      if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
      gone = error
    }
  }
  return { resource: `comment:${urn}`, kind: 'gone', request: { id: urn }, body: JSON.stringify({ status: statusOf(gone) ?? 404 }) }
}
