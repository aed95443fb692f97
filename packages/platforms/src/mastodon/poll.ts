import { PlatformError } from '../error.ts'
import { idOf, instantOf, listOf, recordOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, inGroups, openResource, pageGuard, takeTurn, wholeFirst } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi, linkParams, statusOf } from './api.ts'
import type { ApiAnswer } from './api.ts'
import { ownIdOf } from './own-id.ts'

const waitMs = 15_000
const firstReachMs = 90 * 86_400_000
const maxPages = 60

/** `minId`, `ownMinId`: the newest notification and status of ours already read, opaque text; null before the first. `turn`: see `takeTurn`. */
type State = { v: 1; minId: string | null; ownMinId: string | null; turn: number }

/**
 * Notifications since the last one read (`min_id`, the only cursor without gaps), our own statuses, the threads of our recent posts, and the open messages
 * again. The first poll reads backwards, ninety days at most.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const state = stateOf(input.cursor)
  const round: Round = { pages: [], trouble: null }
  const posts = input.posts.map((post) => post.externalId).join(',')
  const untilAt = input.backTo === undefined ? io.now().getTime() - firstReachMs : Date.parse(input.backTo)
  const next = { ...state }
  next.minId = await readList(io, round, {
    resource: 'notifications',
    path: '/api/v1/notifications',
    params: notificationParams,
    minId: state.minId,
    posts,
    untilAt,
  })
  let well = await attempt(round, async () => {
    const path = `/api/v1/accounts/${encodeURIComponent(await ownIdOf(io))}/statuses`
    next.ownMinId = await readList(io, round, { resource: 'own', path, params: ownParams, minId: state.ownMinId, posts, untilAt })
  })
  const { chosen, turn } = takeTurn(input.posts, state.turn, { newest: 2, others: 4 })
  const read: string[] = []
  for (const { externalId } of wholeFirst(input.posts, chosen))
    well &&= await attempt(round, async () => {
      await readThread(io, round, externalId, posts)
      read.push(externalId)
    })
  next.turn = turn
  for (const ids of inGroups(
    input.open.map((each) => each.externalId),
    20,
  ))
    well &&= await attempt(round, () => rereadOpen(io, round, ids, posts))
  return { ...finish(round, next, waitMs), read }
}

function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  return {
    v: 1,
    minId: idOf(kept.minId),
    ownMinId: idOf(kept.ownMinId),
    turn: typeof kept.turn === 'number' && kept.turn > 0 ? Math.floor(kept.turn) : 0,
  }
}

/** `include_filtered`: without it, mentions by people we do not follow are held back. */
const notificationParams: [string, string][] = [
  ['types[]', 'mention'],
  ['types[]', 'quote'],
  ['include_filtered', 'true'],
  ['limit', '80'],
]
const ownParams: [string, string][] = [
  ['exclude_reblogs', 'true'],
  ['limit', '40'],
]

type List = { resource: string; path: string; params: [string, string][]; minId: string | null; posts: string; untilAt: number }

/** Reads a list up from `minId`, or all of it down from the newest when there is none; gives the id to go on from. */
function readList(io: Io, round: Round, list: List): Promise<string | null> {
  return list.minId === null ? readDown(io, round, list) : readUp(io, round, list, list.minId)
}

/** The page just above an id, then the one above that, until nothing new comes (an empty page, or a server that ignores `min_id`). */
async function readUp(io: Io, round: Round, list: List, from: string): Promise<string> {
  const seen = new Set([from])
  let minId = from
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await callApi(io, { path: list.path, params: [...list.params, ['min_id', minId]] })
    const ids = idsOf(answer)
    if (ids.every((id) => seen.has(id))) break
    ids.forEach((id) => seen.add(id))
    round.pages.push({ resource: list.resource, kind: list.resource, request: { posts: list.posts }, body: answer.body })
    const above = linkParams(answer.headers, 'prev')?.find(([name]) => name === 'min_id')?.[1]
    minId = above ?? ids[0] ?? minId
  }
  return minId
}

async function readDown(io: Io, round: Round, list: List): Promise<string | null> {
  const guard = pageGuard(maxPages)
  let newest: string | null = null
  let params: [string, string][] | null = list.params
  const seen = new Set<string>()
  for (let page = 0; params !== null && page < maxPages; page += 1) {
    guard(JSON.stringify(params))
    const answer: ApiAnswer = await callApi(io, { path: list.path, params })
    const ids = idsOf(answer)
    if (ids.every((id) => seen.has(id))) break
    ids.forEach((id) => seen.add(id))
    newest ??= ids[0] ?? null
    round.pages.push({ resource: `${list.resource}:${page}`, kind: list.resource, request: { posts: list.posts }, body: answer.body })
    const last = recordOf(listOf(answer.json).at(-1))
    if (Date.parse(instantOf(last.created_at) ?? '') < list.untilAt) break
    const below = linkParams(answer.headers, 'next')?.find(([name]) => name === 'max_id')?.[1] ?? ids.at(-1)
    params = below === undefined ? null : [...list.params, ['max_id', below]]
  }
  return newest
}

function idsOf(answer: ApiAnswer): string[] {
  if (!Array.isArray(answer.json)) throw new PlatformError('unavailable', 'The server answered with something that is no list')
  return listOf(answer.json).flatMap((each) => idOf(recordOf(each).id) ?? [])
}

async function readThread(io: Io, round: Round, id: string, posts: string): Promise<void> {
  const page = { resource: `thread:${id}`, kind: 'thread', request: { id, posts } }
  try {
    const { body } = await callApi(io, { path: `/api/v1/statuses/${encodeURIComponent(id)}/context` })
    round.pages.push({ ...page, body })
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    round.pages.push({ ...page, body: JSON.stringify({ error: 'gone' }) })
  }
}

/** Many at once; what did not come back, or all of it on a server without that call, is asked for alone: only a 404 of its own means gone. */
async function rereadOpen(io: Io, round: Round, ids: string[], posts: string): Promise<void> {
  let left = ids
  try {
    const answer = await callApi(io, { path: '/api/v1/statuses', params: ids.map((id): [string, string] => ['id[]', id]) })
    const answered = new Set(idsOf(answer))
    left = ids.filter((id) => !answered.has(id))
    round.pages.push({ resource: openResource(ids.join(',')), kind: 'open', request: { ids: ids.join(','), posts }, body: answer.body })
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'rejected')) throw error
  }
  for (const id of left) await rereadOne(io, round, id, posts)
}

async function rereadOne(io: Io, round: Round, id: string, posts: string): Promise<void> {
  const page = { resource: `open:${id}`, kind: 'open', request: { id, posts } }
  try {
    const { body } = await callApi(io, { path: `/api/v1/statuses/${encodeURIComponent(id)}` })
    round.pages.push({ ...page, body })
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    round.pages.push({ ...page, body: JSON.stringify({ error: 'gone' }) })
  }
}
