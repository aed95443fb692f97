import { idOf, instantOf, listOf, nameOf, parseAnswer, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, inGroups, openResource, pageGuard, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi, itemsOf } from './api.ts'
import { reasonOf } from './failure.ts'
import { waits } from './normalize.ts'
import { cursorOf, stateOf } from './state.ts'
import type { State } from './state.ts'

/** A round costs 2 to 5 units of the 10,000 a day that all channels of a Google project share. */
const waitMs = 60_000
const dayMs = 86_400_000
const slowEveryMs = 10 * 60_000
const deepEveryMs = 3_600_000
const pagesPerList = 40
const pagesOfHeld = 10
const repliesCallsPerPoll = 100
const pagesPerThread = 40

/** What waits for review; `whole` false when there was more than was read. */
type Held = { ids: Set<string>; whole: boolean }

/** `seen`: threads that this round read, and how many replies each holds. */
type Read = { io: Io; round: Round; state: State; seen: Map<string, number>; videoIds: Set<string> }

/**
 * The channel's threads, newest first, until a page of known ones; replies of those whose number changed; older threads by turns, because a reply brings no thread back to
 * the top; every ten minutes what waits for review; hourly the newest videos one by one. The first poll reaches back to `backTo`, in several rounds where there is much.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const round: Round = { pages: [], trouble: null }
  const read: Read = { io, round, state, seen: new Map(), videoIds: new Set() }
  const first = state.deepAt === 0
  const untilAt = first ? Date.parse(input.backTo ?? '') || nowMs - 90 * dayMs : 0
  const rest = await readList(read, { status: 'published', pageToken: '', untilAt, known: state.threads })
  if (rest !== null) state.rest = { pageToken: rest, untilAt }
  let well = await attempt(round, () => readRest(read))
  const whole = input.posts.flatMap((post) => (post.whole ? [post.externalId] : []))
  for (const videoId of state.wholes.keys()) if (!whole.includes(videoId)) state.wholes.delete(videoId)
  for (const videoId of whole) well &&= await attempt(round, () => readWhole(read, videoId))
  const slow = nowMs - state.slowAt >= slowEveryMs
  let held: Held | null = null
  if (well && slow) {
    well = await attempt(round, async () => void (held = await readHeld(read)))
    if (held !== null) state.slowAt = nowMs
  }
  if (well && (first || nowMs - state.deepAt >= deepEveryMs)) {
    const { chosen, turn } = takeTurn(input.posts, state.postTurn, { newest: 3, others: 3 })
    for (const post of chosen) well &&= await attempt(round, () => readVideoThreads(read, post.externalId))
    if (well)
      well = await attempt(round, () =>
        readVideos(
          read,
          input.posts.slice(0, 50).map((post) => post.externalId),
          'known',
        ),
      )
    if (well) Object.assign(state, { deepAt: nowMs, postTurn: turn })
  }
  if (well) well = await attempt(round, () => recheck(read))
  if (well) await readPending(read)
  if (well) well = await attempt(round, () => readUnknownVideos(read, input))
  if (well) await rereadOpen(read, input.open, held)
  const pending = new Set(state.pending.values())
  const done = round.trouble ? [] : whole.filter((videoId) => state.wholes.get(videoId) === '' && !pending.has(videoId))
  for (const videoId of done) state.wholes.delete(videoId)
  return { ...finish(round, cursorOf({ ...state, threads: threadsAfter(read) }), waitMs), read: done }
}

type List = {
  status: 'published' | 'heldForReview' | 'likelySpam'
  pageToken: string
  untilAt: number
  known: ReadonlyMap<string, number>
  maxPages?: number
}

/** Threads of the channel from a page on, until one holds nothing new, or ends before `untilAt`. Gives the page to go on from when there were too many. */
async function readList(read: Read, list: List): Promise<string | null> {
  const { maxPages = pagesPerList } = list
  const guard = pageGuard(maxPages + 1)
  let { pageToken } = list
  for (let page = 0; page < maxPages; page += 1) {
    guard(pageToken)
    const params = {
      ...threadParams,
      allThreadsRelatedToChannelId: read.io.self.accountId,
      order: 'time',
      maxResults: '100',
      ...(list.status !== 'published' && { moderationStatus: list.status }),
      ...(pageToken !== '' && { pageToken }),
    }
    const { body, json } = await callApi(read.io, { path: 'commentThreads', params })
    const threads = itemsOf(json)
    if (threads.length > 0)
      read.round.pages.push({ resource: `${list.status}:${pageToken}`, kind: 'threads', request: { status: list.status }, body })
    for (const thread of threads) take(read, thread)
    const next = nameOf(json.nextPageToken)
    const ended =
      threads.length > 0 && (threads.every(({ id }) => list.known.has(idOf(id) ?? '')) || startedMs(threads.at(-1)) < list.untilAt)
    if (next === null || ended) return null
    pageToken = next
  }
  return pageToken
}

const threadParams = { part: 'id,snippet,replies', textFormat: 'plainText' }

function startedMs(thread: JsonRecord | undefined): number {
  const comment = recordOf(recordOf(thread?.snippet).topLevelComment)
  return Date.parse(instantOf(recordOf(comment.snippet).publishedAt) ?? '')
}

/** Notes a thread: how many replies it holds, and whether they have to be read by themselves. */
function take({ state, seen, videoIds }: Read, thread: JsonRecord, whole = false): void {
  const id = idOf(thread.id)
  const snippet = recordOf(thread.snippet)
  const videoId = idOf(snippet.videoId)
  if (videoId !== null) videoIds.add(videoId)
  if (id === null) return
  const total = typeof snippet.totalReplyCount === 'number' ? snippet.totalReplyCount : 0
  const shown = listOf(recordOf(thread.replies).comments).length
  if (total > shown && (whole || (seen.get(id) ?? state.threads.get(id) ?? 0) !== total)) state.pending.set(id, videoId ?? '')
  seen.set(id, total)
}

async function readRest(read: Read): Promise<void> {
  const { rest } = read.state
  if (rest === null) return
  try {
    const pageToken = await readList(read, { status: 'published', ...rest, known: new Map() })
    read.state.rest = pageToken === null ? null : { ...rest, pageToken }
  } catch (error) {
    // A place in a list does not last for ever: the hourly reading of the videos finds what is left.
    if (reasonOf(error) !== 'invalidPageToken') throw error
    read.state.rest = null
  }
}

/** What waits for review, and what YouTube takes for spam. */
async function readHeld(read: Read): Promise<Held> {
  const held: Held = { ids: new Set(), whole: true }
  const { pages } = read.round
  const from = pages.length
  for (const status of ['heldForReview', 'likelySpam'] as const) {
    const rest = await readList(read, { status, pageToken: '', untilAt: 0, known: new Map(), maxPages: pagesOfHeld })
    if (rest !== null) held.whole = false
  }
  for (const page of pages.slice(from)) {
    for (const thread of itemsOf(recordOf(parseAnswer(page.body)))) {
      const comments = [recordOf(recordOf(thread.snippet).topLevelComment), ...listOf(recordOf(thread.replies).comments).map(recordOf)]
      comments.forEach((comment, index) => {
        const id = idOf(comment.id)
        if (id !== null && waits(comment, index === 0 ? page.request.status : '')) held.ids.add(id)
      })
    }
  }
  return held
}

/** The newest threads below one video: what the list of the whole channel left out. */
async function readVideoThreads(read: Read, videoId: string): Promise<void> {
  const params = { ...threadParams, videoId, order: 'time', maxResults: '100' }
  const { body, json } = await callApi(read.io, { path: 'commentThreads', params })
  const threads = itemsOf(json)
  if (threads.length > 0) read.round.pages.push({ resource: `video:${videoId}`, kind: 'threads', request: { status: 'published' }, body })
  for (const thread of threads) take(read, thread)
}

/** All threads below one video with all their replies, in several rounds where there is much. */
async function readWhole(read: Read, videoId: string): Promise<void> {
  const { state, round, io } = read
  const place = state.wholes.get(videoId)
  if (place === '') return
  // A place that no longer works is begun again.
  state.wholes.delete(videoId)
  const guard = pageGuard(pagesPerList)
  let pageToken: string | null = place ?? ''
  for (let page = 0; pageToken !== null && page < pagesPerList; page += 1) {
    guard(pageToken)
    const params = { ...threadParams, videoId, order: 'time', maxResults: '100', ...(pageToken !== '' && { pageToken }) }
    const { body, json } = await callApi(io, { path: 'commentThreads', params })
    const threads = itemsOf(json)
    if (threads.length > 0)
      round.pages.push({ resource: `video:${videoId}:${pageToken}`, kind: 'threads', request: { status: 'published' }, body })
    for (const thread of threads) take(read, thread, true)
    pageToken = nameOf(json.nextPageToken)
  }
  state.wholes.set(videoId, pageToken ?? '')
}

/** Fifty threads that no list brought this time: do they hold more replies than we know? One that does not come back is forgotten. */
async function recheck(read: Read): Promise<void> {
  const { state, seen } = read
  const unseen = [...state.threads.keys()].filter((id) => !seen.has(id) && !id.includes(','))
  const { chosen, turn } = takeTurn(unseen, state.turn, { newest: 0, others: 50 })
  if (chosen.length === 0) return
  const { body, json } = await callApi(read.io, { path: 'commentThreads', params: { ...threadParams, id: chosen.join(',') } })
  const threads = itemsOf(json)
  if (threads.length > 0)
    read.round.pages.push({ resource: openResource(`threads ${chosen.join(',')}`), kind: 'threads', request: { status: '' }, body })
  for (const thread of threads) take(read, thread)
  for (const id of chosen) if (!seen.has(id)) state.threads.delete(id)
  state.turn = turn
}

/** New threads first, in the order of the list; those known keep their place. */
function threadsAfter({ state, seen }: Read): Map<string, number> {
  const added = [...seen].filter(([id]) => !state.threads.has(id))
  return new Map([...added, ...[...state.threads].map(([id, total]): [string, number] => [id, seen.get(id) ?? total])])
}

/** All replies of the threads that hold more than was shown, as far as the round goes; the rest stays for the next. */
async function readPending(read: Read): Promise<void> {
  const { pending } = read.state
  let calls = 0
  for (const [threadId, videoId] of pending) {
    if (calls >= repliesCallsPerPoll) return
    const well = await attempt(read.round, async () => {
      const guard = pageGuard(pagesPerThread)
      for (let pageToken: string | null = ''; pageToken !== null;) {
        guard(pageToken)
        calls += 1
        const params = {
          part: 'snippet',
          parentId: threadId,
          maxResults: '100',
          textFormat: 'plainText',
          ...(pageToken !== '' && { pageToken }),
        }
        const { body, json } = await callApi(read.io, { path: 'comments', params })
        if (itemsOf(json).length > 0)
          read.round.pages.push({ resource: `replies:${threadId}:${pageToken}`, kind: 'replies', request: { threadId, videoId }, body })
        pageToken = nameOf(json.nextPageToken)
      }
    })
    if (!well) return
    pending.delete(threadId)
  }
}

/** Videos with comments that nobody told us of yet. */
async function readUnknownVideos(read: Read, input: PollInput): Promise<void> {
  const known = new Set([...input.posts.map((post) => post.externalId), ...read.state.asked])
  const ids = [...read.videoIds].filter((id) => !known.has(id))
  await readVideos(read, ids, 'new')
  read.state.asked.push(...ids)
}

/** A known video that does not come back was deleted; of a new one nothing was known that could be gone. */
async function readVideos({ io, round }: Read, videoIds: string[], which: 'known' | 'new'): Promise<void> {
  for (const ids of inGroups(videoIds, 50)) {
    const { body, json } = await callApi(io, { path: 'videos', params: { part: 'snippet,statistics', id: ids.join(',') } })
    itemsOf(json)
    round.pages.unshift({
      resource: openResource(`videos ${ids.join(',')}`),
      kind: 'videos',
      request: which === 'known' ? { ids: ids.join(',') } : {},
      body,
    })
  }
}

/** Open comments by their ids, and those that waited for review until now. What is missing is looked for among the held before it counts as gone. */
async function rereadOpen(read: Read, open: PollInput['open'], known: Held | null): Promise<void> {
  const { io, round, state } = read
  const shown = known?.whole ? state.held.filter((id) => !known.ids.has(id)) : []
  const videoOf = new Map(open.map(({ externalId, ref = {} }) => [externalId, ref.videoId ?? '']))
  const wanted = [...new Set([...videoOf.keys(), ...shown])].filter((id) => !id.includes(','))
  let held = known
  for (const ids of inGroups(wanted, 50)) {
    const well = await attempt(round, async () => {
      const { body, json } = await callApi(io, {
        path: 'comments',
        params: { part: 'snippet', id: ids.join(','), textFormat: 'plainText' },
      })
      const came = new Set(itemsOf(json).map(({ id }) => idOf(id)))
      if (ids.some((id) => !came.has(id))) held ??= await readHeld(read)
      // Where more waits than was read, a missing one may be among it: it is not spoken of.
      const told = held === null || held.whole ? ids : ids.filter((id) => came.has(id) || held?.ids.has(id))
      const request = {
        ids: told.join(','),
        videos: told.map((id) => videoOf.get(id) ?? '').join(','),
        held: told.filter((id) => held?.ids.has(id)).join(','),
        shown: told.filter((id) => shown.includes(id)).join(','),
      }
      round.pages.push({ resource: openResource(ids.join(',')), kind: 'open', request, body })
    })
    if (!well) return
  }
  if (held !== null) state.held = [...held.ids]
}
