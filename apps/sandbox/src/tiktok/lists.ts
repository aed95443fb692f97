import { pageLimit } from '../http/paging.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { gone, invalid, missing } from './errors.ts'
import { isReply } from './ids.ts'
import type { TikTok } from './routes.ts'
import { commentView, videoView } from './views.ts'

type Query = Record<string, string>

const mostComments = 30
const mostVideos = 20
/** The list is in order as far as this; below, it goes by likes, and a few come again. */
const inOrder = 500
const comeAgain = 5
const shownReplies = 3

/** `GET /business/video/list/`: the account's public videos, newest first; `cursor` is where the page before ended, in milliseconds. */
export function listVideos(tiktok: TikTok, query: Query): JsonObject {
  const limit = countOf(query, mostVideos)
  const cursor = numberOf(query, 'cursor')
  const fields = listOf(query, 'fields') ?? ['item_id']
  const videos = tiktok.world.posts('tiktok', true).filter((item) => cursor === 0 || item.createdAt < cursor)
  const page = videos.slice(0, pageLimit(tiktok, limit))
  return {
    videos: page.map((item) => videoView(tiktok, item, fields)),
    cursor: page.at(-1)?.createdAt ?? cursor,
    has_more: videos.length > page.length,
  }
}

/** `GET /business/comment/list/`: the comments of a video, or those that are asked for by id, replies too. */
export function listComments(tiktok: TikTok, query: Query): JsonObject {
  const ids = listOf(query, 'comment_ids')
  if (ids) {
    const answer = pageOf(tiktok, { status: 'ALL', max_count: String(mostComments), ...query }, named(tiktok, query, ids))
    return { ...answer, comments: answer.comments.map((item) => commentView(tiktok, item)) }
  }
  const video = videoOf(tiktok, query['video_id'])
  const answer = pageOf(tiktok, query, tiktok.world.replies(video))
  if (query['include_replies'] !== 'true') return { ...answer, comments: answer.comments.map((item) => commentView(tiktok, item)) }
  const comments = answer.comments.map((item) => ({
    ...commentView(tiktok, item),
    reply_list: tiktok.world
      .replies(item)
      .slice(0, shownReplies)
      .map((reply) => commentView(tiktok, reply)),
  }))
  return { ...answer, comments }
}

/** `GET /business/comment/reply/list/`: what stands below a comment. */
export function listReplies(tiktok: TikTok, query: Query): JsonObject {
  videoOf(tiktok, query['video_id'])
  const comment = tiktok.world.find('tiktok', query['comment_id'])
  if (!query['comment_id']) throw missing('comment_id')
  if (!comment || comment.parentId === null || isReply(comment)) throw gone('comment')
  const answer = pageOf(tiktok, query, tiktok.world.replies(comment))
  return { ...answer, comments: answer.comments.map((item) => commentView(tiktok, item)) }
}

/** The account's own video by this id. Throws when it is not there. */
export function videoOf({ world }: TikTok, id: string | undefined): Item {
  if (!id) throw missing('video_id')
  const video = world.find('tiktok', id)
  if (!video || video.parentId !== null) throw gone('video')
  return video
}

function named({ world }: TikTok, query: Query, ids: string[]): Item[] {
  if (ids.length > mostComments) throw invalid('comment_ids', `Longer than maximum length ${mostComments}.`)
  return ids.flatMap((id) => {
    const item = world.find('tiktok', id)
    return item && item.parentId !== null && (!query['video_id'] || item.rootId === query['video_id']) ? [item] : []
  })
}

/** One page by its place in the list. What is not wanted is left out after the page was cut, so that a page can be short, or empty, and more can follow. */
function pageOf(tiktok: TikTok, query: Query, items: Item[]): { comments: Item[]; cursor: number; has_more: boolean } {
  const { status = 'PUBLIC', sort_field: by = 'create_time', sort_order: order = 'desc' } = query
  if (!['ALL', 'PUBLIC'].includes(status)) throw invalid('status', 'Must be one of: ALL, PUBLIC.')
  if (!['create_time', 'likes', 'replies'].includes(by)) throw invalid('sort_field', 'Must be one of: create_time, likes, replies.')
  if (!['asc', 'desc'].includes(order)) throw invalid('sort_order', 'Must be one of: asc, desc.')
  const placeOf = (item: Item): number =>
    by === 'likes' ? item.likes.size : by === 'replies' ? item.replyIds.length : Math.floor(item.createdAt / 1000)
  const sign = order === 'asc' ? 1 : -1
  const sorted = items.toSorted((a, b) => sign * (placeOf(a) - placeOf(b) || (a.id < b.id ? -1 : 1)))
  const head = sorted.slice(0, inOrder)
  const rest = sorted.slice(inOrder).sort((a, b) => b.likes.size - a.likes.size)
  const all = rest.length === 0 ? head : [...head, ...head.slice(-comeAgain), ...rest]
  const start = numberOf(query, 'cursor')
  const end = start + pageLimit(tiktok, countOf(query, mostComments))
  const page = all.slice(start, end).filter((item) => status === 'ALL' || !item.hidden)
  return { comments: page, cursor: Math.min(end, all.length), has_more: end < all.length }
}

function countOf(query: Query, most: number): number {
  const { max_count: asked = '20' } = query
  const count = Number(asked)
  if (!Number.isInteger(count) || count < 1 || count > most) throw invalid('max_count', `Must be between 1 and ${most}.`)
  return count
}

function numberOf(query: Query, name: string): number {
  const value = Number(query[name] ?? 0)
  if (!Number.isInteger(value) || value < 0) throw invalid(name, 'Not a valid integer.')
  return value
}

/** A list comes as JSON in the query. */
function listOf(query: Query, name: string): string[] | null {
  const text = query[name]
  if (text === undefined) return null
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list) && list.every((each) => typeof each === 'string')) return list
  } catch {
    // Falls through to the refusal.
  }
  throw invalid(name, 'Not a valid list.')
}
