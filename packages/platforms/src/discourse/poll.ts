import { PlatformError } from '../error.ts'
import { idOf, instantOf, listOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import { numberIn } from './names.ts'
import { concerns, digitsOf, readPosts } from './newest.ts'
import { isOwned } from './post.ts'
import { noNeed, readTopic } from './topic.ts'
import type { Need } from './topic.ts'

const waitMs = 30_000
const firstReachMs = 90 * 86_400_000
/** Posts come about fifty to a page, and a forum gives a key 60 calls a minute. What the first poll leaves comes in pieces, see `backfill`. */
const maxPages = { first: 8, later: 40 }
const maxTopics = 25
const keptSeen = 60
const keptOwn = 500
const step = 50n
const tail = 50

/**
 * `postId`: the newest post seen on the forum; `seen`: the newest ids, because posts can become visible out of order. `noteId`: the newest notification. `own`: ids of our
 * topics. `left`: topics that are still to be read, with the ids of their posts.
 */
type State = { v: 1; postId: string | null; seen: string[]; noteId: string | null; own: string[]; left: [string, string][]; turn: number }

/**
 * The newest posts of the forum down to those already seen, notifications, and then every topic in which something concerns us: there stands what is answered. Open
 * messages are read again, our newest topics and some others in turn.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const state = stateOf(input.cursor)
  const round: Round = { pages: [], trouble: null }
  const next: State = { ...state }
  const needs = new Map<string, Need>()
  const told = new Set<string>()
  const need = (topicId: string): Need => needs.get(topicId) ?? needs.set(topicId, noNeed()).get(topicId)!
  for (const [topicId, ids] of state.left) for (const id of ids.split(',').filter(Boolean)) need(topicId).ids.add(id)
  for (const { kind, id } of input.wanted ?? []) {
    const [topicId, postId] = id.split('/')
    if (kind !== 'posts' && topicId) need(topicId).ids.add(postId ?? '')
  }
  const own = new Set([...input.posts.flatMap(({ ref }) => ref.topic ?? []), ...state.own])
  const newest = await readNewest(io, state, next, input.backTo)
  for (const post of newest) if (post.post_number === 1 && isOwned(post, io.self)) own.add(idOf(post.topic_id) ?? '')
  own.delete('')
  for (const post of newest) {
    const [topicId, id] = [idOf(post.topic_id), idOf(post.id)]
    if (topicId === null || id === null) continue
    if (own.has(topicId) || concerns(post, io)) need(topicId).ids.add(id)
  }
  next.own = [...own].slice(0, keptOwn)
  let well = await attempt(round, () => readNotifications(io, state, next, need, told, input.backTo))
  for (const { externalId, ref } of input.open) {
    const id = numberIn(externalId)
    if (ref?.topic && id !== null) need(ref.topic).open.add(id)
  }
  const { chosen, turn } = takeTurn(
    input.posts.filter(({ ref }) => ref.topic !== undefined),
    state.turn,
    { newest: 2, others: 2 },
  )
  next.turn = turn
  for (const { ref } of chosen) need(ref.topic!).tail = tail
  const whole = input.posts.filter((post) => post.whole && post.ref.topic !== undefined)
  for (const { ref } of whole) need(ref.topic!).tail = Infinity
  const read = new Set<string>()
  for (const [topicId, each] of needs) {
    each.ids.delete('')
    if (!well || read.size >= maxTopics) break
    well = await attempt(round, () => readTopic(io, round, topicId, each, told))
    if (well) read.add(topicId)
  }
  const left = [...needs].filter(([topicId, { ids }]) => !read.has(topicId) && ids.size > 0)
  next.left = left.slice(0, 200).map(([topicId, { ids }]) => [topicId, [...ids].slice(0, 50).join()])
  const wanted = (input.wanted ?? []).filter(({ kind, id }) => kind !== 'posts' && !read.has(id.split('/')[0] ?? ''))
  return {
    ...finish(round, next, waitMs),
    ...(wanted.length > 0 && { wanted }),
    ...(whole.length > 0 && { read: whole.filter(({ ref }) => read.has(ref.topic ?? '')).map(({ externalId }) => externalId) }),
  }
}

function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const texts = (value: unknown): string[] => listOf(value).flatMap((each) => idOf(each) ?? [])
  return {
    v: 1,
    postId: digitsOf(kept.postId),
    seen: texts(kept.seen),
    noteId: digitsOf(kept.noteId),
    own: texts(kept.own),
    left: listOf(kept.left).flatMap((each): [string, string][] => {
      const [topicId, ids] = texts(each)
      return topicId === undefined || ids === undefined ? [] : [[topicId, ids]]
    }),
    turn: typeof kept.turn === 'number' && kept.turn > 0 ? Math.floor(kept.turn) : 0,
  }
}

/** The newest posts, down to those already seen. */
async function readNewest(io: Io, state: State, next: State, backTo: string | undefined): Promise<JsonRecord[]> {
  const floor = state.postId === null ? null : BigInt(state.postId) - step
  const untilAt = backTo === undefined ? io.now().getTime() - firstReachMs : Date.parse(backTo)
  const reach = floor === null ? { floor: 1n, untilAt, maxPages: maxPages.first } : { floor, untilAt: null, maxPages: maxPages.later }
  const { posts } = await readPosts(io, { before: null, ...reach })
  const ids = posts.flatMap((post) => digitsOf(post.id) ?? [])
  const newest = ids.toSorted((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1))
  next.postId = [newest[0], state.postId].reduce<string | null>((a, b) => (b && (a === null || BigInt(b) > BigInt(a)) ? b : a), null)
  next.seen = [...new Set([...newest, ...state.seen])].slice(0, keptSeen)
  const seen = new Set(state.seen)
  return posts.filter((post) => !seen.has(digitsOf(post.id)!) && (floor === null || BigInt(digitsOf(post.id)!) > floor))
}

/** 1 and 15 are mentions, of us and of a group of ours. Likes, private messages and reactions concern nothing that we read. */
const mentions = new Set([1, 15])
const useless = new Set([5, 6, 16, 25])
const notesAPage = 60

async function readNotifications(
  io: Io,
  state: State,
  next: State,
  need: (topicId: string) => Need,
  told: Set<string>,
  backTo: string | undefined,
): Promise<void> {
  const untilAt = backTo === undefined ? io.now().getTime() - firstReachMs : Date.parse(backTo)
  const seen = new Set<string>()
  for (let page = 0; page < 5; page += 1) {
    const params: [string, string][] = [
      ['recent', 'true'],
      ['limit', String(notesAPage)],
      ...(seen.size === 0 ? [] : [['offset', String(seen.size)] satisfies [string, string]]),
    ]
    const { json } = await callApi(io, { path: '/notifications.json', params })
    if (!Array.isArray(json.notifications)) throw new PlatformError('unavailable', 'The forum gave no list of notifications')
    const notes = json.notifications.map(recordOf).filter((note) => digitsOf(note.id) !== null && !seen.has(digitsOf(note.id)!))
    let known = notes.length === 0
    for (const note of notes) {
      const id = digitsOf(note.id)!
      seen.add(id)
      const isOld = state.noteId === null ? Date.parse(instantOf(note.created_at) ?? '') < untilAt : BigInt(id) <= BigInt(state.noteId)
      known ||= isOld
      if (next.noteId === null || BigInt(id) > BigInt(next.noteId)) next.noteId = id
      const type = note.notification_type
      const [topicId, postId] = [idOf(note.topic_id), idOf(recordOf(note.data).original_post_id)]
      if (isOld || topicId === null || postId === null || useless.has(Number(type))) continue
      need(topicId).ids.add(postId)
      if (mentions.has(Number(type))) told.add(postId)
    }
    if (known) return
  }
}
