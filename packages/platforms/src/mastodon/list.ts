import { PlatformError } from '../error.ts'
import { instantOf, idOf, listOf, recordOf } from '../json.ts'
import type { Io } from '../platform.ts'
import { pageGuard } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi, linkParams } from './api.ts'
import type { ApiAnswer } from './api.ts'
import { ownIdOf } from './own-id.ts'

const maxPages = 60

/** `posts`: ids of our posts that are known, for whoever reads the pages. */
export type List = { name: 'notifications' | 'own'; path: string; params: [string, string][]; posts: string }

/** What others said to us. `include_filtered`: without it, mentions by people we do not follow are held back. */
export function notifications(posts: string): List {
  const params: [string, string][] = [
    ['types[]', 'mention'],
    ['types[]', 'quote'],
    ['include_filtered', 'true'],
    ['limit', '80'],
  ]
  return { name: 'notifications', path: '/api/v1/notifications', params, posts }
}

/** What we said ourselves. */
export async function ownStatuses(io: Io, posts: string): Promise<List> {
  const params: [string, string][] = [
    ['exclude_reblogs', 'true'],
    ['limit', '40'],
  ]
  return { name: 'own', path: `/api/v1/accounts/${encodeURIComponent(await ownIdOf(io))}/statuses`, params, posts }
}

/** The page just above an id, then the one above that, until nothing new comes (an empty page, or a server that ignores `min_id`). Gives the id to go on from. */
export async function readUp(io: Io, round: Round, { name, path, params, posts }: List, from: string): Promise<string> {
  const seen = new Set([from])
  let minId = from
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await callApi(io, { path, params: [...params, ['min_id', minId]] })
    const ids = idsOf(answer)
    if (ids.every((id) => seen.has(id))) break
    ids.forEach((id) => seen.add(id))
    round.pages.push({ resource: name, kind: name, request: { posts }, body: answer.body })
    const above = linkParams(answer.headers, 'prev')?.find(([param]) => param === 'min_id')?.[1]
    minId = above ?? ids[0] ?? minId
  }
  return minId
}

/** `below`: the place to begin at, '' for the newest. `untilAt`: so far back (ms). */
export type Stretch = { below: string; untilAt: number; maxPages: number }

/** Pages from a place down. `rest`: where to go on when there were too many, and `oldestAt` how far it came (ms); null at the end. */
export async function readDown(
  io: Io,
  round: Round,
  { name, path, params, posts }: List,
  stretch: Stretch,
): Promise<{ newest: string | null; rest: string | null; oldestAt: number | null }> {
  const guard = pageGuard(stretch.maxPages + 1)
  const seen = new Set<string>()
  let newest: string | null = null
  let oldestAt: number | null = null
  let { below } = stretch
  for (let page = 0; page < stretch.maxPages; page += 1) {
    guard(below)
    const answer = await callApi(io, { path, params: below === '' ? params : [...params, ['max_id', below]] })
    const ids = idsOf(answer)
    if (ids.every((id) => seen.has(id))) return { newest, rest: null, oldestAt }
    ids.forEach((id) => seen.add(id))
    newest ??= ids[0] ?? null
    const place = below === '' ? 'newest' : below
    round.pages.push({ resource: `${name}:${place}`, kind: name, request: { posts }, body: answer.body })
    oldestAt = Date.parse(instantOf(recordOf(listOf(answer.json).at(-1)).created_at) ?? '') || oldestAt
    const next = linkParams(answer.headers, 'next')?.find(([param]) => param === 'max_id')?.[1] ?? ids.at(-1)
    if (next === undefined || (oldestAt !== null && oldestAt < stretch.untilAt)) return { newest, rest: null, oldestAt }
    below = next
  }
  return { newest, rest: below, oldestAt }
}

/** Ids of a list; anything else is not the server's answer. */
export function idsOf(answer: ApiAnswer): string[] {
  if (!Array.isArray(answer.json)) throw new PlatformError('unavailable', 'The server answered with something that is no list')
  return listOf(answer.json).flatMap((each) => idOf(recordOf(each).id) ?? [])
}
