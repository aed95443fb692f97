import { PlatformError } from '../error.ts'
import { idOf, instantOf, linkOf, listOf, recordOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, pageGuard, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import { countOf } from './comment.ts'
import { readPending, readThread } from './comments.ts'
import type { Read } from './comments.ts'
import { lacksPermission } from './failure.ts'
import { reread, readWanted } from './single.ts'
import { cursorOf, stateOf } from './state.ts'

const waitMs = 60_000
const hourMs = 3_600_000
const firstReachMs = 90 * 24 * hourMs
const reachMs = 30 * 24 * hourMs
const maxVideoPages = 20
/** An account has 40 calls a minute of each kind. */
const pagesPerPoll = 25
/** Videos with no more comments than this are read to their end whenever their number changed: a reply below an old comment moves no comment. */
const fewComments = 150

const videoFields = ['item_id', 'create_time', 'caption', 'share_url', 'thumbnail_url', 'comments']

type Listed = { id: string; permalink: string; count: number | null }

/**
 * The floor under the webhooks: what they only named, by id; our videos; comments of those whose number of comments changed, hourly of all of the last month; open messages by id.
 * The first poll reaches back to `backTo`, in several rounds where there is much.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const round: Round = { pages: [], trouble: null }
  const read: Read = { io, round, state, pagesLeft: pagesPerPoll, newestAt: state.newestAt }
  if (state.deepAt === 0) state.backTo ||= Date.parse(input.backTo ?? '') || nowMs - firstReachMs
  const deep = nowMs - state.deepAt >= hourMs
  const listed = await readVideos(read, deep ? state.backTo || nowMs - reachMs : null)
  const permalinks = new Map([...input.posts.map(({ externalId, ref }) => [externalId, ref.permalink ?? ''] as const), ...linksOf(listed)])
  const wanted = await readWanted(read, input.wanted ?? [], permalinks)
  const done = new Set<string>()
  const missed: string[] = []
  let well = round.trouble === null
  const readOne = async ({ id, permalink, count }: Listed, whole: boolean): Promise<void> => {
    if (!well || done.has(id)) return
    done.add(id)
    const few = count !== null && count <= fewComments
    let complete = false
    well &&= await attempt(round, async () => {
      await readThread(read, { videoId: id, permalink, deep: deep || whole || few, whole })
      if (count !== null) keep(state.counts, id, count)
      complete = !isPending(state.pending, id)
    })
    if (whole && !complete) missed.push(id)
  }
  const posts = input.posts.filter(({ externalId }) => /^\w+$/.test(externalId))
  const known = new Map(listed.map((each) => [each.id, each]))
  const placeOf = ({ externalId, ref }: PollInput['posts'][number]): Listed =>
    known.get(externalId) ?? { id: externalId, permalink: ref.permalink ?? '', count: null }
  for (const post of posts) if (post.whole) await readOne(placeOf(post), true)
  for (const video of listed) if ((deep || isChanged(state.counts, video)) && !(video.id in state.pending)) await readOne(video, false)
  const others = posts.filter(({ externalId }) => !done.has(externalId) && (known.get(externalId)?.count ?? null) === null)
  const { chosen, turn } = takeTurn(others, state.turn, { newest: 1, others: 2 })
  for (const post of chosen) await readOne(placeOf(post), false)
  well &&= await attempt(round, () => readPending(read))
  if (well) await attempt(round, () => reread(read, input.open))
  const asked = posts.filter((post) => post.whole).map((post) => post.externalId)
  const cursor = cursorOf({ ...state, ...(deep && well && { deepAt: nowMs, backTo: 0 }), newestAt: read.newestAt, turn })
  return {
    ...finish(round, cursor, waitMs),
    ...(asked.length > 0 && { read: asked.filter((id) => done.has(id) && !missed.includes(id)) }),
    ...(wanted.length > 0 && { wanted }),
  }
}

function linksOf(listed: Listed[]): (readonly [string, string])[] {
  return listed.map(({ id, permalink }) => [id, permalink] as const)
}

function isChanged(counts: Record<string, number>, { id, count }: Listed): boolean {
  return count !== null && count !== (counts[id] ?? 0)
}

function isPending(pending: Record<string, string>, videoId: string): boolean {
  return Object.keys(pending).some((key) => key === videoId || key.startsWith(`${videoId}/`))
}

/** Newest last, because the oldest fall out first. */
function keep(counts: Record<string, number>, id: string, count: number): void {
  delete counts[id]
  counts[id] = count
}

/** Our videos: the newest page, or (`backTo`, ms) all since then. If nothing of them can be read the poll has failed; a later page only ends the reading. */
async function readVideos(read: Read, backTo: number | null): Promise<Listed[]> {
  const { io, round } = read
  const listed: Listed[] = []
  const guard = pageGuard(maxVideoPages + 1)
  let failure: unknown = null
  for (let cursor: string | null = '0', page = 0; cursor !== null && page < maxVideoPages; page += 1) {
    try {
      guard(cursor)
      const { body, data } = await callApi(io, { path: '/business/video/list/', params: { fields: videoFields, cursor, max_count: '20' } })
      const items = listOf(data.videos).map(recordOf)
      if (items.length > 0) round.pages.push({ resource: `videos:${page}`, kind: 'videos', request: {}, body })
      for (const item of items) {
        const id = idOf(item.item_id)
        if (id !== null) listed.push({ id, permalink: linkOf(item.share_url) ?? '', count: countOf(item.comments) })
      }
      const times = items.map((item) => Date.parse(instantOf(item.create_time) ?? ''))
      const isPast = backTo === null || (times.length > 0 && times.every((at) => at < backTo))
      cursor = data.has_more === true && !isPast ? idOf(data.cursor) : null
    } catch (error) {
      failure = error
      break
    }
  }
  if (failure !== null && round.pages.length === 0) throw lacksPermission(failure) ? asksForPerson(failure) : failure
  if (failure !== null) await attempt(round, () => Promise.reject(failure as Error))
  return listed
}

/** Without the permission to list the account's own videos nothing can be read: a person has to connect it again. */
function asksForPerson(error: unknown): PlatformError {
  return new PlatformError('reauthorize', error instanceof Error ? error.message : 'TikTok took the permission back', { cause: error })
}
