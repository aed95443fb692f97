import { createHash } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { idOf, instantOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult, Wanted } from '../platform.ts'
import { attempt, finish, pageGuard } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import { locationOf } from './location-name.ts'
import { reviewIdOf } from './review.ts'

/** All locations of a project share 300 calls a minute; a quiet round costs one. */
const waitMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000
const pagesPerPoll = 40
const deepPages = 4
const maxKept = 300
const maxOpenPerPoll = 100
const maxWantedPerPoll = 50

/**
 * `seen`: what each review was when last read (a mark of its words and stars, and one of its reply, '' for none), newest first. `rest`: where the first reading of the past goes on, down to
 * `untilAt`. `deepAt`: when more than the newest page was last read (ms).
 */
type State = { v: 1; seen: Map<string, [string, string]>; rest: { pageToken: string; untilAt: number } | null; deepAt: number }

type Read = { io: Io; round: Round; state: State; now: Map<string, [string, string]> }

/**
 * Reviews by their last change, newest first, down to a page on which nothing is new; hourly four pages whatever they hold, because an answer lifts no review. Then, by name, those that
 * were pushed and the open ones, unless they came along. The first poll reaches back to `backTo`.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor)
  const round: Round = { pages: [], trouble: null }
  const read: Read = { io, round, state, now: new Map() }
  const first = state.deepAt === 0
  const deep = nowMs - state.deepAt >= hourMs || nowMs < state.deepAt
  const untilAt = first ? Date.parse(input.backTo ?? '') || nowMs - 90 * dayMs : 0
  const rest = await readList(read, { pageToken: '', untilAt, atLeast: deep && !first ? deepPages : 1, maxPages: pagesPerPoll })
  if (deep) state.deepAt = nowMs
  if (first && rest !== null) state.rest = { pageToken: rest, untilAt }
  let well = true
  const { rest: older } = state
  if (!first && older !== null) {
    well = await attempt(round, async () => {
      const next = await readList(read, { ...older, atLeast: pagesPerPoll, maxPages: pagesPerPoll })
      state.rest = next === null ? null : { pageToken: next, untilAt: older.untilAt }
    })
    // A place in a list does not last for ever; what is left of the past is then left.
    if (round.trouble?.kind === 'rejected') Object.assign(state, { rest: null })
  }
  const wanted: Wanted[] = []
  const named = (input.wanted ?? []).filter(({ kind, id }) => kind === 'review' && !read.now.has(id))
  for (const [index, each] of named.entries()) {
    well &&= index < maxWantedPerPoll && (await attempt(round, () => rereadOne(read, each.id, state.seen.has(each.id))))
    if (!well) wanted.push(each)
  }
  const open = input.open.filter(({ externalId }) => !externalId.includes('/') && !read.now.has(externalId)).slice(0, maxOpenPerPoll)
  for (const each of open) well &&= await attempt(round, () => rereadOne(read, each.externalId, true))
  return { ...finish(round, cursorOf(read), waitMs), ...(wanted.length > 0 && { wanted }) }
}

type List = { pageToken: string; untilAt: number; atLeast: number; maxPages: number }

/** Pages until one holds nothing new (after `atLeast`), or ends before `untilAt`. Gives the page to go on from when there were too many. */
async function readList(read: Read, list: List): Promise<string | null> {
  const { io, round, state } = read
  const guard = pageGuard(list.maxPages + 1)
  let { pageToken } = list
  for (let page = 0; page < list.maxPages; page += 1) {
    guard(pageToken)
    const params = { pageSize: '50', orderBy: 'updateTime desc', ...(pageToken !== '' && { pageToken }) }
    const { body, json } = await callApi(io, { path: `v4/${locationOf(io)}/reviews`, params })
    const reviews = reviewsOf(json)
    const changed = reviews.filter((review) => {
      const [mark, reply] = markOf(review)
      const [before, replyBefore] = state.seen.get(reviewIdOf(review) ?? '') ?? []
      return mark !== before || reply !== replyBefore
    })
    const request = { unanswered: unansweredOf(read, reviews) }
    if (reviews.length > 0) round.pages.push({ resource: `reviews:${pageToken}`, kind: 'reviews', request, body })
    for (const review of reviews) take(read, review)
    const next = nameOf(json.nextPageToken)
    const ended = page + 1 >= list.atLeast && reviews.length > 0 && changed.length === 0
    const past = Date.parse(instantOf(reviews.at(-1)?.updateTime) ?? '') < list.untilAt
    if (next === null || ended || past) return null
    pageToken = next
  }
  return pageToken
}

/** The list is left away when there is none, and then nothing else stands there. */
function reviewsOf(json: JsonRecord): JsonRecord[] {
  const { reviews = [] } = json
  if (!Array.isArray(reviews)) throw new PlatformError('unavailable', 'Google answered with something that is no list of reviews')
  return reviews.map(recordOf)
}

/** `known`: it was here. What was pushed may not be there yet, and is found in the list later. */
async function rereadOne(read: Read, id: string, known: boolean): Promise<void> {
  const page = { resource: `open:${id}`, kind: 'open' }
  try {
    const { body, json } = await callApi(read.io, { path: `v4/${locationOf(read.io)}/reviews/${encodeURIComponent(id)}` })
    if (reviewIdOf(json) !== id) throw new PlatformError('unavailable', 'Google answered with another review')
    read.round.pages.push({ ...page, request: { id, unanswered: unansweredOf(read, [json]) }, body })
    take(read, json)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    if (!known) return
    read.round.pages.push({ ...page, request: { id }, body: '{"gone":true}' })
    read.state.seen.delete(id)
  }
}

/** Reviews whose reply was there when last read and is not any more. */
function unansweredOf({ state }: Read, reviews: JsonRecord[]): string {
  const lost = reviews.filter((review) => (state.seen.get(reviewIdOf(review) ?? '')?.[1] ?? '') !== '' && markOf(review)[1] === '')
  return lost.flatMap((review) => reviewIdOf(review) ?? []).join(',')
}

function take({ now }: Read, review: JsonRecord): void {
  const id = reviewIdOf(review)
  if (id !== null && !now.has(id)) now.set(id, markOf(review))
}

function markOf(review: JsonRecord): [string, string] {
  const reply = recordOf(review.reviewReply)
  const own = [review.updateTime, review.comment, review.starRating]
  return [short(own), textOf(reply.comment) === '' ? '' : short([reply.updateTime, reply.comment, reply.reviewReplyState])]
}

function short(values: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 12)
}

function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const rest = recordOf(kept.rest)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  const seen = listOf(kept.seen).flatMap((each): [string, [string, string]][] => {
    const [id, mark, reply] = listOf(each)
    return typeof id === 'string' ? [[id, [textOf(mark), textOf(reply)]]] : []
  })
  return {
    v: 1,
    seen: new Map(seen),
    rest: idOf(rest.pageToken) === null ? null : { pageToken: textOf(rest.pageToken), untilAt: numberOf(rest.untilAt) },
    deepAt: numberOf(kept.deepAt),
  }
}

/** What was read now first, then what was known: of bounded size. */
function cursorOf({ state, now }: Read): object {
  const seen = [...now, ...[...state.seen].filter(([id]) => !now.has(id))]
  const kept = seen.filter(([id]) => id.length <= 200).slice(0, maxKept)
  return { ...state, seen: kept.map(([id, marks]) => [id, ...marks]) }
}
