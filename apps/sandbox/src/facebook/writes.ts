import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import type { Sender } from '../webhooks/sender.ts'
import type { Item, JsonObject } from '../world/item.ts'
import type { Kept } from '../world/kept.ts'
import { isReply } from './ids.ts'
import { GraphError, objectMissing } from '../graph/errors.ts'
import { replyPrivately } from '../graph/private-reply.ts'
import { tokenOf, unknownPath } from '../graph/request.ts'
import type { Login } from './login.ts'
import { readAttachment, uploadPhoto } from './photos.ts'
import { callerOf, pageOfToken } from './token.ts'

/** The pretend Facebook: the world, its webhooks, who agreed to what, and what the other Pages subscribed to. */
export type Facebook = Context & {
  webhooks: Sender
  login: Login
  otherFields: Kept<string[]>
}

const messageMaxCharacters = 8_000
const legalFields = new Set([
  ...['feed', 'mention', 'ratings', 'messages', 'message_echoes', 'message_reads', 'message_edits'],
  ...['message_reactions', 'messaging_postbacks', 'live_videos', 'videos', 'group_feed', 'standby'],
  'conversations',
])

/** `POST|DELETE /{id}/{comments|likes|messages|subscribed_apps|feed|photos|blocked}`. */
export function writeEdge(facebook: Facebook, request: FastifyRequest, method: 'POST' | 'DELETE') {
  const { id, edge } = request.params as { id: string; edge: string }
  const form: JsonObject = { ...queryFields(request), ...bodyFields(request) }
  if (callerOf(facebook, request) === 'other_page' && edge === 'subscribed_apps') {
    const own = pageOfToken(facebook, tokenOf(request) ?? '')?.id ?? ''
    if (id !== own && id !== 'me') throw objectMissing(id, method.toLowerCase())
    facebook.otherFields.set(own, method === 'DELETE' ? [] : fieldsOf(form))
    return { success: true }
  }
  requirePage(facebook, request)
  const { pageId } = facebook.secrets.facebook
  if (id === pageId || id === 'me') {
    if (edge === 'subscribed_apps') return subscribePage(facebook, form, method)
    if (edge === 'messages' && method === 'POST') return tellPrivately(facebook, request, form)
    if (edge === 'feed' && method === 'POST') return publish(facebook, request, form)
    if (edge === 'photos' && method === 'POST') return addPhoto(facebook, request, form)
    if (edge === 'blocked') return { [textOf(form['user']) ?? 'user']: true }
  }
  const item = facebook.world.find('facebook', id)
  if (!item) throw objectMissing(id, method.toLowerCase())
  if (edge === 'comments' && method === 'POST') return comment(facebook, request, item, form)
  if (edge === 'likes') return like(facebook, request, item, method)
  throw unknownPath(edge)
}

/** `POST /{id}`: `is_hidden` hides or shows a comment, `message` edits the Page's own. */
export function writeObject(facebook: Facebook, request: FastifyRequest) {
  const { id } = request.params as { id: string }
  const form: JsonObject = { ...queryFields(request), ...bodyFields(request) }
  requirePage(facebook, request)
  const item = facebook.world.find('facebook', id)
  if (!item) throw objectMissing(id, 'post')
  const isHidden = textOf(form['is_hidden'])
  const message = textOf(form['message'])
  const own = item.authorId === facebook.secrets.facebook.pageId
  if (isHidden !== undefined) {
    if (own) throw new GraphError(200, '(#200) Permissions error')
    facebook.world.hide(item, isHidden === 'true' || isHidden === '1')
  }
  if (message !== undefined) {
    if (!own) throw new GraphError(200, '(#200) Permissions error')
    facebook.world.edit(item, checkMessage(message))
  }
  if (isHidden === undefined && message === undefined) throw new GraphError(100, '(#100) Must specify a parameter to change')
  record(facebook, request, { externalId: id, text: message ?? null })
  return { success: true }
}

/** `DELETE /{id}`. */
export function removeObject(facebook: Facebook, request: FastifyRequest) {
  const { id } = request.params as { id: string }
  requirePage(facebook, request)
  const item = facebook.world.find('facebook', id)
  if (!item) throw objectMissing(id, 'delete')
  facebook.world.remove(item)
  record(facebook, request, { externalId: id })
  return { success: true }
}

async function comment(facebook: Facebook, request: FastifyRequest, target: Item, form: JsonObject) {
  if (isReply(target)) throw new GraphError(100, '(#100) Invalid parameter: a reply cannot have replies of its own')
  const media = await readAttachment(facebook, form)
  const text = checkMessage(textOf(form['message']) ?? '', media.length > 0)
  const authorId = facebook.secrets.facebook.pageId
  const item = facebook.world.write({ platform: 'facebook', authorId, text, parentId: target.id, media })
  record(facebook, request, { externalId: item.id, inReplyTo: target.id, text })
  if (form['fields'] !== undefined) throw new GraphError(20, '(#20) Cannot read the new object', { subcode: 1772107 })
  return { id: item.id }
}

/** Published it is a post of its own; else nobody sees it until a comment names it. */
async function addPhoto(facebook: Facebook, request: FastifyRequest, form: JsonObject) {
  const photo = await uploadPhoto(facebook, request, form)
  if (textOf(form['published']) !== 'false' && textOf(form['no_story']) !== 'true') {
    const text = textOf(form['caption']) ?? textOf(form['message']) ?? ''
    const authorId = facebook.secrets.facebook.pageId
    const post = facebook.world.write({ platform: 'facebook', authorId, text, media: [{ fileId: photo.id, alt: photo.alt }] })
    record(facebook, request, { externalId: post.id, text })
    return { id: photo.id, post_id: post.id }
  }
  return { id: photo.id }
}

function publish(facebook: Facebook, request: FastifyRequest, form: JsonObject) {
  const text = checkMessage(textOf(form['message']) ?? '')
  const authorId = facebook.secrets.facebook.pageId
  const item = facebook.world.write({ platform: 'facebook', authorId, text })
  record(facebook, request, { externalId: item.id, text })
  return { id: item.id }
}

function like(facebook: Facebook, request: FastifyRequest, item: Item, method: 'POST' | 'DELETE') {
  const { pageId } = facebook.secrets.facebook
  if (method === 'POST') facebook.world.like(item, pageId)
  else facebook.world.unlike(item, pageId)
  record(facebook, request, { externalId: item.id })
  return { success: true }
}

function tellPrivately(facebook: Facebook, request: FastifyRequest, form: JsonObject) {
  const { targetId, text, answer } = replyPrivately(facebook, 'facebook', form)
  record(facebook, request, { externalId: answer.message_id, inReplyTo: targetId, text })
  return answer
}

function subscribePage(facebook: Facebook, form: JsonObject, method: 'POST' | 'DELETE') {
  facebook.webhooks.topics = method === 'DELETE' ? [] : fieldsOf(form)
  return { success: true }
}

function fieldsOf(form: JsonObject): string[] {
  const given = form['subscribed_fields']
  const list = Array.isArray(given) ? given.map(String) : (textOf(given) ?? '').split(',')
  const fields = list.map((field) => field.trim()).filter((field) => field !== '')
  const wrong = fields.findIndex((field) => !legalFields.has(field))
  if (wrong >= 0 || fields.length === 0)
    throw new GraphError(100, `(#100) Param subscribed_fields[${Math.max(wrong, 0)}] must be one of {${[...legalFields].join(', ')}}`)
  return fields
}

function requirePage(facebook: Facebook, request: FastifyRequest): void {
  if (callerOf(facebook, request) !== 'page') throw new GraphError(200, '(#200) This call requires a Page access token')
}

function checkMessage(message: string, withPhoto = false): string {
  if (message.trim() === '' && !withPhoto) throw new GraphError(100, '(#100) Missing message or attachment')
  if (message.length > messageMaxCharacters) throw new GraphError(100, '(#100) Param message is too long')
  return message
}

function record(
  facebook: Facebook,
  request: FastifyRequest,
  write: { externalId: string; inReplyTo?: string; text?: string | null },
): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/facebook/, '').split('?')[0] ?? ''
  facebook.world.journal.record({
    platform: 'facebook',
    method: request.method,
    endpoint,
    key: null,
    externalId: write.externalId,
    inReplyTo: write.inReplyTo ?? null,
    text: write.text ?? null,
  })
}
