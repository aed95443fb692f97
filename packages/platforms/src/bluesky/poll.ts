import { PlatformError } from '../error.ts'
import { instantOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, inGroups, openResource, pageGuard, takeTurn, wholeFirst } from '../round.ts'
import type { Round } from '../round.ts'
import { xrpc, xrpcErrorOf } from './xrpc.ts'

const waitMs = 15_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const overlapMs = 600_000
/** What is read of the past at first, and again every hour: a reply with an old date is sorted in far down. */
const firstReachMs = 90 * dayMs
const deepReachMs = 7 * dayMs
const headPages = 40
const backfillPages = 20
const ownPages = 10

/**
 * `highAt`, `ownHighAt`: newest server time seen in notifications and in our feed (ms, never later than our own clock then). `backfill`: an older stretch
 * still to be read, from a platform cursor down to `untilAt`. `deepAt`: when the last such stretch began. `turn`: see `takeTurn`.
 */
type State = { v: 1; highAt: number; ownHighAt: number; backfill: { cursor: string; untilAt: number } | null; deepAt: number; turn: number }

/**
 * Notifications (only three reasons, `priority=false`), our own feed, the threads of our recent posts, and the open messages again. The list runs backwards
 * and has no "since": pages are read until they lie ten minutes behind the newest seen, and hourly a week deep.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor)
  const round: Round = { pages: [], trouble: null }
  const first = state.deepAt === 0
  const deep = !first && state.backfill === null && nowMs - state.deepAt >= hourMs
  const firstAt = input.backTo === undefined ? nowMs - firstReachMs : Date.parse(input.backTo)
  const head = await readNotifications(io, round, {
    cursor: '',
    untilAt: first ? firstAt : state.highAt - overlapMs,
    maxPages: headPages,
  })
  const next: State = {
    ...state,
    highAt: Math.max(state.highAt, Math.min(head.newestAt, nowMs)),
    deepAt: first || deep ? nowMs : state.deepAt,
  }
  if (deep) next.backfill = { cursor: '', untilAt: nowMs - deepReachMs }
  if (head.rest !== null)
    next.backfill = { cursor: head.rest, untilAt: first ? firstAt : Math.min(state.highAt - overlapMs, nowMs - deepReachMs) }
  let well = await attempt(round, async () => {
    const newestAt = await readOwn(io, round, state.ownHighAt === 0 ? firstAt : state.ownHighAt - overlapMs)
    next.ownHighAt = Math.max(state.ownHighAt, Math.min(newestAt, nowMs))
  })
  const { chosen, turn } = takeTurn(input.posts, state.turn, { newest: 4, others: 8 })
  const read: string[] = []
  for (const { externalId } of wholeFirst(input.posts, chosen))
    well &&= await attempt(round, async () => {
      await readThread(io, round, externalId)
      read.push(externalId)
    })
  next.turn = turn
  for (const uris of inGroups(
    input.open.map((each) => each.externalId),
    25,
  ))
    well &&= await attempt(round, () => rereadOpen(io, round, uris))
  const { backfill } = next
  if (well && backfill !== null) {
    await attempt(round, async () => {
      const { rest } = await readNotifications(io, round, { ...backfill, maxPages: backfillPages })
      next.backfill = rest === null ? null : { ...backfill, cursor: rest }
    })
  }
  const { webUrl } = io.settings
  if (webUrl) for (const page of round.pages) page.request = { ...page.request, webUrl }
  return { ...finish(round, next, waitMs), read }
}

function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
  const backfill = recordOf(kept.backfill)
  return {
    v: 1,
    highAt: numberOf(kept.highAt),
    ownHighAt: numberOf(kept.ownHighAt),
    backfill: typeof backfill.cursor === 'string' ? { cursor: backfill.cursor, untilAt: numberOf(backfill.untilAt) } : null,
    deepAt: numberOf(kept.deepAt),
    turn: Math.floor(numberOf(kept.turn)),
  }
}

type Stretch = { cursor: string; untilAt: number; maxPages: number }

/** Pages from a cursor (empty: the newest) until one ends before `untilAt` or there is no further cursor. `rest`: where to go on when there were too many. */
async function readNotifications(io: Io, round: Round, stretch: Stretch): Promise<{ newestAt: number; rest: string | null }> {
  const guard = pageGuard(stretch.maxPages + 1)
  let newestAt = 0
  let { cursor } = stretch
  for (let page = 0; page < stretch.maxPages; page += 1) {
    guard(cursor)
    const { body, json } = await xrpc(io, { nsid: 'app.bsky.notification.listNotifications', params: notificationParams(cursor) })
    const items = listOf(json.notifications).map(recordOf)
    const times = items.map(indexedAtOf)
    newestAt = Math.max(newestAt, ...times)
    if (items.length > 0)
      round.pages.push({ resource: cursor === '' ? 'notifications' : `notifications:${cursor}`, kind: 'notifications', request: {}, body })
    const next = nameOf(json.cursor)
    // A page can be empty and still have a cursor: reasons are sifted after the page is cut.
    if (next === null || (times.length > 0 && times.at(-1)! < stretch.untilAt)) return { newestAt, rest: null }
    if (next === cursor) guard(cursor)
    cursor = next
  }
  return { newestAt, rest: cursor }
}

function notificationParams(cursor: string): [string, string][] {
  const reasons = ['reply', 'mention', 'quote'].map((reason): [string, string] => ['reasons', reason])
  return [['limit', '100'], ...reasons, ['priority', 'false'], ...(cursor === '' ? [] : [['cursor', cursor] as [string, string]])]
}

function indexedAtOf(view: JsonRecord): number {
  return Date.parse(instantOf(view.indexedAt) ?? '') || 0
}

/** Our own posts and native answers, newest first. */
async function readOwn(io: Io, round: Round, untilAt: number): Promise<number> {
  const guard = pageGuard(ownPages)
  let newestAt = 0
  let cursor = ''
  for (let page = 0; page < ownPages; page += 1) {
    guard(cursor)
    const params: [string, string][] = [
      ['actor', io.self.accountId],
      ['filter', 'posts_with_replies'],
      ['limit', '100'],
    ]
    const { body, json } = await xrpc(io, {
      nsid: 'app.bsky.feed.getAuthorFeed',
      params: cursor === '' ? params : [...params, ['cursor', cursor]],
    })
    const times = listOf(json.feed).map((item) => indexedAtOf(recordOf(recordOf(item).post)))
    newestAt = Math.max(newestAt, ...times)
    if (times.length > 0) round.pages.push({ resource: `own:${page}`, kind: 'own', request: {}, body })
    const next = nameOf(json.cursor)
    if (next === null || (times.length > 0 && times.at(-1)! < untilAt)) break
    cursor = next
  }
  return newestAt
}

async function readThread(io: Io, round: Round, uri: string, depth = 1000): Promise<void> {
  const page = { resource: `thread:${uri}`, kind: 'thread', request: { uri } }
  try {
    const { body } = await xrpc(io, {
      nsid: 'app.bsky.feed.getPostThread',
      params: [
        ['uri', uri],
        ['depth', String(depth)],
        ['parentHeight', '0'],
      ],
    })
    round.pages.push({ ...page, body })
  } catch (error) {
    if (!(error instanceof PlatformError) || xrpcErrorOf(error) !== 'NotFound') throw error
    round.pages.push({ ...page, body: JSON.stringify({ error: 'NotFound' }) })
  }
}

/** Many at once. What did not come back is deleted, or a block stands between: its own thread tells which. */
async function rereadOpen(io: Io, round: Round, uris: string[]): Promise<void> {
  const { body, json } = await xrpc(io, { nsid: 'app.bsky.feed.getPosts', params: uris.map((uri): [string, string] => ['uris', uri]) })
  const answered = new Set(listOf(json.posts).map((each) => recordOf(each).uri))
  const shown = uris.filter((uri) => answered.has(uri)).join(' ')
  round.pages.push({ resource: openResource(uris.join(' ')), kind: 'open', request: { uris: shown }, body })
  for (const uri of uris) if (!answered.has(uri)) await readThread(io, round, uri, 0)
}
