import { PlatformError } from '../error.ts'
import { refusedOf } from '../graph/fields.ts'
import type { Refused } from '../graph/fields.ts'
import { renewInTime } from '../graph/renew.ts'
import { idOf, recordOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { readConversation, readList, readPending } from './conversation.ts'
import type { Read } from './conversation.ts'
import { callGraph } from './graph.ts'
import { isOurs } from './object.ts'
import { reread, readWanted } from './single.ts'

/** Some 20 calls each time: well below the 48,000 a day that the smallest account has. */
const waitMs = 60_000
const hourMs = 3_600_000
const firstReachMs = 90 * 24 * hourMs
const reachMs = 30 * 24 * hourMs
const pagesPerPoll = 60

/** `deepAt`: last reading to the end; `lastAt`: last poll (ms). `rereads`: replies can be read by id. The rest as in `Read` and `takeTurn`. */
type State = { v: 1; deepAt: number; lastAt: number; refused: Refused; pending: Record<string, string>; turn: number; rereads: boolean }

/**
 * The floor under the webhooks: what mentions us, our posts and what we answered anywhere, the conversations of our recent posts (in turn, all of a month hourly;
 * Threads tells no numbers of replies to go by), what a webhook named, and the open messages by id.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  await renewInTime(io, callGraph, 'th_refresh_token')
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const deep = nowMs - state.deepAt >= hourMs
  const round: Round = { pages: [], trouble: null }
  const { refused, pending, lastAt } = state
  const read: Read = { io, round, refused, deep, lastAt, pagesLeft: pagesPerPoll, pending }
  const first = state.deepAt === 0
  const backTo = first && input.backTo !== undefined ? Date.parse(input.backTo) : nowMs - (first ? firstReachMs : reachMs)
  const own = await readOwn(read, backTo)
  let well = own !== null
  for (const kind of ['mentions', 'replies'] as const) well &&= await attempt(round, async () => void (await readList(read, kind, backTo)))
  const known = [...new Set([...(own ?? []), ...input.posts.map((post) => post.externalId)])]
  const whole = new Set(input.posts.filter((post) => post.whole).map((post) => post.externalId))
  const { chosen, turn } = deep ? { chosen: known, turn: state.turn } : takeTurn(known, state.turn, { newest: 5, others: 10 })
  // What an earlier poll left over is gone on with, not begun again.
  const begun = new Set([...whole].filter((id) => id in pending))
  for (const postId of new Set([...whole, ...chosen]))
    if (!(postId in pending))
      well &&= await attempt(round, async () => {
        await readConversation(read, postId, whole.has(postId) ? { whole: true } : {})
        begun.add(postId)
      })
  well &&= await attempt(round, () => readPending(read))
  const wanted = await readWanted(read, input.wanted ?? [])
  const rereads = well ? await reread(read, input.open, state.rereads, new Set(known)) : state.rereads
  const cursor: State = { v: 1, deepAt: deep && well ? nowMs : state.deepAt, lastAt: nowMs, refused, pending, turn, rereads }
  const toTheEnd = [...whole].filter((id) => begun.has(id) && !(id in pending))
  return { ...finish(round, cursor, waitMs), read: toTheEnd, ...(wanted.length > 0 && { wanted }) }
}

function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  const pending = Object.entries(recordOf(kept.pending)).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return {
    v: 1,
    deepAt: Math.min(numberOf(kept.deepAt), nowMs),
    lastAt: Math.min(numberOf(kept.lastAt), nowMs),
    refused: refusedOf(recordOf(kept.refused), nowMs),
    pending: Object.fromEntries(pending),
    turn: Math.floor(numberOf(kept.turn)),
    rereads: kept.rereads === true,
  }
}

/** Ids of our posts, newest first. They come first of all: if nothing of them can be read, the poll has failed; null when a later page could not. */
async function readOwn(read: Read, backTo: number): Promise<string[] | null> {
  try {
    const items = await readList(read, 'posts', backTo)
    return items.flatMap((item) => (isOurs(item, read.io.self) ? (idOf(item.id) ?? []) : []))
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind === 'reauthorize' || read.round.pages.length === 0) throw error
    read.round.trouble = error
    return null
  }
}
