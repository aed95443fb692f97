import { PlatformError } from '../error.ts'
import { listFields, refusedOf } from '../graph/fields.ts'
import type { Refused } from '../graph/fields.ts'
import { nextParams } from '../graph/graph.ts'
import { instantOf, listOf, recordOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { readComments, readEdge, readPending, readRest, readWhole } from './comments.ts'
import type { Read } from './comments.ts'
import { listPostAndCommentFields, postFields, ratingFields } from './fields.ts'
import { groupOpen, rereadGroup } from './open.ts'

const waitMs = 60_000
const hourMs = 3_600_000
const firstReachMs = 90 * 24 * hourMs
const reachMs = 14 * 24 * hourMs
const commentPagesPerPoll = 60
/** So much of the feed the first poll reads; the rest comes in pieces, see `backfill`. */
const headPages = 8

/**
 * `deepAt`: last reading to the end; `lastAt`: last poll (ms). `refused`: fields left out for now. `pending`: posts whose older comments are still to be
 * read, and from where. `turn`: see `takeTurn`.
 */
type State = { v: 1; deepAt: number; lastAt: number; refused: Refused; pending: Record<string, string>; turn: number }

/**
 * The floor under the webhooks: the feed with its comments, the comments of our recent posts (replies below replies too), hourly ads, what tags us
 * and what reviews us, and the open messages again. Overlaps by a day; nothing is skipped because of its date.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const deep = nowMs - state.deepAt >= hourMs
  const round: Round = { pages: [], trouble: null }
  const { refused, pending, lastAt } = state
  const posts = new Set(input.posts.map((post) => post.externalId))
  const read: Read = {
    io,
    round,
    refused,
    deep,
    lastAt,
    pagesLeft: commentPagesPerPoll,
    pending,
    commentsRead: false,
    posts,
    held: new Set(),
    whole: new Set(),
  }
  const pageId = io.settings.pageId || io.self.accountId
  const firstAt = input.backTo === undefined ? nowMs - firstReachMs : Date.parse(input.backTo)
  const first = state.deepAt === 0
  const since = Math.floor((first ? firstAt : nowMs - reachMs) / 1000)
  const fed = await readFeed(read, `${pageId}/feed`, { since: String(since) }, first ? headPages : Infinity)
  let well = fed
  if (deep) {
    const before = round.trouble
    for (const edge of ['ads_posts', 'tagged', 'ratings'] as const)
      well &&= await attempt(round, () => readHourly(read, edge, `${pageId}/${edge}`))
    // Not every Page may read all of these; that is no trouble.
    if (before === null && round.trouble?.kind === 'rejected') round.trouble = null
  }
  const whole = input.posts.filter((post) => post.whole)
  for (const post of whole) well &&= await attempt(round, () => readWhole(read, post.externalId))
  const { chosen, turn } = takeTurn(
    input.posts.filter((post) => !post.whole && !read.held.has(post.externalId)),
    state.turn,
    { newest: 5, others: 10 },
  )
  for (const post of chosen) well &&= await attempt(round, () => readComments(read, post.externalId))
  well &&= await attempt(round, () => readPending(read))
  const groups = read.commentsRead ? groupOpen(input.open, read.posts, pageId) : []
  for (const group of groups) well &&= await attempt(round, () => rereadGroup(io, refused, group, round.pages))
  const cursor: State = { v: 1, deepAt: deep && well ? nowMs : state.deepAt, lastAt: fed ? nowMs : lastAt, refused, pending, turn }
  return {
    ...finish(round, cursor, waitMs),
    read: whole.map((post) => post.externalId).filter((id) => read.whole.has(id) && !(id in pending)),
  }
}

function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  const pending = Object.entries(recordOf(kept.pending)).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const [deepAt, lastAt] = [Math.min(numberOf(kept.deepAt), nowMs), Math.min(numberOf(kept.lastAt), nowMs)]
  return {
    v: 1,
    deepAt,
    lastAt,
    refused: refusedOf(recordOf(kept.refused), nowMs),
    pending: Object.fromEntries(pending),
    turn: Math.floor(numberOf(kept.turn)),
  }
}

/** The feed comes first: if nothing of it can be read, the poll has failed; if only a part, that part counts. False when it did not reach its end. */
async function readFeed(read: Read, path: string, params: Record<string, string>, maxPages: number): Promise<boolean> {
  try {
    await readPosts(read, path, params, maxPages)
    return true
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind === 'reauthorize' || read.round.pages.length === 0) throw error
    read.round.trouble = error
    return false
  }
}

/** A list of posts with their comments, from the newest or a place (`params.after`) on. Gives where to go on when there were too many pages. */
export async function readPosts(
  read: Read,
  path: string,
  params: Record<string, string>,
  maxPages = Infinity,
): Promise<{ after: string; oldestAt: string | null } | null> {
  let rest: { after: string; oldestAt: string | null } | null = null
  await readEdge(read, path, { limit: '25', ...params }, listPostAndCommentFields, async (page, edge, body) => {
    const posts = listOf(edge.data).map(recordOf)
    if (posts.length > 0)
      read.round.pages.push({ resource: `${path.split('/').at(-1)}:${params.after ?? ''}${page}`, kind: 'feed', request: { path }, body })
    for (const post of posts) await readRest(read, post)
    const after = nextParams(edge)?.after
    if (page + 1 < maxPages || after === undefined) return true
    rest = { after, oldestAt: instantOf(posts.at(-1)?.created_time) }
    return false
  })
  return rest
}

async function readHourly(read: Read, edge: 'ads_posts' | 'tagged' | 'ratings', path: string): Promise<void> {
  if (edge === 'ads_posts') return void (await readPosts(read, path, {}))
  const fields = edge === 'tagged' ? postFields : ratingFields
  const list = (refused: Refused): string => listFields(fields, refused)
  return readEdge(read, path, { limit: '50' }, list, async (page, found, body) => {
    if (listOf(found.data).length > 0) read.round.pages.push({ resource: `${edge}:${page}`, kind: edge, request: { path }, body })
    return true
  })
}
