import type { FastifyRequest } from 'fastify'
import { queryFields, searchParams } from '../http/body.ts'
import { pageBelow, pageLimit, readCursor, writeCursor } from '../http/paging.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { YouTubeError } from './errors.ts'
import { isReply } from './ids.ts'
import { channel, comment, moderationOf, thread, upload, uploadsOf, video } from './resources.ts'
import type { Moderation, View } from './resources.ts'
import type { YouTube } from './routes.ts'

/** How many replies come along with their thread, at most. */
const repliesAlong = 5
const placeShape = /^\d{15}\//
const moderations: readonly string[] = ['published', 'heldForReview', 'likelySpam']

/** `GET /commentThreads`: by exactly one filter; newest first by the top comment, whatever was answered below. */
export function listThreads(youtube: YouTube, request: FastifyRequest): JsonObject {
  const query = queryOf(request)
  const parts = partsOf(query)
  const filter = oneOf(query, ['allThreadsRelatedToChannelId', 'videoId', 'id', 'channelId', 'postId'])
  const wanted = moderationIn(query)
  const view: View = { plain: isPlain(query), tellsModeration: filter !== 'id' }
  const inAnswer = (top: Item, isWanted: (item: Item) => boolean): JsonObject => {
    const replies = newestFirst(youtube.world.replies(top)).filter(isWanted)
    const total = youtube.world.replies(top).filter((each) => moderationOf(each) === 'published').length
    return thread(youtube, top, { ...view, parts, replies: replies.slice(0, pageLimit(youtube, repliesAlong)), total })
  }
  if (filter === 'id') {
    refuseWith(query, 'id', ['maxResults', 'pageToken', 'moderationStatus', 'order', 'searchTerms'])
    const tops = idsOf(query).flatMap((id) => known(youtube, id) ?? [])
    const items = tops.filter((each) => !isReply(each)).map((top) => inAnswer(top, (each) => moderationOf(each) === 'published'))
    return { kind: 'youtube#commentThreadListResponse', pageInfo: infoOf(items, items.length), items }
  }
  const isWanted = (item: Item): boolean => moderationOf(item) === wanted
  const tops = topsOf(youtube, filter, query[filter] ?? '').filter((top) => isWanted(top) || youtube.world.replies(top).some(isWanted))
  const terms = (query['searchTerms'] ?? '').toLowerCase()
  const found = terms === '' ? tops : tops.filter((top) => top.text.toLowerCase().includes(terms))
  const { page, ...rest } = pageOf(youtube, query, found, 20)
  return { kind: 'youtube#commentThreadListResponse', ...rest, items: page.map((top) => inAnswer(top, isWanted)) }
}

/** `GET /comments`: replies of a thread, or comments by id; what is gone is left out. */
export function listComments(youtube: YouTube, request: FastifyRequest): JsonObject {
  const query = queryOf(request)
  partsOf(query)
  const filter = oneOf(query, ['id', 'parentId'])
  const view: View = { plain: isPlain(query), tellsModeration: filter !== 'id' }
  if (filter === 'id') {
    refuseWith(query, 'id', ['maxResults', 'pageToken'])
    const items = idsOf(query).flatMap((id) => known(youtube, id) ?? [])
    const told = items.map((item) => comment(youtube, item, view))
    return { kind: 'youtube#commentListResponse', pageInfo: infoOf(told, told.length), items: told }
  }
  const parent = known(youtube, query['parentId'] ?? '')
  if (!parent || isReply(parent)) throw new YouTubeError(404, 'commentNotFound', 'The specified comment could not be found.')
  const replies = youtube.world.replies(parent).filter((each) => moderationOf(each) === 'published')
  const { page, ...rest } = pageOf(youtube, query, replies, 20)
  return { kind: 'youtube#commentListResponse', ...rest, items: page.map((item) => comment(youtube, item, view)) }
}

/** `GET /videos?id=`, at most 50; others are left out. */
export function listVideos(youtube: YouTube, request: FastifyRequest): JsonObject {
  const query = queryOf(request)
  const parts = partsOf(query)
  oneOf(query, ['id'])
  const items = idsOf(query).flatMap((id) => {
    const item = youtube.world.find('youtube', id)
    return item && item.parentId === null ? [video(youtube, item, parts)] : []
  })
  return { kind: 'youtube#videoListResponse', pageInfo: infoOf(items, items.length), items }
}

/** `GET /playlistItems` of the uploads, newest first. */
export function listUploads(youtube: YouTube, request: FastifyRequest): JsonObject {
  const query = queryOf(request)
  const parts = partsOf(query)
  const { world } = youtube
  const playlistId = query[oneOf(query, ['playlistId'])] ?? ''
  if (playlistId !== uploadsOf(world.brand('youtube')))
    throw new YouTubeError(404, 'playlistNotFound', 'The playlist identified with the request cannot be found.', 'youtube.playlistItem')
  const videos = world.posts('youtube', true)
  const { page, ...rest } = pageOf(youtube, query, videos, 5)
  const items = page.map((item) => upload(youtube, item, { parts, playlistId, position: videos.indexOf(item) }))
  return { kind: 'youtube#playlistItemListResponse', ...rest, items }
}

/** `GET /channels`: ours (`mine=true`), or some by id or handle. */
export function listChannels(youtube: YouTube, request: FastifyRequest): JsonObject {
  const query = queryOf(request)
  const parts = partsOf(query)
  const filter = oneOf(query, ['mine', 'id', 'forHandle'])
  const accounts = [...youtube.world.accounts.youtube.values()].filter((account) => {
    if (filter === 'mine') return account.isBrand
    return filter === 'id' ? idsOf(query).includes(account.id) : account.handle === query['forHandle']?.replace(/^@/, '').toLowerCase()
  })
  const items = accounts.map((account) => channel(youtube, account, parts))
  return { kind: 'youtube#channelListResponse', pageInfo: infoOf(items, items.length), items }
}

/** The query. Parts and ids come between commas or each under the same name again, as Google's own libraries write them. */
export function queryOf(request: FastifyRequest): Record<string, string> {
  const lists = ['part', 'id'].flatMap((name): [string, string][] => {
    const values = searchParams(request).getAll(name)
    return values.length === 0 ? [] : [[name, values.join(',')]]
  })
  return { ...queryFields(request), ...Object.fromEntries(lists) }
}

/** The parts asked for; the call is refused without any. */
export function partsOf(query: Record<string, string>): Set<string> {
  const parts = (query['part'] ?? '').split(',').filter(Boolean)
  if (parts.length === 0) throw missing('part')
  return new Set(parts)
}

/** A comment or reply that still stands, unless a moderator rejected it. */
export function known(youtube: YouTube, id: string): Item | undefined {
  const item = youtube.world.find('youtube', id)
  return item && item.parentId !== null && moderationOf(item) !== 'rejected' ? item : undefined
}

/** The error for a parameter that has to be there. */
export function missing(name: string): YouTubeError {
  return new YouTubeError(400, 'missingRequiredParameter', `Required parameter: ${name}`, 'youtube.parameter')
}

function topsOf(youtube: YouTube, filter: string, value: string): Item[] {
  const { world } = youtube
  if (filter === 'postId') return []
  if (filter === 'videoId') {
    const found = world.find('youtube', value)
    if (!found || found.parentId !== null)
      throw new YouTubeError(
        404,
        'videoNotFound',
        'The video identified by the videoId parameter could not be found.',
        'youtube.commentThread',
      )
    if (found.extra['commentsDisabled'] === true)
      throw new YouTubeError(
        403,
        'commentsDisabled',
        'The video identified by the videoId parameter has disabled comments.',
        'youtube.commentThread',
      )
    return world.replies(found)
  }
  if (value !== world.brand('youtube').id)
    throw new YouTubeError(404, 'channelNotFound', 'The channel specified could not be found.', 'youtube.commentThread')
  // Comments on the channel itself are long gone: `channelId` finds none.
  return filter === 'channelId' ? [] : world.posts('youtube', true).flatMap((post) => world.replies(post))
}

function oneOf(query: Record<string, string>, filters: readonly string[]): string {
  const given = filters.filter((name) => query[name] !== undefined)
  const [first] = given
  if (first === undefined)
    throw new YouTubeError(
      400,
      'missingRequiredParameter',
      `No filter selected. Expected one of: ${filters.join(', ')}`,
      'youtube.parameter',
    )
  if (given.length > 1) throw incompatible(given)
  return first
}

function refuseWith(query: Record<string, string>, name: string, others: readonly string[]): void {
  const given = others.filter((each) => query[each] !== undefined)
  if (given.length > 0) throw incompatible([name, ...given])
}

function incompatible(names: readonly string[]): YouTubeError {
  const words = `Incompatible parameters specified in the request: ${names.join(', ')}`
  return new YouTubeError(400, 'incompatibleParameters', words, 'youtube.parameter')
}

function idsOf(query: Record<string, string>): string[] {
  const ids = (query['id'] ?? '').split(',').filter(Boolean)
  if (ids.length > 50) throw invalid('id', query['id'] ?? '')
  return ids
}

function moderationIn({ moderationStatus = 'published' }: Record<string, string>): Moderation {
  if (!moderations.includes(moderationStatus)) throw invalid('moderationStatus', moderationStatus)
  return moderationStatus as Moderation
}

function isPlain({ textFormat = 'html' }: Record<string, string>): boolean {
  if (textFormat !== 'html' && textFormat !== 'plainText') throw invalid('textFormat', textFormat)
  return textFormat === 'plainText'
}

function invalid(name: string, value: string): YouTubeError {
  return new YouTubeError(400, 'invalidParameter', `Invalid value '${value}' for ${name}.`, 'youtube.parameter')
}

function newestFirst(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1))
}

function placeOf(item: Item): string {
  return `${String(item.createdAt).padStart(15, '0')}/${item.id}`
}

function pageOf(youtube: YouTube, query: Record<string, string>, items: readonly Item[], usual: number) {
  const limit = Number(query['maxResults'] ?? usual)
  const most = usual === 5 ? 50 : 100
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw invalid('maxResults', query['maxResults'] ?? '')
  const below = readCursor(query['pageToken'])
  if (below !== null && !placeShape.test(below))
    throw new YouTubeError(400, 'invalidPageToken', 'The request specifies an invalid page token.', 'youtube.parameter')
  const { page, next } = pageBelow(youtube, items, placeOf, { below, limit })
  return { ...(next === null ? {} : { nextPageToken: writeCursor(next) }), pageInfo: infoOf(page, items.length), page }
}

function infoOf(page: readonly unknown[], total: number): JsonObject {
  return { totalResults: total, resultsPerPage: page.length }
}
