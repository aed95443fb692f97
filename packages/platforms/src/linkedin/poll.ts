import { instantOf, idOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, pageGuard, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { placeOf, plan, planNamed, readNamed, readTasks, reread } from './comments.ts'
import { isRefusal, readPage } from './list.ts'
import type { Read } from './list.ts'
import { namedOf } from './notification.ts'
import { readNotices } from './notices.ts'
import { publishedAtOf } from './share.ts'
import { cursorOf, stateOf } from './state.ts'
import { subscribe } from './subscription.ts'
import { escapeUrn, isPostUrn } from './urn.ts'

const waitMs = 60_000
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const pagesPerPoll = 60
const maxPostPages = 20
const namelessPerPoll = 10

/**
 * The floor under the webhooks, sparing with calls because LinkedIn tells nobody its limits: what happened to the page since the last time, in one list; the comments it names, by themselves or
 * with their thread; the thread of the newest post and one more in turn; all threads now and then; the open messages. The first poll reads the posts since `backTo` whole.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const round: Round = { pages: [], trouble: null }
  const read: Read = { io, round, state, answers: 0, pagesLeft: pagesPerPoll, read: new Set(), refused: new Set(), reason: null }
  for (const named of (input.wanted ?? []).flatMap((each) => namedOf(each) ?? [])) {
    state.named.set(named.urn, named)
    if (named.notice !== '') state.seen.add(named.notice)
  }
  const whole = input.posts.filter((post) => post.whole).map((post) => post.externalId)
  for (const post of whole) if (isPostUrn(post)) plan(read, { post, root: '', whole: true })
  // A webhook named something, and all the rest was read just now.
  const brief = (input.wanted ?? []).length > 0 && nowMs - state.lastAt < waitMs / 2
  let well = await readNews(read, input, brief)
  planNamed(read)
  well &&= await readTasks(read)
  well &&= await readNamed(read)
  well &&= await reread(read, input.open)
  const trouble = round.trouble ?? read.reason
  if (trouble !== null && read.answers === 0) throw trouble
  if (well && !brief) state.lastAt = nowMs
  if (well && nowMs - state.hookAt >= dayMs) {
    // LinkedIn takes it away without a word when a person's rights change.
    await subscribe(io, io.self.accountId)
    state.hookAt = nowMs
  }
  const waiting = new Set([...state.tasks.values()].map((task) => task.post))
  return {
    ...finish(round, cursorOf(state), waitMs),
    read: well ? whole.filter((post) => !waiting.has(post) && !read.refused.has(post)) : [],
  }
}

/** Our posts when it is time, what happened to the page, and with that which threads are read. False when LinkedIn does not answer well. */
async function readNews(read: Read, input: PollInput, brief: boolean): Promise<boolean> {
  const { state, round, io } = read
  const nowMs = io.now().getTime()
  if (state.postsAt === 0) state.backTo ||= Date.parse(instantOf(input.backTo) ?? '') || nowMs - 90 * dayMs
  const known = new Set(input.posts.map((post) => post.externalId))
  const takePosts = (): Promise<boolean> =>
    attempt(round, async () => {
      try {
        for (const post of await readPosts(read, state.backTo || null)) known.add(post)
        state.postsAt = nowMs
      } catch (error) {
        if (isRefusal(error)) read.reason ??= error
        throw error
      }
    })
  let well = true
  if (!brief && (state.backTo > 0 || nowMs - state.postsAt >= 10 * minuteMs)) well = await takePosts()
  if (!brief && state.refused.finder === 0) well &&= await attempt(round, () => readNotices(read))
  if (!well) return false
  const strange = (): string[] =>
    [...state.named.values()]
      .flatMap((named) => (named.mention ? [] : (placeOf(read, named).post ?? [])))
      .filter((post) => !known.has(post))
  if (strange().length > 0 && state.postsAt < nowMs && !(await takePosts())) return false
  if (strange().some((post) => post.startsWith('urn:li:activity:'))) planNameless(read, known)
  if (brief) return true
  const tells = state.refused.finder === 0
  const deep = nowMs - state.deepAt >= (tells ? 6 * hourMs : hourMs)
  const posts = [...known].filter(isPostUrn)
  const { chosen, turn } = takeTurn(posts, state.turn, tells ? { newest: 1, others: 1 } : { newest: 3, others: 5 })
  state.turn = turn
  for (const post of deep ? posts : chosen) plan(read, { post, root: '', whole: deep })
  if (deep) state.deepAt = nowMs
  // Only now are the threads of the posts it found on the way.
  if (state.postsAt > 0) state.backTo = 0
  return true
}

/** A comment was told by a name of its post that we do not know: it is ours by another, which the list of the comments tells. The newest whose other name is not known yet are asked. */
function planNameless(read: Read, known: ReadonlySet<string>): void {
  const named = new Set(read.state.aliases.values())
  const nameless = [...known].filter((post) => isPostUrn(post) && !named.has(post))
  for (const post of nameless.slice(0, namelessPerPoll)) plan(read, { post, root: '', whole: false })
}

/** Our posts, changed last first: the first page, or all back to `untilAt` (ms). Gives their names. */
async function readPosts(read: Read, untilAt: number | null): Promise<string[]> {
  const { io, round } = read
  const query = ['q=author', `author=${escapeUrn(io.self.accountId)}`, 'sortBy=LAST_MODIFIED']
  const names: string[] = []
  const guard = pageGuard(maxPostPages)
  for (let start: number | null = 0, page = 0; start !== null && page < maxPostPages; page += 1) {
    guard(String(start))
    const { elements, body, next } = await readPage(read, 'posts', query, { start, count: 50 })
    if (elements.length > 0) round.pages.push({ resource: `posts:${start}`, kind: 'posts', request: {}, body })
    const wanted = elements.filter((post) => untilAt === null || !(publishedAtOf(post) < untilAt))
    names.push(...wanted.flatMap(({ id }) => idOf(id) ?? []))
    start = untilAt === null || wanted.length === 0 ? null : next
  }
  return names
}
