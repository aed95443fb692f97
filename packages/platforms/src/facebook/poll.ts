import { idOf, instantOf, listOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, pageGuard, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { ask, commentFields, listFields, listPostAndCommentFields, postFields, ratingFields } from './fields.ts'
import type { Refused } from './fields.ts'
import { nextParams } from './graph.ts'
import { groupOpen, rereadGroup } from './open.ts'

const waitMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const firstReachMs = 90 * dayMs
const reachMs = 14 * dayMs
/** How far behind the last poll a quick look goes; once an hour every page is read to its end. */
const overlapMs = dayMs
const maxPages = 200

/** `deepAt`: last reading to the end; `lastAt`: last poll (ms). `turn`: see `takeTurn`. */
type State = { v: 1; deepAt: number; lastAt: number; refused: Refused; turn: number }

/** `held`: posts whose comments the feed itself brought. `commentsRead`: only when comments can be read at all is an absence believed. */
type Read = { io: Io; round: Round; state: State; deep: boolean; commentsRead: boolean; posts: Set<string>; held: Set<string> }

/**
 * The floor under the webhooks: the feed with its comments, the comments of our recent posts (replies below replies too), hourly ads, what tags us
 * and what reviews us, and the open messages again. Overlaps by a day; nothing is skipped because of its date.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const deep = nowMs - state.deepAt >= hourMs
  const round: Round = { pages: [], trouble: null }
  const read: Read = {
    io,
    round,
    state,
    deep,
    commentsRead: false,
    posts: new Set(input.posts.map((post) => post.externalId)),
    held: new Set(),
  }
  const pageId = io.settings.pageId || io.self.accountId
  const since = Math.floor((nowMs - (state.deepAt === 0 ? firstReachMs : reachMs)) / 1000)
  await readPosts(read, `${pageId}/feed`, { since: String(since) })
  let well = true
  if (deep) {
    for (const edge of ['ads_posts', 'tagged', 'ratings'] as const)
      well &&= await attempt(round, () => readHourly(read, edge, `${pageId}/${edge}`))
    if (round.trouble?.kind === 'rejected') round.trouble = null
  }
  const rest = input.posts.filter((post) => !read.held.has(post.externalId))
  const { chosen, turn } = takeTurn(rest, state.turn, { newest: 5, others: 10 })
  for (const post of chosen)
    well &&= await attempt(round, () =>
      readComments(read, post.externalId, { filter: 'stream', order: 'reverse_chronological', limit: '100' }),
    )
  const groups = read.commentsRead ? groupOpen(input.open, read.posts, pageId) : []
  for (const group of groups) well &&= await attempt(round, () => rereadGroup(io, state.refused, group, round.pages))
  const cursor: State = { ...state, turn, lastAt: nowMs, deepAt: deep && well ? nowMs : state.deepAt }
  return finish(round, cursor, waitMs)
}

function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  const refused = Object.entries(recordOf(kept.refused)).filter((entry): entry is [string, number] => numberOf(entry[1]) > nowMs)
  const [deepAt, lastAt] = [Math.min(numberOf(kept.deepAt), nowMs), Math.min(numberOf(kept.lastAt), nowMs)]
  return { v: 1, deepAt, lastAt, refused: Object.fromEntries(refused), turn: Math.floor(numberOf(kept.turn)) }
}

/** Pages of an edge until the last one; `more` may end it sooner. */
async function readEdge(
  read: Read,
  path: string,
  first: Record<string, string>,
  fields: (refused: Refused) => string,
  take: (page: number, edge: JsonRecord, body: string) => Promise<boolean>,
): Promise<void> {
  const guard = pageGuard(maxPages)
  let query: Record<string, string> | null = first
  for (let page = 0; query !== null; page += 1) {
    guard(JSON.stringify(query))
    const { body, json } = await ask(read.io, read.state.refused, path, query, fields)
    const more = await take(page, json, body)
    query = more ? nextParams(json) : null
    if (query !== null) delete query.fields
  }
}

function readPosts(read: Read, path: string, params: Record<string, string>): Promise<void> {
  return readEdge(read, path, { limit: '25', ...params }, listPostAndCommentFields, async (page, edge, body) => {
    const posts = listOf(edge.data).map(recordOf)
    if (posts.length > 0) read.round.pages.push({ resource: `${path.split('/').at(-1)}:${page}`, kind: 'feed', request: { path }, body })
    const withComments = !('comments' in read.state.refused)
    read.commentsRead ||= withComments
    for (const post of posts) await readRest(read, post, withComments)
    return true
  })
}

/** A post of the feed carries its newest comments; the older ones are on further pages. */
async function readRest(read: Read, post: JsonRecord, withComments: boolean): Promise<void> {
  const postId = idOf(post.id)
  if (postId === null) return
  read.posts.add(postId)
  if (!withComments) return
  read.held.add(postId)
  const comments = recordOf(post.comments)
  const next = nextParams(comments)
  if (next === null || isPast(read, comments)) return
  delete next.fields
  await readComments(read, postId, next)
}

function readComments(read: Read, postId: string, first: Record<string, string>): Promise<void> {
  const start = first.after === undefined ? '' : 'more:'
  const fields = (refused: Refused): string => listFields(commentFields, refused)
  return readEdge(read, `${postId}/comments`, first, fields, async (page, edge, body) => {
    read.commentsRead = true
    if (listOf(edge.data).length > 0)
      read.round.pages.push({ resource: `comments:${postId}:${start}${page}`, kind: 'comments', request: { postId }, body })
    return !isPast(read, edge)
  })
}

/** A quick look ends where a whole page lies a day behind the last poll. Facebook's own time, newest first. */
function isPast(read: Read, edge: JsonRecord): boolean {
  const times = listOf(edge.data).map((each) => Date.parse(instantOf(recordOf(each).created_time) ?? ''))
  return !read.deep && times.length > 0 && times.every((at) => at < read.state.lastAt - overlapMs)
}

function readHourly(read: Read, edge: 'ads_posts' | 'tagged' | 'ratings', path: string): Promise<void> {
  if (edge === 'ads_posts') return readPosts(read, path, {})
  const fields = edge === 'tagged' ? postFields : ratingFields
  return readEdge(
    read,
    path,
    { limit: '50' },
    (refused) => listFields(fields, refused),
    async (page, found, body) => {
      if (listOf(found.data).length > 0) read.round.pages.push({ resource: `${edge}:${page}`, kind: edge, request: { path }, body })
      return true
    },
  )
}
