import { PlatformError } from '../error.ts'
import { idOf, instantOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult, Quota } from '../platform.ts'
import { attempt, finish, inGroups, openResource, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import type { ApiAnswer } from './api.ts'
import { commentIdOf, placeOf, postIdOf } from './names.ts'
import { cursorOf, stateOf } from './state.ts'
import type { State } from './state.ts'

/** Ten thousand calls a day, of which a quiet round takes four; and nobody may ask the same within a minute. */
const waitMs = 90_000
const sparingWaitMs = 10 * 60_000
const dayMs = 86_400_000
const idsPerCall = 100
const pagesPerList = 20
const postPages = 10
/** Enough for one round; what is left is read in the next. */
const callsPerPoll = 80
const maxOpenPerPoll = 200

/** `methods`: those that asked for patience in this round. `ended`: what was read to its end in it: answers (`a`) and comments (`c`) by the number of their post. */
type Read = {
  io: Io
  round: Round
  state: State
  backTo: number
  calls: number
  quota: Quota | null
  backoffMs: number
  methods: Set<string>
  ended: Set<string>
}

/**
 * Our posts, newest first; then the answers to our questions, and the comments below our posts and those answers, a hundred posts a call; then who mentions us; then open
 * messages by their ids. Lists are read down to what was read before; below a post that is new to us, to their end. The first reading reaches back to `backTo`, however many
 * polls it takes, but knows our posts of all times: people still answer them.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const state = stateOf(input.cursor)
  const round: Round = { pages: [], trouble: null }
  const backTo = state.begun ? 0 : state.backTo || Date.parse(input.backTo ?? '') || io.now().getTime() - 90 * dayMs
  const read: Read = { io, round, state, backTo, calls: 0, quota: null, backoffMs: 0, methods: new Set(), ended: new Set() }
  const whole = await readPosts(read, input.posts)
  let well = await attempt(round, () => readMentions(read))
  for (const kind of ['answers', 'comments'] as const)
    for (const group of groupsOf(read, kind, whole))
      if (read.calls < callsPerPoll) well &&= await attempt(round, () => readBelow(read, kind, group))
  const { chosen, turn } = takeTurn(input.open, state.turn, { newest: 0, others: maxOpenPerPoll })
  for (const type of ['comments', 'posts'] as const)
    for (const group of inGroups(
      chosen.filter(({ externalId }) => placeOf(externalId)?.type === type),
      idsPerCall,
    ))
      well &&= await attempt(round, () => reread(read, type, group))
  if (well) state.turn = turn
  state.begun ||= round.trouble === null && isAllRead(state)
  state.backTo = state.begun ? 0 : backTo
  const { quota } = read
  const sparing = quota !== null && quota.of !== null && quota.left * 10 < quota.of
  const least = Math.max(sparing ? sparingWaitMs : waitMs, read.backoffMs)
  const readWhole = [...whole].filter((id) => backTo === 0 && isReadWhole(read, id)).map((id) => postIdOf(io.settings.site ?? '', id))
  return { ...finish(round, cursorOf(state), least), ...(quota && { quota }), ...(whole.size > 0 && { read: readWhole }) }
}

/** Whether every post that we know was once read to its end. */
function isAllRead({ posts, answers, read }: State): boolean {
  const answered = [...posts].every(([id, type]) => type === 'answer' || read.has(`a${id}`))
  return answered && [...posts.keys(), ...answers.keys()].every((id) => read.has(`c${id}`))
}

/** Whether this round read all answers to a post, and all comments below it and below those. */
function isReadWhole({ state, ended }: Read, id: string): boolean {
  const answered = state.posts.get(id) === 'answer' || ended.has(`a${id}`)
  return answered && [id, ...answersTo(state, id)].every((each) => ended.has(`c${each}`))
}

function answersTo({ answers }: State, id: string): string[] {
  return [...answers].flatMap(([answer, question]) => (question === id ? [answer] : []))
}

/** Our newest posts; what the server wants watched is known from then on. Gives the posts that are to be read whole. */
async function readPosts(read: Read, posts: PollInput['posts']): Promise<Set<string>> {
  const { state } = read
  const whole = new Set<string>()
  for (const { externalId, ref, whole: wanted } of posts.toReversed()) {
    const place = placeOf(externalId)
    if (place?.type !== 'posts') continue
    state.posts.delete(place.id)
    state.posts.set(place.id, ref.type === 'answer' ? 'answer' : 'question')
    if (wanted) whole.add(place.id)
  }
  const found: [string, 'question' | 'answer'][] = []
  await readList(read, { kind: 'posts', path: '/me/posts', method: 'me/posts', backTo: 0, maxPages: postPages }, (items) => {
    const ids = items.flatMap((item) => idOf(item.post_id) ?? [])
    const known = ids.every((id) => state.posts.has(id))
    for (const item of items) {
      const id = idOf(item.post_id)
      if (id !== null) found.push([id, textOf(item.post_type) === 'answer' ? 'answer' : 'question'])
    }
    return known
  })
  // The newest last: what there are too many of goes from the front.
  for (const [id, type] of found.toReversed()) if (!state.posts.has(id)) state.posts.set(id, type)
  return whole
}

async function readMentions(read: Read): Promise<void> {
  const { state } = read
  const ids: string[] = []
  const list = { kind: 'mentioned', path: '/me/mentioned', method: 'me/mentioned', backTo: read.backTo, maxPages: pagesPerList }
  await readList(read, list, (items) => {
    const page = items.flatMap((item) => idOf(item.comment_id) ?? [])
    ids.push(...page)
    return page.some((id) => state.seen.has(`m${id}`))
  })
  for (const id of ids.toReversed()) state.seen.add(`m${id}`)
}

type Group = { ids: string[]; toTheEnd: boolean }

/** Posts in hundreds: the newest every time and one other hundred in turn; those that were never read to the end, or shall be, by themselves. */
function groupsOf({ state }: Read, kind: 'answers' | 'comments', whole: Set<string>): Group[] {
  const own = [...state.posts].flatMap(([id, type]) => (kind === 'comments' || type === 'question' ? [id] : []))
  const all = (kind === 'comments' ? [...own, ...state.answers.keys()] : own).toReversed()
  const wanted = new Set([...whole].flatMap((id) => [id, ...answersTo(state, id)]))
  const fresh = all.filter((id) => wanted.has(id) || !state.read.has(`${kind[0]}${id}`))
  const known = inGroups(
    all.filter((id) => !fresh.includes(id)),
    idsPerCall,
  )
  const { chosen, turn } = takeTurn(known, state.groupTurn, { newest: 1, others: 1 })
  if (kind === 'comments') state.groupTurn = turn
  return [...inGroups(fresh, idsPerCall).map((ids) => ({ ids, toTheEnd: true })), ...chosen.map((ids) => ({ ids, toTheEnd: false }))]
}

/** Newest first. What was read counts only once it joins what was read before; where there is too much, half of the posts at a time. */
async function readBelow(read: Read, kind: 'answers' | 'comments', { ids, toTheEnd }: Group): Promise<void> {
  const { state } = read
  const [mark, path] = kind === 'answers' ? ['a', `/questions/${ids.join(';')}/answers`] : ['c', `/posts/${ids.join(';')}/comments`]
  const seen: string[] = []
  const ended = await readList(read, { kind, path, method: kind, backTo: read.backTo, maxPages: pagesPerList }, (items) => {
    let joined = false
    for (const item of items) {
      const id = idOf(kind === 'answers' ? item.answer_id : item.comment_id)
      if (id === null) continue
      joined ||= state.seen.has(`${mark}${id}`)
      seen.push(`${mark}${id}`)
      const question = idOf(item.question_id)
      if (kind === 'answers' && question !== null && !state.posts.has(id)) state.answers.set(id, question)
    }
    return joined && !toTheEnd
  })
  if (!ended && ids.length > 1) {
    for (const half of inGroups(ids, Math.ceil(ids.length / 2)))
      if (read.calls < callsPerPoll) await readBelow(read, kind, { ids: half, toTheEnd })
    return
  }
  for (const each of seen.toReversed()) state.seen.add(each)
  for (const id of ids) {
    state.read.add(`${mark}${id}`)
    if (ended && toTheEnd) read.ended.add(`${mark}${id}`)
  }
}

type List = { kind: string; path: string; method: string; backTo: number; maxPages: number }

/** Pages of a list by creation, newest first, until one `ends` it, or lies before `backTo`. False when there were more than `maxPages`. */
async function readList(read: Read, list: List, ends: (items: JsonRecord[]) => boolean): Promise<boolean> {
  const { kind, path, method, backTo, maxPages } = list
  for (let page = 1; page <= maxPages; page += 1) {
    const params = { order: 'desc', sort: 'creation', pagesize: String(idsPerCall), page: String(page) }
    const { items, body, hasMore } = await ask(read, method, path, params)
    const done = ends(items)
    if (items.length > 0)
      read.round.pages.push({ resource: `${kind}:${openResource(path)}:${page}`, kind, request: requestOf(read, items), body })
    const past = Date.parse(instantOf(items.at(-1)?.creation_date) ?? '') < backTo
    if (done || past || !hasMore || items.length === 0) return true
  }
  return false
}

/** Open messages by id, a hundred at once; what does not come is gone. */
async function reread(read: Read, type: 'posts' | 'comments', open: PollInput['open']): Promise<void> {
  const { site = '' } = read.io.settings
  // Mentions are read as mentions again.
  for (const kind of type === 'posts' ? ['answers'] : ['comments', 'mentioned']) {
    const chosen = open.filter(({ ref }) => type === 'posts' || (ref?.mentioned === 'yes') === (kind === 'mentioned'))
    const ids = chosen.flatMap(({ externalId }) => placeOf(externalId)?.id ?? [])
    if (ids.length === 0) continue
    const path = type === 'posts' ? `/answers/${ids.join(';')}` : `/comments/${ids.join(';')}`
    const { items, body } = await ask(read, `by id ${type}`, path, { pagesize: String(idsPerCall) })
    const asked = ids.map((id) => (type === 'posts' ? postIdOf(site, id) : commentIdOf(site, id))).join(',')
    const more = chosen.flatMap(({ ref }): [string, string][] => (ref?.post && ref.question ? [[ref.post, ref.question]] : []))
    read.round.pages.push({ resource: openResource(path), kind, request: { ...requestOf(read, items, more), asked }, body })
  }
}

/** What `normalize` needs beside the page: the site, and which question stands above each answer that is commented on. */
function requestOf({ io, state }: Read, items: JsonRecord[], more: [string, string][] = []): Record<string, string> {
  const { site = '', origin = '' } = io.settings
  const above = new Map([...state.answers, ...more])
  const posts = new Set(items.flatMap((item) => idOf(item.post_id) ?? []))
  const questions = [...posts].flatMap((id) => (above.has(id) ? [`${id}:${above.get(id)}`] : [])).join(',')
  return { site, origin, questions }
}

/** One call, unless its method asked for patience in this round. */
async function ask(read: Read, method: string, path: string, params: Record<string, string>): Promise<ApiAnswer> {
  if (read.methods.has(method))
    throw new PlatformError('rate_limited', 'Stack Exchange asks us to wait before we ask for more of this', {
      retryAfterMs: read.backoffMs,
    })
  read.calls += 1
  const answer = await callApi(read.io, { path, params })
  read.quota = answer.quota ?? read.quota
  if (answer.backoffMs > 0) {
    read.methods.add(method)
    read.backoffMs = Math.max(read.backoffMs, answer.backoffMs)
  }
  return answer
}
