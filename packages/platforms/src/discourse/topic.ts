import { PlatformError } from '../error.ts'
import { idOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import { isOwned, numberOf } from './post.ts'

/** What to read of a topic, by the forum's own numbers: some posts, posts that may be gone by now, or its end (`tail` posts of it, all with Infinity). */
export type Need = { ids: Set<string>; open: Set<string>; tail: number }

const chunkSize = 50
const maxChunks = 40
const withRaw: [string, string][] = [['include_raw', 'true']]

type Page = { resource: string; body: string; posts: JsonRecord[] }

/** A topic as the forum opens it: its first posts, and the ids of all that we may see. */
export async function openTopic(io: Io, topicId: string): Promise<{ page: Page; stream: string[] }> {
  const { body, json } = await callApi(io, { path: `/t/${encodeURIComponent(topicId)}.json`, params: withRaw })
  const { posts, stream } = recordOf(json.post_stream)
  if (!Array.isArray(posts)) throw new PlatformError('unavailable', 'The forum gave a topic without posts')
  const found = posts.map(recordOf)
  const ids = Array.isArray(stream) ? listOf(stream).flatMap((each) => idOf(each) ?? []) : found.flatMap((post) => idOf(post.id) ?? [])
  return { page: { resource: `topic:${topicId}`, body, posts: found }, stream: ids }
}

/** Posts of a topic by id. A forum may answer fewer than it was asked for: the rest is asked for again while that brings any. */
export async function readPosts(io: Io, topicId: string, ids: readonly string[]): Promise<Page[]> {
  const pages: Page[] = []
  let left = [...ids]
  for (let call = 0; left.length > 0 && call < maxChunks; call += 1) {
    const asked = left.slice(0, chunkSize)
    const params = [...withRaw, ...asked.map((id): [string, string] => ['post_ids[]', id])]
    const { body, json } = await callApi(io, { path: `/t/${encodeURIComponent(topicId)}/posts.json`, params })
    const posts = listOf(recordOf(json.post_stream).posts).map(recordOf)
    const answered = new Set(posts.flatMap((post) => idOf(post.id) ?? []))
    pages.push({ resource: `topic:${topicId}:${asked[0]}`, body, posts })
    const rest = left.filter((id) => !answered.has(id))
    left = rest.length === left.length ? left.slice(asked.length) : rest
  }
  return pages
}

/** Reads what is needed of a topic into the round, together with the posts that are answered there; absent posts are told as gone. */
export async function readTopic(io: Io, round: Round, topicId: string, need: Need, told: ReadonlySet<string>): Promise<void> {
  const topic = await openTopic(io, topicId).catch((error: unknown) => {
    if (error instanceof PlatformError && error.kind === 'gone') return null
    throw error
  })
  if (topic) {
    const { stream, page } = topic
    const end = need.tail > 0 ? stream.slice(-need.tail) : []
    const pages = [page]
    const isHeld = (id: string): boolean => pages.some(({ posts }) => posts.some((post) => idOf(post.id) === id))
    const wanted = new Set([...end, ...need.ids, ...stream.filter((id) => need.open.has(id))])
    pages.push(
      ...(await readPosts(
        io,
        topicId,
        [...wanted].filter((id) => !isHeld(id)),
      )),
    )
    pages.push(...(await readAbove(io, topicId, stream, pages)))
    const around = aroundOf(io, pages)
    for (const { resource, body, posts } of pages)
      round.pages.push({ resource, kind: 'topic', request: { ...around, ...answeredIn(posts, pages), ...toldIn(posts, told) }, body })
    for (const id of need.open) if (!isHeld(id)) await confirmGone(io, round, id)
    return
  }
  for (const id of need.open) await confirmGone(io, round, id)
}

/** Posts that others answer and that we do not hold: where they stand in the list of ids is about their number, less what was deleted before them. */
async function readAbove(io: Io, topicId: string, stream: readonly string[], pages: readonly Page[]): Promise<Page[]> {
  const posts = pages.flatMap((page) => page.posts)
  const held = new Set(posts.map((post) => numberOf(post.post_number)))
  const heldIds = new Set(posts.map((post) => idOf(post.id)))
  const numbers = new Set(posts.flatMap((post) => numberOf(post.reply_to_post_number) ?? []).filter((number) => !held.has(number)))
  const ids = new Set([...numbers].slice(0, 100).flatMap((number) => stream.slice(Math.max(0, number - chunkSize), number)))
  return readPosts(
    io,
    topicId,
    [...ids].filter((id) => !heldIds.has(id)),
  )
}

function aroundOf(io: Io, pages: readonly Page[]): Record<string, string> {
  const posts = pages.flatMap((page) => page.posts)
  const op = posts.find((post) => numberOf(post.post_number) === 1)
  const known = { op: idOf(op?.id), opUser: idOf(op?.user_id), opName: nameOf(op?.username) }
  const ours = posts.flatMap((post) => (isOwned(post, io.self) ? (numberOf(post.post_number) ?? []) : []))
  const said = Object.entries({ ...known, ours: [...new Set(ours)].join() }).filter((entry): entry is [string, string] => !!entry[1])
  return Object.fromEntries(said)
}

function answeredIn(posts: readonly JsonRecord[], pages: readonly Page[]): Record<string, string> {
  const numbers = new Set(posts.flatMap((post) => numberOf(post.reply_to_post_number) ?? []))
  const above = new Map<number, string>()
  for (const post of pages.flatMap((page) => page.posts)) {
    const [number, id] = [numberOf(post.post_number), idOf(post.id)]
    if (number !== null && id !== null && numbers.has(number)) above.set(number, id)
  }
  return above.size === 0 ? {} : { numbers: [...above.keys()].join(), ids: [...above.values()].join() }
}

function toldIn(posts: readonly JsonRecord[], told: ReadonlySet<string>): Record<string, string> {
  const ids = posts.flatMap((post) => idOf(post.id) ?? []).filter((id) => told.has(id))
  return ids.length === 0 ? {} : { told: ids.join() }
}

/** Looks at one post by itself. A post that moved to another topic is still there. */
async function confirmGone(io: Io, round: Round, id: string): Promise<void> {
  const request = { id }
  try {
    const { json } = await callApi(io, { path: `/posts/${encodeURIComponent(id)}.json` })
    if (nameOf(json.deleted_at) === null && json.user_deleted !== true) return
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
  round.pages.push({ resource: `gone:${id}`, kind: 'gone', request, body: JSON.stringify({ errors: ['gone'], error_type: 'not_found' }) })
}

/** The need of nothing yet. */
export function noNeed(): Need {
  return { ids: new Set(), open: new Set(), tail: 0 }
}
