import type { FastifyRequest } from 'fastify'
import { bodyFields, textOf } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { YouTubeError } from './errors.ts'
import { isReply } from './ids.ts'
import { known, missing, partsOf, queryOf } from './lists.ts'
import { comment, thread } from './resources.ts'
import type { YouTube } from './routes.ts'

const maxCharacters = 10_000
const repeatMs = 10 * 60_000
const view = { plain: true, tellsModeration: false }

/** `POST /comments`: a reply below a top comment. */
export function insertComment(youtube: YouTube, request: FastifyRequest): JsonObject {
  partsOf(queryOf(request))
  const snippet = snippetOf(request)
  const parentId = textOf(snippet['parentId'])
  if (!parentId) throw new YouTubeError(400, 'parentIdMissing', 'The comment must have a parent ID.')
  const text = wordsOf(snippet)
  const parent = known(youtube, parentId)
  if (!parent || isReply(parent)) throw new YouTubeError(404, 'parentCommentNotFound', 'The specified parent comment could not be found.')
  refuseIfClosed(youtube, parent.rootId)
  return comment(youtube, write(youtube, request, text, parent), view)
}

/** `POST /commentThreads`: a comment of the channel right below a video. */
export function insertThread(youtube: YouTube, request: FastifyRequest): JsonObject {
  partsOf(queryOf(request))
  const snippet = snippetOf(request)
  const top = objectOf(objectOf(snippet['topLevelComment'])['snippet'])
  const text = wordsOf(top)
  const found = youtube.world.find('youtube', textOf(snippet['videoId']))
  if (!found || found.parentId !== null)
    throw new YouTubeError(404, 'videoNotFound', 'The video that you are trying to insert a comment for could not be found.')
  refuseIfClosed(youtube, found.id)
  const item = write(youtube, request, text, found)
  return thread(youtube, item, { ...view, parts: new Set(['snippet']), replies: [], total: 0 })
}

/** `PUT /comments`: other words for a comment of the channel's own. */
export function updateComment(youtube: YouTube, request: FastifyRequest): JsonObject {
  partsOf(queryOf(request))
  const item = known(youtube, textOf(bodyFields(request)['id']) ?? '')
  const text = wordsOf(snippetOf(request))
  if (!item) throw notFound()
  if (!youtube.world.author(item).isBrand) throw forbidden()
  youtube.world.edit(item, text)
  note(youtube, request, item, null)
  return comment(youtube, item, view)
}

/** `DELETE /comments?id=`: the channel's own, and others' below its videos. */
export function deleteComment(youtube: YouTube, request: FastifyRequest): void {
  const { id } = queryOf(request)
  if (!id) throw missing('id')
  const item = known(youtube, id)
  if (!item) throw notFound()
  youtube.world.remove(item)
  note(youtube, request, item, null)
}

/** `POST /comments/setModerationStatus`: all of the comments, or none where one is not there. */
export function moderate(youtube: YouTube, request: FastifyRequest): void {
  const { id = '', moderationStatus = '', banAuthor } = queryOf(request)
  if (id === '') throw missing('id')
  if (!['published', 'heldForReview', 'rejected'].includes(moderationStatus)) throw missing('moderationStatus')
  if (banAuthor === 'true' && moderationStatus !== 'rejected')
    throw new YouTubeError(400, 'banWithoutReject', 'The banAuthor parameter can only be used if the moderationStatus is rejected.')
  const items = id.split(',').map((each) => {
    const item = youtube.world.find('youtube', each)
    if (!item || item.parentId === null) throw notFound()
    return item
  })
  for (const item of items) {
    item.extra['moderation'] = moderationStatus
    youtube.world.hide(item, moderationStatus !== 'published')
    note(youtube, request, item, null)
  }
}

function write(youtube: YouTube, request: FastifyRequest, text: string, parent: Item): Item {
  const { world, faults } = youtube
  const authorId = world.brand('youtube').id
  const now = world.clock('youtube')
  const repeats =
    faults.quirks['spamFiltersRepeats'] === true &&
    [...world.items.youtube.values()].some((each) => each.authorId === authorId && each.text === text && now - each.createdAt < repeatMs)
  const item = world.write({ platform: 'youtube', authorId, text, parentId: parent.id })
  if (repeats) Object.assign(item, { hidden: true, extra: { ...item.extra, moderation: 'likelySpam' } })
  note(youtube, request, item, parent.id)
  return item
}

function snippetOf(request: FastifyRequest): JsonObject {
  return objectOf(bodyFields(request)['snippet'])
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}

function wordsOf(snippet: JsonObject): string {
  const text = textOf(snippet['textOriginal']) ?? ''
  if (text.trim() === '') throw new YouTubeError(400, 'commentTextRequired', 'The comment text is required.')
  if (text.length > maxCharacters) throw new YouTubeError(400, 'commentTextTooLong', 'The comment text exceeds the limit.')
  return text
}

function refuseIfClosed({ world }: YouTube, videoId: string): void {
  if (world.items.youtube.get(videoId)?.extra['commentsDisabled'] === true)
    throw new YouTubeError(403, 'commentsDisabled', 'The comments are disabled for this video.')
}

function notFound(): YouTubeError {
  return new YouTubeError(404, 'commentNotFound', 'The specified comment could not be found.')
}

function forbidden(): YouTubeError {
  return new YouTubeError(403, 'forbidden', 'The request might not be properly authorized.')
}

function note({ world }: YouTube, request: FastifyRequest, item: Item, inReplyTo: string | null): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/youtube/, '')
  world.journal.record({
    platform: 'youtube',
    method: request.method,
    endpoint,
    key: null,
    externalId: item.id,
    inReplyTo,
    text: item.text,
  })
}
