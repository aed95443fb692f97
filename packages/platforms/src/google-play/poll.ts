import { createHash } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { idOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, pageGuard, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { callReviews } from './api.ts'
import { itemOf, timeOf } from './review.ts'

/** An app has 200 calls an hour, for all that read it; a quiet round costs one. */
const waitMs = 60_000
const hourMs = 3_600_000
/** What the API shows of the past. */
const shownMs = 7 * 24 * hourMs
const pagesPerPoll = 40
const deepPages = 20
const maxKept = 300
const openPerPoll = 2

/** Of a review, when it was last changed, and a mark of its reply ('' for none). */
type Mark = [changedAt: string, reply: string]

/**
 * `seen`: what each review was when last read, newest first. `rest`: the page where a reading goes on that was too long for one round. `deepAt`: when all that is shown was last read (ms).
 * `turn`: among the open ones.
 */
type State = { v: 1; seen: Map<string, Mark>; rest: string | null; deepAt: number; turn: number }

type Read = { io: Io; round: Round; state: State; now: Map<string, Mark> }

/**
 * Reviews by their last change, newest first, down to a page on which nothing is new; hourly all of the week, because a reply given there may lift no review. Where the week is longer than
 * was read, a few of the open ones by name.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor)
  const round: Round = { pages: [], trouble: null }
  const read: Read = { io, round, state, now: new Map() }
  const first = state.deepAt === 0
  const deep = nowMs - state.deepAt >= hourMs || nowMs < state.deepAt
  const { rest: older } = state
  const untilAt = first ? Date.parse(input.backTo ?? '') || 0 : 0
  const list = await readList(read, { token: '', untilAt, atLeast: deep && !first ? deepPages : 1 })
  if (deep) state.deepAt = nowMs
  if (list.rest !== null) state.rest = list.rest
  else if (older !== null) {
    // A place in a list does not last for ever: where it is refused, the hourly reading finds what is left.
    state.rest = null
    const well = await attempt(round, async () => {
      state.rest = (await readList(read, { token: older, untilAt: 0, atLeast: pagesPerPoll })).rest
    })
    if (!well) state.rest = older
  }
  if (!list.whole && state.rest === null && round.trouble === null) await rereadOpen(read, input.open, nowMs)
  return finish(round, cursorOf(read), waitMs)
}

type List = { token: string; untilAt: number; atLeast: number }

/** Pages until one holds nothing new (after `atLeast`). `whole`: until there were no more; `rest`: the page to go on from when there were too many. */
async function readList(read: Read, list: List): Promise<{ whole: boolean; rest: string | null }> {
  const { io, round, state } = read
  const guard = pageGuard(pagesPerPoll + 1)
  let { token } = list
  for (let page = 1; page <= pagesPerPoll; page += 1) {
    guard(token)
    const { body, json } = await callReviews(io, { path: '', params: { maxResults: '100', ...(token !== '' && { token }) } })
    const reviews = reviewsOf(json)
    const news = reviews.filter((review) => isNew(read, review))
    if (reviews.length > 0) round.pages.push({ resource: `reviews:${token}`, kind: 'reviews', request: requestOf(state, reviews), body })
    for (const review of reviews) take(read, review)
    const next = nameOf(recordOf(json.tokenPagination).nextPageToken)
    if (next === null) return { whole: true, rest: null }
    const past = Date.parse(markOf(reviews.at(-1))?.[1][0] ?? '') < list.untilAt
    if (past || (page >= list.atLeast && reviews.length > 0 && news.length === 0)) return { whole: false, rest: null }
    token = next
  }
  return { whole: false, rest: token }
}

/** The list is left away when there is none, and then nothing else stands there. */
function reviewsOf(json: JsonRecord): unknown[] {
  const { reviews = [] } = json
  if (!Array.isArray(reviews)) throw new PlatformError('unavailable', 'Google answered with something that is no list of reviews')
  return reviews
}

/** Some of the open reviews that no list brought, by turns. One that is not found may be older than what is shown: that says nothing. */
async function rereadOpen(read: Read, open: PollInput['open'], nowMs: number): Promise<void> {
  const { io, round, state, now } = read
  const shown = open.filter(({ externalId, ref = {} }) => {
    const isOld = Date.parse(ref.changedAt ?? '') < nowMs - shownMs
    return !isOld && !externalId.includes('/') && !now.has(externalId)
  })
  const { chosen, turn } = takeTurn(shown, state.turn, { newest: 0, others: openPerPoll })
  state.turn = turn
  for (const { externalId } of chosen) {
    const well = await attempt(round, async () => {
      const { body, json } = await callReviews(io, { path: `/${encodeURIComponent(externalId)}` })
      if (itemOf(json).id !== externalId) throw new PlatformError('unavailable', 'Google answered with another review')
      round.pages.push({ resource: `open:${externalId}`, kind: 'open', request: requestOf(state, [json]), body })
      take(read, json)
    })
    if (!well) return
  }
}

/** What only who saw them before can tell of reviews: which were changed, and which have lost their reply. */
function requestOf({ seen }: State, reviews: unknown[]): Record<string, string> {
  const edited: string[] = []
  const unanswered: string[] = []
  for (const review of reviews) {
    const [id, mark] = markOf(review) ?? []
    const before = seen.get(id ?? '')
    if (id === undefined || mark === undefined || before === undefined || id.includes(',')) continue
    if (before[0] !== mark[0]) edited.push(id)
    if (before[1] !== '' && mark[1] === '') unanswered.push(id)
  }
  return { edited: edited.join(','), unanswered: unanswered.join(',') }
}

function isNew({ state }: Read, review: unknown): boolean {
  const [id, mark] = markOf(review) ?? []
  if (id === undefined || mark === undefined) return false
  const before = state.seen.get(id)
  return before === undefined || before[0] !== mark[0] || before[1] !== mark[1]
}

function take({ now }: Read, review: unknown): void {
  const [id, mark] = markOf(review) ?? []
  if (id !== undefined && mark !== undefined && !now.has(id)) now.set(id, mark)
}

function markOf(value: unknown): [id: string, mark: Mark] | null {
  const { id, review, reply } = itemOf(value)
  if (id === null || review === null) return null
  const text = textOf(reply?.text)
  return [id, [timeOf(review.lastModified) ?? '', text === '' ? '' : short([text, timeOf(reply?.lastModified)])]]
}

function short(values: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 12)
}

function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  const seen = listOf(kept.seen).flatMap((each): [string, Mark][] => {
    const [id, changedAt, reply] = listOf(each)
    return typeof id === 'string' ? [[id, [textOf(changedAt), textOf(reply)]]] : []
  })
  return { v: 1, seen: new Map(seen), rest: idOf(kept.rest), deepAt: numberOf(kept.deepAt), turn: numberOf(kept.turn) }
}

/** What was read now first, then what was known: of bounded size. */
function cursorOf({ state, now }: Read): object {
  const seen = [...now, ...[...state.seen].filter(([id]) => !now.has(id))]
  const kept = seen.filter(([id]) => id.length <= 200).slice(0, maxKept)
  return { ...state, seen: kept.map(([id, mark]) => [id, ...mark]) }
}
