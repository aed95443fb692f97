import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { GraphError, objectMissing } from '../graph/errors.ts'
import { replyPrivately } from '../graph/private-reply.ts'
import { unknownPath } from '../graph/request.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import type { Sender } from '../webhooks/sender.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { callerOf } from './token.ts'

/** The pretend Instagram: the world and its webhooks. */
export type Instagram = Context & { webhooks: Sender }

/** Of a caption; nothing is said of comments. */
const maxCharacters = 2_200

const legalFields = new Set([
  ...['comments', 'live_comments', 'mentions', 'messages', 'message_edit', 'message_reactions', 'messaging_postbacks'],
  ...['messaging_referral', 'messaging_optins', 'messaging_seen', 'messaging_handover', 'standby', 'story_insights'],
  ...['follow', 'share_to_story', 'story_reactions', 'story_poll_response', 'comment_poll_response', 'delta'],
])

/** `POST|DELETE /{id}/{replies|comments|mentions|messages|subscribed_apps}`. */
export function writeEdge(instagram: Instagram, request: FastifyRequest, method: 'POST' | 'DELETE'): JsonObject {
  const { id, edge } = request.params as { id: string; edge: string }
  const form: JsonObject = { ...queryFields(request), ...bodyFields(request) }
  requireAccount(instagram, request)
  const { accountId, pageId } = instagram.secrets.instagram
  if ([accountId, pageId, 'me'].includes(id)) {
    if (edge === 'subscribed_apps') return subscribe(instagram, form, id, method)
    if (edge === 'messages' && method === 'POST') return tellPrivately(instagram, request, form)
    if (edge === 'mentions' && method === 'POST') return answerMention(instagram, request, form)
    throw unknownPath(edge)
  }
  const item = ownedItem(instagram, id, method)
  const fits = edge === (item.parentId === null ? 'comments' : 'replies')
  if (method !== 'POST' || !fits) throw unknownPath(edge)
  return comment(instagram, request, item, form)
}

/** `POST /{id}`: `hide` of a comment, `comment_enabled` of a media. */
export function writeObject(instagram: Instagram, request: FastifyRequest): JsonObject {
  const form: JsonObject = { ...queryFields(request), ...bodyFields(request) }
  requireAccount(instagram, request)
  const item = ownedItem(instagram, (request.params as { id: string }).id, 'post')
  const hide = textOf(form['hide'])
  const enabled = textOf(form['comment_enabled'])
  if (item.parentId !== null && hide !== undefined) {
    // The documents say nothing of hiding own comments; it does nothing there.
    if (item.authorId !== instagram.secrets.instagram.accountId) instagram.world.hide(item, hide === 'true' || hide === '1')
  } else if (item.parentId === null && enabled !== undefined) item.extra['commentsOff'] = enabled === 'false' || enabled === '0'
  else throw new GraphError(100, '(#100) Must specify a parameter to change')
  record(instagram, request, { externalId: item.id })
  return { success: true }
}

/** `DELETE /{comment}`. */
export function removeObject(instagram: Instagram, request: FastifyRequest): JsonObject {
  requireAccount(instagram, request)
  const item = ownedItem(instagram, (request.params as { id: string }).id, 'delete')
  if (item.parentId === null) throw new GraphError(10, '(#10) Application does not have permission for this action')
  instagram.world.remove(item)
  record(instagram, request, { externalId: item.id })
  return { success: true }
}

/** A media of the account, or what stands below one. */
export function ownedItem({ world, secrets }: Context, id: string, verb: string): Item {
  const item = world.find('instagram', id)
  const media = world.items.instagram.get(item?.rootId ?? '')
  if (!item || media?.authorId !== secrets.instagram.accountId) throw objectMissing(id, verb.toLowerCase())
  return item
}

function comment(instagram: Instagram, request: FastifyRequest, target: Item, form: JsonObject): JsonObject {
  const media = instagram.world.items.instagram.get(target.rootId)
  if (target.hidden) throw new GraphError(100, '(#100) Invalid parameter: a hidden comment cannot be replied to')
  if (media?.extra['live'] === true && target !== media)
    throw new GraphError(100, '(#100) Invalid parameter: comments of a live video cannot be replied to')
  if (media?.extra['commentsOff'] === true) throw new GraphError(100, '(#100) Comments are turned off for this media')
  return write(instagram, request, target, form)
}

function answerMention(instagram: Instagram, request: FastifyRequest, form: JsonObject): JsonObject {
  const mediaId = textOf(form['media_id'])
  if (mediaId === undefined) throw new GraphError(100, '(#100) The parameter media_id is required')
  const id = textOf(form['comment_id']) ?? mediaId
  const item = instagram.world.find('instagram', id)
  if (!item?.mentionsBrand || item.rootId !== mediaId) throw objectMissing(id, 'post')
  return write(instagram, request, item, form)
}

function write(instagram: Instagram, request: FastifyRequest, target: Item, form: JsonObject): JsonObject {
  const text = textOf(form['message']) ?? ''
  if (text.trim() === '') throw new GraphError(100, '(#100) The parameter message is required')
  if (text.length > maxCharacters) throw new GraphError(100, '(#100) Param message is too long')
  const authorId = instagram.secrets.instagram.accountId
  const item = instagram.world.write({ platform: 'instagram', authorId, text, parentId: target.id })
  record(instagram, request, { externalId: item.id, inReplyTo: target.id, text })
  // Written, and refused all the same: what a caller must not send again.
  if (form['fields'] !== undefined)
    throw new GraphError(20, '(#20) The comment does not support the requested response format', { subcode: 1772107 })
  return { id: item.id }
}

function tellPrivately(instagram: Instagram, request: FastifyRequest, form: JsonObject): JsonObject {
  const { targetId, text, answer } = replyPrivately(instagram, 'instagram', form)
  record(instagram, request, { externalId: answer.message_id, inReplyTo: targetId, text })
  return answer
}

/** The Page knows fields of its own only; Instagram's are subscribed to on the account. */
function subscribe(instagram: Instagram, form: JsonObject, id: string, method: 'POST' | 'DELETE'): JsonObject {
  const given = form['subscribed_fields']
  const list = Array.isArray(given) ? given.map(String) : (textOf(given) ?? '').split(',')
  const fields = list.map((field) => field.trim()).filter((field) => field !== '')
  const isPage = id === instagram.secrets.instagram.pageId
  const wrong = fields.findIndex((field) => isPage || !legalFields.has(field))
  if (method === 'POST' && (wrong >= 0 || fields.length === 0)) {
    const legal = isPage ? 'feed, mention, messages' : [...legalFields].join(', ')
    throw new GraphError(100, `(#100) Param subscribed_fields[${Math.max(wrong, 0)}] must be one of {${legal}}`)
  }
  if (!isPage) instagram.webhooks.topics = method === 'DELETE' ? [] : fields
  return { success: true }
}

function requireAccount(instagram: Instagram, request: FastifyRequest): void {
  if (callerOf(instagram, request) === 'app') throw new GraphError(200, '(#200) This call requires a user access token')
}

function record(instagram: Instagram, request: FastifyRequest, write: { externalId: string; inReplyTo?: string; text?: string }): void {
  instagram.world.journal.record({
    platform: 'instagram',
    method: request.method,
    endpoint: (request.raw.url ?? '').replace(/^\/instagram/, '').split('?')[0] ?? '',
    key: null,
    externalId: write.externalId,
    inReplyTo: write.inReplyTo ?? null,
    text: write.text ?? null,
  })
}
