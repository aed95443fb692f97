import { PlatformError } from '../error.ts'
import { idOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult, Quota } from '../platform.ts'
import { attempt, finish, inGroups, openResource, pageGuard, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import { Purse, costs, ownReadUsd } from './cost.ts'
import { historyOf } from './post.ts'
import { idBefore, msOf, newerOf } from './snowflake.ts'
import { cursorOf, stateOf } from './state.ts'
import type { State } from './state.ts'

/** An empty answer costs nothing, so the window of 300 calls in 15 minutes is the only limit. */
const waitMs = 60_000
const minuteMs = 60_000
const dayMs = 86_400_000
const overlapMs = 10 * minuteMs
/** X searches the last seven days. */
const searchReachMs = 6 * dayMs
const searchEveryMs = 15 * minuteMs
const maxPages = 60
const leastPerPage = { timeline: 5, search: 10 }

/** What a poll shares. */
type Read = { io: Io; round: Round; state: State; purse: Purse; quota: Quota | null; ownUsd: number }

/**
 * Mentions (which replies to us are, as long as they keep our name), our own posts and answers, every quarter of an hour the threads of our posts by search and the quotes of the
 * newest ones, and the open messages again. Ids overlap by ten minutes, once a day by a day, because X indexes some posts late; a post read twice in a day costs once.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const now = io.now()
  const nowMs = now.getTime()
  const state = stateOf(input.cursor)
  const round: Round = { pages: [], trouble: null }
  const ownUsd = io.settings.ownsApp === 'yes' ? ownReadUsd : costs.read
  const read: Read = { io, round, state, purse: new Purse(input.maxUsd, now, state.paid), quota: null, ownUsd }
  const sweeps = !(nowMs - state.sweptAt < dayMs && nowMs >= state.sweptAt)
  const reach = { startAt: input.backTo ?? new Date(nowMs - 90 * dayMs).toISOString(), overlapMs: sweeps ? dayMs : overlapMs }
  const user = `/2/users/${encodeURIComponent(io.self.accountId)}`
  await readTimeline(read, 'mentions', `${user}/mentions`, reach)
  let well = await attempt(round, () => readTimeline(read, 'own', `${user}/tweets`, reach, { exclude: 'retweets' }))
  if (well && sweeps) state.sweptAt = nowMs
  const searched: string[] = []
  const search = async ({ externalId, ref, whole }: PollInput['posts'][number]): Promise<void> => {
    const id = ref?.conversationId ?? externalId
    well &&= await attempt(round, async () => {
      if (whole) state.threads.delete(id)
      if (await readConversation(read, id, nowMs)) searched.push(externalId)
    })
  }
  for (const post of input.posts) if (post.whole) await search(post)
  if (well && input.posts.length > 0 && !(nowMs - state.searchedAt < searchEveryMs && nowMs >= state.searchedAt)) {
    const { chosen, turn } = takeTurn(input.posts, state.turn, { newest: 8, others: 4 })
    for (const post of chosen) if (!post.whole) await search(post)
    for (const post of chosen.slice(0, 3)) well &&= await attempt(round, () => readQuotes(read, post.ref?.latestId ?? post.externalId))
    if (well) Object.assign(state, { searchedAt: nowMs, turn })
  }
  for (const group of inGroups(input.open, 100)) well &&= await attempt(round, () => rereadOpen(read, group))
  state.paid = read.purse.kept
  const result = finish(round, cursorOf(state), waitMs)
  return { ...result, read: searched, spentUsd: read.purse.spentUsd, ...(read.quota && { quota: read.quota }) }
}

const fields = {
  'tweet.fields': [
    ...['created_at', 'author_id', 'conversation_id', 'in_reply_to_user_id', 'referenced_tweets', 'entities', 'attachments'],
    ...['public_metrics', 'edit_controls', 'note_tweet', 'lang', 'possibly_sensitive', 'reply_settings'],
  ].join(','),
  expansions: 'author_id,attachments.media_keys,referenced_tweets.id',
  'user.fields': 'username,name,profile_image_url,verified,public_metrics,protected',
  'media.fields': 'url,preview_image_url,type,alt_text',
}

type Reach = { startAt: string; overlapMs: number }

/** What is newer than the newest read, with an overlap, and what an earlier round had to leave out for its cost. */
async function readTimeline(
  read: Read,
  name: 'mentions' | 'own',
  path: string,
  reach: Reach,
  more: Record<string, string> = {},
): Promise<void> {
  const { state } = read
  const { newest, gap } = state[name]
  const since = newest === null ? null : idBefore(newest, reach.overlapMs)
  // Ids that tell no time have no overlap; then everything is read again that the newest id does not exclude.
  const from: Record<string, string> = since === null ? (newest === null ? { start_time: reach.startAt } : {}) : { since_id: since }
  const params = { ...more, ...from }
  const listing = { resource: name, path, params, eachUsd: read.ownUsd, least: leastPerPage.timeline }
  const page = await readPages(read, listing)
  state[name].newest = newerOf(newest, page.newest)
  if (!page.whole) {
    if (page.oldest !== null) state[name].gap = { params: gap?.params ?? params, untilId: page.oldest }
    return
  }
  if (gap === null) return
  const older = { ...listing, resource: `${name}:rest:${gap.untilId}`, params: { ...gap.params, until_id: gap.untilId } }
  const { whole, oldest } = await readPages(read, older)
  state[name].gap = whole ? null : { params: gap.params, untilId: oldest ?? gap.untilId }
}

type Listing = { resource: string; path: string; params: Record<string, string>; eachUsd: number; least: number; maxPages?: number }

/** Which ids came, and whether all of it did: what could not be afforded is below the oldest. */
type PagesRead = { newest: string | null; oldest: string | null; whole: boolean }

/** Pages from the newest down, as far as they can be afforded. */
async function readPages(read: Read, listing: Listing): Promise<PagesRead> {
  const { path, resource, eachUsd, least } = listing
  const guard = pageGuard(maxPages)
  let newest: string | null = null
  let oldest: string | null = null
  let token: string | null = null
  for (let page = 0; page < (listing.maxPages ?? maxPages); page += 1) {
    const count = read.purse.affords(eachUsd, 100, least)
    if (count === 0) return { newest, oldest, whole: false }
    guard(token ?? '')
    const turned: Record<string, string> = token === null ? {} : { [path.includes('/search/') ? 'next_token' : 'pagination_token']: token }
    const { body, json, quota } = await callApi(read.io, {
      path,
      params: { ...listing.params, ...fields, max_results: String(count), ...turned },
    })
    read.quota = tighterOf(read.quota, quota)
    const posts = postsOf(json)
    const ids = posts.flatMap((post) => idOf(post.id) ?? [])
    read.purse.pay(ids, eachUsd)
    for (const id of ids) {
      newest = newerOf(newest, id)
      oldest = oldest === null || newerOf(oldest, id) === oldest ? id : oldest
    }
    if (posts.length > 0)
      read.round.pages.push({ resource: page === 0 ? resource : `${resource}:${page}`, kind: 'posts', request: {}, body })
    token = nameOf(recordOf(json.meta).next_token)
    if (token === null) break
  }
  return { newest, oldest, whole: true }
}

/** `data` is left away when there is none, and `meta` says so. Anything else is not X's answer. */
function postsOf(json: JsonRecord): JsonRecord[] {
  const count = recordOf(json.meta).result_count
  if (!Array.isArray(json.data) && count !== 0) throw new PlatformError('unavailable', 'X answered with something that is no list of posts')
  return listOf(json.data).map(recordOf)
}

function tighterOf(one: Quota | null, other: Quota | null): Quota | null {
  if (one === null || other === null) return one ?? other
  return one.left / (one.of ?? 1) <= other.left / (other.of ?? 1) ? one : other
}

/** A thread of ours, all depths, by search: what mentions nobody is found nowhere else. Only what is new since the last time, or all of the seven days. False: not all could be afforded. */
async function readConversation(read: Read, id: string, nowMs: number): Promise<boolean> {
  if (!/^\d+$/.test(id)) return false
  const { threads } = read.state
  const last = threads.get(id) ?? null
  const lastMs = last === null ? null : msOf(last)
  const since = last !== null && lastMs !== null && nowMs - lastMs < searchReachMs ? idBefore(last, overlapMs) : null
  const listing = (from: Record<string, string>): Listing => ({
    resource: `thread:${id}`,
    path: '/2/tweets/search/recent',
    params: { query: `conversation_id:${id}`, ...from },
    eachUsd: costs.read,
    least: leastPerPage.search,
    maxPages: 20,
  })
  const page = await readPages(read, listing(since === null ? {} : { since_id: since })).catch((error: unknown) => {
    // An id that is too old for the search fails all of it.
    if (since === null || !(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    return readPages(read, listing({}))
  })
  const newest = newerOf(last, page.newest)
  threads.delete(id)
  if (page.whole && newest !== null) threads.set(id, newest)
  return page.whole
}

/** The newest quotes of a post. There is no asking for new ones only; a day's repetition costs nothing. */
async function readQuotes(read: Read, id: string): Promise<void> {
  if (!/^\d+$/.test(id) || read.purse.affords(costs.read, 10, 10) === 0) return
  const { body, json } = await callApi(read.io, { path: `/2/tweets/${id}/quote_tweets`, params: { ...fields, max_results: '10' } })
  const posts = postsOf(json)
  read.purse.pay(
    posts.flatMap((post) => idOf(post.id) ?? []),
    costs.read,
  )
  if (posts.length > 0) read.round.pages.push({ resource: `quotes:${id}`, kind: 'posts', request: {}, body })
}

/** Open messages by the id of their latest version; a version that was edited meanwhile leads to the one after it. */
async function rereadOpen(read: Read, open: PollInput['open']): Promise<void> {
  const items = open.flatMap(({ externalId, ref }) => {
    const asked = ref?.latestId ?? externalId
    return /^\d+$/.test(asked) ? [{ externalId, asked }] : []
  })
  const affordable = items.slice(0, read.purse.affords(costs.read, items.length))
  if (affordable.length === 0) return
  const later = await lookUp(read, affordable)
  if (later.length > 0) await lookUp(read, later)
}

type Asked = { externalId: string; asked: string }

async function lookUp(read: Read, items: Asked[]): Promise<Asked[]> {
  const asked = items.map((item) => item.asked).join(',')
  const ids = items.map((item) => item.externalId).join(',')
  const { body, json, quota } = await callApi(read.io, { path: '/2/tweets', params: { ids: asked, ...fields } })
  if (!Array.isArray(json.data) && !Array.isArray(json.errors))
    throw new PlatformError('unavailable', 'X answered with something that is no list of posts')
  read.quota = tighterOf(read.quota, quota)
  const posts = listOf(json.data).map(recordOf)
  read.purse.pay(
    posts.flatMap((post) => idOf(post.id) ?? []),
    costs.read,
  )
  read.round.pages.push({ resource: openResource(asked), kind: 'open', request: { ids, asked }, body })
  return posts.flatMap((post) => {
    const latest = historyOf(post).at(-1)
    const of = items.find((item) => item.asked === idOf(post.id))
    return of === undefined || latest === undefined || latest === of.asked ? [] : [{ externalId: of.externalId, asked: latest }]
  })
}
