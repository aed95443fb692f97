import type { FastifyRequest } from 'fastify'
import { bodyFields, textOf } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { requireAccount } from './auth.ts'
import { gone, invalid, missing, notAllowed } from './errors.ts'
import { isReply } from './ids.ts'
import { readImage } from './images.ts'
import { videoOf } from './lists.ts'
import type { TikTok } from './routes.ts'
import { commentView } from './views.ts'

const maxCharacters = 1_200
/** The same words again within this are taken for spam while the quirk is on. */
const repeatMs = 60_000

/** `POST /business/comment/create/`: a comment of the account below its own video. */
export function createComment(tiktok: TikTok, request: FastifyRequest): JsonObject {
  const form = formOf(tiktok, request)
  const video = videoOf(tiktok, form['video_id'])
  return write(tiktok, request, form, video)
}

/** `POST /business/comment/reply/create/`: below a comment; one level, so a reply is not taken for one. */
export function createReply(tiktok: TikTok, request: FastifyRequest): JsonObject {
  const form = formOf(tiktok, request)
  videoOf(tiktok, form['video_id'])
  const comment = commentOf(tiktok, form)
  if (isReply(comment) && tiktok.faults.quirks['takesTikTokReplyIds'] !== true)
    throw invalid('comment_id', 'Must be the id of a top-level comment.')
  return write(tiktok, request, form, comment)
}

function write(tiktok: TikTok, request: FastifyRequest, form: Record<string, string>, parent: Item): JsonObject {
  const { world, faults } = tiktok
  const { text = '' } = form
  const media = readImage(tiktok, form)
  if (text.trim() === '' && media.length === 0) throw missing('text')
  if (Array.from(text).length > maxCharacters) throw invalid('text', `Longer than maximum length ${maxCharacters}.`)
  const brandId = world.brand('tiktok').id
  const now = world.clock('tiktok')
  const repeats = [...world.items.tiktok.values()].some(
    (item) =>
      item.authorId === brandId && item.text === text && media.length === 0 && now - item.createdAt < repeatMs && item.parentId !== null,
  )
  // Shown to nobody but its writer; nobody is told so, only that it is public is told of the others.
  const spam = repeats && faults.quirks['tiktokHidesRepeats'] === true
  const item = world.write({ platform: 'tiktok', authorId: brandId, text, parentId: parent.id, media, extra: spam ? { spam } : {} })
  item.hidden = spam
  record(tiktok, request, item, parent.id, text)
  return commentView(tiktok, item)
}

/** `POST /business/comment/like/`. The documents leave `video_id` away; the real server wants it. */
export function like(tiktok: TikTok, request: FastifyRequest): JsonObject {
  const { comment, action } = acting(tiktok, request, ['LIKE', 'UNLIKE'])
  const brandId = tiktok.world.brand('tiktok').id
  if (action === 'LIKE') tiktok.world.like(comment, brandId)
  else tiktok.world.unlike(comment, brandId)
  return {}
}

/** `POST /business/comment/hide/`: from everybody but its writer, and back. */
export function hide(tiktok: TikTok, request: FastifyRequest): JsonObject {
  const { comment, action } = acting(tiktok, request, ['HIDE', 'UNHIDE'])
  tiktok.world.hide(comment, action === 'HIDE')
  return {}
}

/** `POST /business/comment/pin/`: one comment of a video at a time. */
export function pin(tiktok: TikTok, request: FastifyRequest): JsonObject {
  const { comment, action } = acting(tiktok, request, ['PIN', 'UNPIN'])
  if (isReply(comment)) throw invalid('comment_id', 'A reply cannot be pinned.')
  for (const each of tiktok.world.items.tiktok.values()) if (each.rootId === comment.rootId) each.extra['pinned'] = false
  comment.extra['pinned'] = action === 'PIN'
  return {}
}

/** `POST /business/comment/delete/`: own comments only, for good. */
export function removeComment(tiktok: TikTok, request: FastifyRequest): JsonObject {
  const form = formOf(tiktok, request)
  const comment = commentOf(tiktok, form)
  if (!tiktok.world.author(comment).isBrand) throw notAllowed('delete a comment of somebody else')
  tiktok.world.remove(comment)
  record(tiktok, request, comment, null, null)
  return {}
}

function acting(tiktok: TikTok, request: FastifyRequest, actions: string[]): { comment: Item; action: string } {
  const form = formOf(tiktok, request)
  videoOf(tiktok, form['video_id'])
  const comment = commentOf(tiktok, form)
  const { action } = form
  if (!action) throw missing('action')
  if (!actions.includes(action)) throw invalid('action', `Must be one of: ${actions.join(', ')}.`)
  record(tiktok, request, comment, null, null)
  return { comment, action }
}

/** Bodies are JSON; ids are texts in it, and a number would not hold them. */
function formOf(tiktok: TikTok, request: FastifyRequest): Record<string, string> {
  const form = bodyFields(request)
  const number = Object.keys(form).find((name) => name.endsWith('_id') && typeof form[name] !== 'string')
  if (number !== undefined) throw invalid(number, 'Not a valid string.')
  const texts = Object.fromEntries(
    Object.entries(form).flatMap(([name, value]) => (textOf(value) === undefined ? [] : [[name, textOf(value)!]])),
  )
  requireAccount(tiktok, texts['business_id'])
  return texts
}

function commentOf({ world }: TikTok, form: Record<string, string>): Item {
  const id = form['comment_id']
  if (!id) throw missing('comment_id')
  const comment = world.find('tiktok', id)
  if (!comment || comment.parentId === null || (form['video_id'] !== undefined && comment.rootId !== form['video_id']))
    throw gone('comment')
  return comment
}

function record(tiktok: TikTok, request: FastifyRequest, item: Item, inReplyTo: string | null, text: string | null): void {
  tiktok.world.journal.record({
    platform: 'tiktok',
    method: request.method,
    endpoint: (request.raw.url ?? '').replace(/^\/tiktok/, '').split('?')[0] ?? '',
    key: null,
    externalId: item.id,
    inReplyTo,
    text,
  })
}
