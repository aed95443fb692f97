import { PlatformError } from '../error.ts'
import { idOf, instantOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import { callApi } from './api.ts'
import { isOwned, wordsOf } from './post.ts'

const step = 50n

/** `before`: null for the newest. `floor`: no further down than this id; `untilAt` (ms): no further than a page that is older, null for as far as the floor. */
export type Reach = { before: bigint | null; floor: bigint; untilAt: number | null; maxPages: number }

/**
 * `GET /posts.json`, downwards. `before` is the highest id of the next page on some forums and the one above it on others, and a page may be empty where fifty ids
 * in a row are not for us: both are gone past. `rest`: where to go on when there were too many; null at the end.
 */
export async function readPosts(io: Io, reach: Reach): Promise<{ posts: JsonRecord[]; rest: bigint | null }> {
  const { floor, untilAt } = reach
  const ids = new Set<string>()
  const found: JsonRecord[] = []
  let { before } = reach
  let empty = 0
  for (let page = 0; page < reach.maxPages; page += 1) {
    const params: [string, string][] = before === null ? [] : [['before', String(before)]]
    const { json } = await callApi(io, { path: '/posts.json', params })
    if (!Array.isArray(json.latest_posts)) throw new PlatformError('unavailable', 'The forum gave no list of posts')
    const fresh = json.latest_posts.map(recordOf).filter((post) => digitsOf(post.id) !== null && !ids.has(digitsOf(post.id)!))
    for (const post of fresh) ids.add(digitsOf(post.id)!)
    found.push(...fresh)
    const places = fresh.map((post) => BigInt(digitsOf(post.id)!))
    empty = places.length === 0 ? empty + 1 : 0
    if ((places.length === 0 && before === null) || empty >= 4) return { posts: found, rest: null }
    const lowest: bigint = places.length > 0 ? places.reduce((a, b) => (a < b ? a : b)) : before! - step
    const isPast = untilAt !== null && places.length > 0 && fresh.every((post) => Date.parse(instantOf(post.created_at) ?? '') < untilAt)
    if (lowest <= floor || isPast) return { posts: found, rest: null }
    before = lowest
  }
  return { posts: found, rest: before }
}

/** Ids count upwards here; one that does not is no place to go on from. */
export function digitsOf(value: unknown): string | null {
  const id = idOf(value)
  return id !== null && /^\d{1,30}$/.test(id) ? id : null
}

/** Ours, or it names us, quotes us, or answers us. */
export function concerns(post: JsonRecord, io: Io): boolean {
  if (isOwned(post, io.self)) return true
  const handle = io.self.handle.toLowerCase()
  const words = `${wordsOf(post)} ${nameOf(post.cooked) ?? ''}`.toLowerCase()
  if (words.includes(`@${handle}`) || words.includes(`/u/${handle}`) || words.includes(`[quote="${handle},`)) return true
  return nameOf(recordOf(post.reply_to_user).username)?.toLowerCase() === handle
}
