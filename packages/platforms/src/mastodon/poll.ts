import { PlatformError } from '../error.ts'
import { idOf, recordOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, inGroups, openResource, takeTurn, wholeFirst } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi, statusOf } from './api.ts'
import { idsOf, notifications, ownStatuses, readDown, readUp } from './list.ts'
import type { List } from './list.ts'

const waitMs = 15_000
const firstReachMs = 90 * 86_400_000
/** So much of each list the first poll reads; the rest comes in pieces, see `backfill`. */
const headPages = 6

/** `minId`, `ownMinId`: the newest notification and status of ours already read, opaque text; null before the first. `turn`: see `takeTurn`. */
type State = { v: 1; minId: string | null; ownMinId: string | null; turn: number }

/**
 * Notifications since the last one read (`min_id`, the only cursor without gaps), our own statuses, the threads of our recent posts, and the open messages
 * again. The first poll reads the newest; `backfill` goes on from there.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const state = stateOf(input.cursor)
  const round: Round = { pages: [], trouble: null }
  const posts = input.posts.map((post) => post.externalId).join(',')
  const untilAt = input.backTo === undefined ? io.now().getTime() - firstReachMs : Date.parse(input.backTo)
  const next = { ...state }
  const read = async (list: List, minId: string | null): Promise<string | null> =>
    minId === null ? (await readDown(io, round, list, { below: '', untilAt, maxPages: headPages })).newest : readUp(io, round, list, minId)
  next.minId = await read(notifications(posts), state.minId)
  let well = await attempt(round, async () => {
    next.ownMinId = await read(await ownStatuses(io, posts), state.ownMinId)
  })
  const { chosen, turn } = takeTurn(input.posts, state.turn, { newest: 2, others: 4 })
  const whole: string[] = []
  for (const { externalId } of wholeFirst(input.posts, chosen))
    well &&= await attempt(round, async () => {
      await readThread(io, round, externalId, posts)
      whole.push(externalId)
    })
  next.turn = turn
  for (const ids of inGroups(
    input.open.map((each) => each.externalId),
    20,
  ))
    well &&= await attempt(round, () => rereadOpen(io, round, ids, posts))
  return { ...finish(round, next, waitMs), read: whole }
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
