import { readEdge } from '../graph/edge.ts'
import { refusedOf } from '../graph/fields.ts'
import type { Refused } from '../graph/fields.ts'
import { renewInTime } from '../graph/renew.ts'
import { idOf, instantOf, linkOf, listOf, recordOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { readComments, readPending } from './comments.ts'
import type { Read } from './comments.ts'
import { ask, listMediaFields } from './fields.ts'
import { callGraph } from './graph.ts'
import { readMentions, reread } from './single.ts'

const waitMs = 60_000
const hourMs = 3_600_000
const firstReachMs = 90 * 24 * hourMs
const reachMs = 30 * 24 * hourMs
const maxMediaPages = 100
const commentPagesPerPoll = 60
const keptCounts = 300
/** Posts with no more comments than this are read to their end whenever their number changed: a reply below an old comment moves no comment. */
const fewComments = 200

/**
 * `deepAt`: last reading to the end; `lastAt`: last poll (ms). `counts`: comments of a post when it was last read. `pending`: what is still to be read, and from
 * where. `refused`, `mentionRefused`: fields left out for now. `turn`: see `takeTurn`.
 */
type State = {
  v: 1
  deepAt: number
  lastAt: number
  refused: Refused
  mentionRefused: Refused
  counts: Record<string, number>
  pending: Record<string, string>
  turn: number
}

type Listed = { id: string; permalink: string; count: number | null }

/**
 * The floor under the webhooks: our posts, the comments of those whose number of comments changed and of some in turn, hourly of all of the last month; the
 * mentions that a webhook named; the open messages one by one.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  await renewInTime(io, callGraph, 'ig_refresh_token')
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const { refused, pending, counts } = state
  const deep = nowMs - state.deepAt >= hourMs
  const round: Round = { pages: [], trouble: null }
  const read: Read = { io, round, refused, deep, lastAt: state.lastAt, pagesLeft: commentPagesPerPoll, pending, commentsRead: false }
  const first = state.deepAt === 0
  const backTo = first && input.backTo !== undefined ? Date.parse(input.backTo) : nowMs - (first ? firstReachMs : reachMs)
  const listed = await readMedia(read, deep ? backTo : null)
  const posts = input.posts.filter((post) => /^\d+$/.test(post.externalId))
  const missing = new Set(posts.flatMap((post) => (post.whole ? [post.externalId] : [])))
  const isPending = (id: string): boolean => Object.keys(pending).some((key) => key === id || key.startsWith(`${id}/`))
  const done = new Set<string>()
  // What an earlier poll left over is gone on with, not begun again.
  const begun = new Set([...missing].filter(isPending))
  let well = true
  const readOne = async ({ id, permalink, count }: Listed): Promise<void> => {
    done.add(id)
    const whole = deep || missing.has(id) || (count !== null && count <= fewComments)
    well &&= await attempt(round, async () => {
      await readComments({ ...read, deep: whole }, { mediaId: id, permalink }, '', read)
      if (count !== null) counts[id] = count
      if (whole) begun.add(id)
    })
  }
  const changed = listed.filter(({ id, count }, index) => (count === null ? index < 5 : count !== (counts[id] ?? 0)))
  for (const media of deep ? listed : changed) if (well && !(media.id in pending)) await readOne(media)
  const asked = ({ externalId, ref }: PollInput['posts'][number]): Promise<void> | null =>
    well && !done.has(externalId) && !begun.has(externalId)
      ? readOne({ id: externalId, permalink: ref.permalink ?? '', count: null })
      : null
  for (const post of posts) if (post.whole) await asked(post)
  const { chosen, turn } = takeTurn(
    posts.filter((post) => !done.has(post.externalId)),
    state.turn,
    { newest: 3, others: 5 },
  )
  for (const post of chosen) await asked(post)
  well &&= await attempt(round, () => readPending(read))
  const ours = new Set([...input.posts.map((post) => post.externalId), ...listed.map((media) => media.id)])
  const wanted = await readMentions(read, state.mentionRefused, input.wanted ?? [], ours)
  if (well && read.commentsRead) await attempt(round, () => reread(read, input.open))
  const cursor: State = {
    v: 1,
    deepAt: deep && well ? nowMs : state.deepAt,
    lastAt: nowMs,
    refused,
    mentionRefused: state.mentionRefused,
    counts: Object.fromEntries(Object.entries(counts).slice(-keptCounts)),
    pending,
    turn,
  }
  const whole = [...missing].filter((id) => begun.has(id) && !isPending(id))
  return { ...finish(round, cursor, waitMs), read: whole, ...(wanted.length > 0 && { wanted }) }
}

function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  const counts = Object.entries(recordOf(kept.counts)).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  const pending = Object.entries(recordOf(kept.pending)).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return {
    v: 1,
    deepAt: Math.min(numberOf(kept.deepAt), nowMs),
    lastAt: Math.min(numberOf(kept.lastAt), nowMs),
    refused: refusedOf(recordOf(kept.refused), nowMs),
    mentionRefused: refusedOf(recordOf(kept.mentionRefused), nowMs),
    counts: Object.fromEntries(counts),
    pending: Object.fromEntries(pending),
    turn: Math.floor(numberOf(kept.turn)),
  }
}

/** Our posts: the newest page, or (`backTo`, ms) all since then. If nothing of them can be read the poll has failed; a later page only ends the reading. */
async function readMedia(read: Read, backTo: number | null): Promise<Listed[]> {
  const listed: Listed[] = []
  const path = `${read.io.self.accountId}/media`
  const pages = readEdge(ask, read, path, { limit: '25' }, listMediaFields, async (page, edge, body) => {
    const items = listOf(edge.data).map(recordOf)
    if (items.length > 0) read.round.pages.push({ resource: `media:${page}`, kind: 'media', request: {}, body })
    for (const item of items) {
      const id = idOf(item.id)
      const count = typeof item.comments_count === 'number' ? item.comments_count : null
      if (id !== null) listed.push({ id, permalink: linkOf(item.permalink) ?? '', count })
    }
    const times = items.map((item) => Date.parse(instantOf(item.timestamp) ?? ''))
    return backTo !== null && page + 1 < maxMediaPages && !(times.length > 0 && times.every((at) => at < backTo))
  })
  if (backTo === null) await pages
  else {
    let failure: unknown = null
    await pages.catch((error: unknown) => (failure = error))
    if (failure !== null && read.round.pages.length === 0) throw failure
    if (failure !== null)
      await attempt(read.round, async () => {
        throw failure
      })
  }
  return listed
}
