import { createHash } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { instantOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult, Quota } from '../platform.ts'
import { attempt, finish, pageGuard } from '../round.ts'
import type { Round } from '../round.ts'
import { apiHost, callApi } from './api.ts'
import { replyIdOf, responseIdOf, responsesOf, reviewIdOf } from './review.ts'
import type { Responses } from './review.ts'

/** A quiet round is one call of the 3,600 an hour that the whole team shares; when they run low there is more time between two. */
const waitMs = 60_000
const sparingWaitMs = 15 * 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000
const pagesPerPoll = 20
const deepPages = 4
const maxKept = 600
const maxOpenPerPoll = 50

/** What a review is read with, in a list and alone. */
export const fields: Record<string, string> = {
  include: 'response',
  'fields[customerReviews]': 'rating,title,body,reviewerNickname,createdDate,territory,response',
  'fields[customerReviewResponses]': 'responseBody,lastModifiedDate,state',
}

/**
 * `seen`: what each review was when last read (a mark of its words and stars, one of its response, and what that is called, '' for none), newest first. `rest`: where the first reading of the past goes on
 * (the query of Apple's next page), down to `untilAt`. `deepAt`: when more than the newest page was last read (ms).
 */
type State = { v: 1; seen: Map<string, Marks>; rest: { cursor: string; untilAt: number } | null; deepAt: number }
type Marks = [review: string, response: string, replyId: string]
type Read = { io: Io; round: Round; state: State; now: Map<string, Marks>; quota: Quota | null }

/**
 * Reviews newest first, down to a page on which nothing is new; hourly four pages whatever they hold, because neither a response nor other words need lift a review. Then the open ones
 * that did not come along, by id. The first poll reaches back to `backTo`.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor)
  const round: Round = { pages: [], trouble: null }
  const read: Read = { io, round, state, now: new Map(), quota: null }
  const first = state.deepAt === 0
  const deep = nowMs - state.deepAt >= hourMs || nowMs < state.deepAt
  const untilAt = first ? Date.parse(input.backTo ?? '') || nowMs - 90 * dayMs : 0
  const rest = await readList(read, { cursor: '', untilAt, atLeast: deep && !first ? deepPages : 1 })
  if (deep) state.deepAt = nowMs
  if (first && rest !== null) state.rest = { cursor: rest, untilAt }
  let well = true
  const { rest: older } = state
  if (!first && older !== null) {
    well = await attempt(round, async () => {
      const next = await readList(read, { ...older, atLeast: pagesPerPoll })
      state.rest = next === null ? null : { cursor: next, untilAt: older.untilAt }
    })
    // A place in a list does not last for ever; what is left of the past is then left.
    if (round.trouble?.kind === 'rejected') state.rest = null
  }
  const open = input.open.filter(({ externalId }) => !read.now.has(externalId)).slice(0, maxOpenPerPoll)
  for (const each of open) well &&= await attempt(round, () => rereadOne(read, each.externalId))
  const { quota } = read
  const sparing = quota !== null && quota.of !== null && quota.left * 5 < quota.of
  return { ...finish(round, cursorOf(read), sparing ? sparingWaitMs : waitMs), ...(quota && { quota }) }
}

type List = { cursor: string; untilAt: number; atLeast: number }

/** Pages until one holds nothing new (after `atLeast`), or ends before `untilAt`. Gives the cursor to go on from when there were too many. */
async function readList(read: Read, list: List): Promise<string | null> {
  const { io, round, state } = read
  const guard = pageGuard(pagesPerPoll + 1)
  let { cursor } = list
  for (let page = 0; page < pagesPerPoll; page += 1) {
    guard(cursor)
    const params = { ...fields, sort: '-createdDate', limit: '200', ...Object.fromEntries(new URLSearchParams(cursor)) }
    const { body, json, quota } = await callApi(io, { path: `v1/apps/${appIdOf(io)}/customerReviews`, params })
    read.quota = quota ?? read.quota
    if (!Array.isArray(json.data)) throw new PlatformError('unavailable', 'Apple answered with something that is no list of reviews')
    const reviews = json.data.map(recordOf)
    const marks = marksOf(reviews, responsesOf(json))
    const changed = [...marks].filter(([id, [review, response]]) => {
      const [before, responseBefore] = state.seen.get(id) ?? []
      return review !== before || response !== responseBefore
    })
    const request = { gone: goneOf(read, marks) }
    if (reviews.length > 0) round.pages.push({ resource: `reviews:${cursor === '' ? '' : short(cursor)}`, kind: 'reviews', request, body })
    take(read, marks)
    const next = queryOf(recordOf(json.links).next)
    const ended = page + 1 >= list.atLeast && reviews.length > 0 && changed.length === 0
    const past = Date.parse(instantOf(recordOf(reviews.at(-1)?.attributes).createdDate) ?? '') < list.untilAt
    if (next === null || ended || past) return null
    cursor = next
  }
  return cursor
}

/** The app by its number. */
function appIdOf(io: Pick<Io, 'settings'>): string {
  const id = io.settings.appId ?? ''
  if (!/^\d+$/.test(id)) throw new PlatformError('reauthorize', 'The channel does not say which app it is. Please connect it again')
  return id
}

/** Of the address of the next page only its query is taken, as the cursor: our token goes nowhere else. */
function queryOf(next: unknown): string | null {
  const address = nameOf(next)
  if (address === null) return null
  const query = URL.canParse(address, apiHost) ? new URL(address, apiHost).search.slice(1) : ''
  if (query === '' || query.length > 2_000) throw new PlatformError('unavailable', 'Apple does not say where the next page begins')
  return query
}

async function rereadOne(read: Read, id: string): Promise<void> {
  const page = { resource: `open:${id}`, kind: 'open' }
  try {
    const { body, json, quota } = await callApi(read.io, { path: `v1/customerReviews/${encodeURIComponent(id)}`, params: fields })
    read.quota = quota ?? read.quota
    const review = recordOf(json.data)
    if (reviewIdOf(review) !== id) throw new PlatformError('unavailable', 'Apple answered with another review')
    const marks = marksOf([review], responsesOf(json))
    read.round.pages.push({ ...page, request: { id, gone: goneOf(read, marks) }, body })
    take(read, marks)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    read.round.pages.push({ ...page, request: { id }, body: '{"gone":true}' })
    read.state.seen.delete(id)
  }
}

function marksOf(reviews: JsonRecord[], responses: Responses): Map<string, Marks> {
  return new Map(
    reviews.flatMap((review): [string, Marks][] => {
      const id = reviewIdOf(review)
      if (id === null) return []
      const responseId = responseIdOf(review) ?? ''
      const own = short(review.attributes)
      if (responseId === '') return [[id, [own, '', '']]]
      return [[id, [own, short(responses.get(responseId)?.attributes), replyIdOf(id, responseId)]]]
    }),
  )
}

/** Responses that stood there when last read and do not any more: taken away, or by now called something else. */
function goneOf({ state }: Read, marks: Map<string, Marks>): string {
  const gone = [...marks].flatMap(([id, [, , replyId]]) => {
    const before = state.seen.get(id)?.[2] ?? ''
    return before === '' || before === replyId ? [] : [before]
  })
  return gone.join(',')
}

function take({ now }: Read, marks: Map<string, Marks>): void {
  for (const [id, each] of marks) if (!now.has(id)) now.set(id, each)
}

function short(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('base64url')
    .slice(0, 12)
}

function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const rest = recordOf(kept.rest)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  const seen = listOf(kept.seen).flatMap((each): [string, Marks][] => {
    const [id, review, response, replyId] = listOf(each)
    return typeof id === 'string' ? [[id, [textOf(review), textOf(response), textOf(replyId)]]] : []
  })
  return {
    v: 1,
    seen: new Map(seen),
    rest: nameOf(rest.cursor) === null ? null : { cursor: textOf(rest.cursor), untilAt: numberOf(rest.untilAt) },
    deepAt: numberOf(kept.deepAt),
  }
}

/** What was read now first, then what was known: of bounded size. */
function cursorOf({ state, now }: Read): object {
  const seen = [...now, ...[...state.seen].filter(([id]) => !now.has(id))]
  const kept = seen.filter(([id]) => id.length <= 100).slice(0, maxKept)
  return { ...state, seen: kept.map(([id, marks]) => [id, ...marks]) }
}
