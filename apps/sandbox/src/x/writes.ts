import type { FastifyRequest } from 'fastify'
import { bodyFields, textOf } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { recordOf } from './activity.ts'
import { duplicate, invalid, plainProblem, problem } from './errors.ts'
import { findPost, idOf, names, prefixLength } from './ids.ts'
import { readMedia } from './media.ts'
import type { X } from './routes.ts'
import { weightOf } from './text.ts'
import { shownOf } from './views.ts'

const dayMs = 86_400_000
const bodyKeys = new Set([
  'text',
  'reply',
  'media',
  'quote_tweet_id',
  'reply_settings',
  'poll',
  'geo',
  'for_super_followers_only',
  'direct_message_deep_link',
  'nullcast',
  'card_uri',
  'community_id',
  'share_with_followers',
  'made_with_ai',
  'paid_partnership',
  'edit_options',
])

/** `POST /2/tweets`: a post, or a reply to somebody who named or quoted the brand. The names of whom it answers are put in front. */
export function createPost(x: X, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  for (const key of Object.keys(form))
    if (!bodyKeys.has(key))
      throw invalid(key, '', `$.${key}: is not defined in the schema and the schema does not allow additional properties`)
  const text = textOf(form['text']) ?? ''
  const media = readMedia(x, form)
  if (text.trim() === '' && media.length === 0) throw invalid('text', text, '$.text: is missing but it is required')
  if (form['quote_tweet_id'] !== undefined && !x.faults.quirks.enterpriseX)
    throw plainProblem(403, 'Forbidden', 'Quoting posts is not available on your plan.')
  const reply = recordOf(form['reply'])
  const parentId = textOf(reply['in_reply_to_tweet_id'])
  if (form['reply'] !== undefined && parentId === undefined)
    throw invalid('reply', '', '$.reply.in_reply_to_tweet_id: is missing but it is required')
  const parent = parentId === undefined ? null : targetOf(x, parentId)
  const brand = x.world.brand('x')
  const excluded = new Set(Array.isArray(reply['exclude_reply_user_ids']) ? reply['exclude_reply_user_ids'].map(String) : [])
  const author = parent && x.world.author(parent)
  const prefix = author && author.id !== brand.id && !excluded.has(author.id) && !names(text, author.handle) ? `@${author.handle} ` : ''
  if (weightOf(text) > 280)
    throw plainProblem(
      403,
      'Forbidden',
      'Your Tweet text is too long. For more information on how Twitter determines text length see https://github.com/twitter/twitter-text.',
    )
  const whole = `${prefix}${text}`.trimEnd()
  const since = x.world.clock('x') - dayMs
  for (const item of x.world.items.x.values())
    if (
      item.authorId === brand.id &&
      item.deletedAt === null &&
      item.createdAt > since &&
      item.text === whole &&
      media.length === 0 &&
      item.parentId === (parent?.id ?? null)
    )
      throw duplicate()
  const item = x.world.write({ platform: 'x', authorId: brand.id, text: whole, parentId: parent?.id ?? null, media })
  note(x, request, item, parent?.id ?? null)
  return { data: { id: item.id, text: shownOf(x, item).cut, edit_history_tweet_ids: [item.id] } }
}

/** Whom the brand may answer: itself, and who named or quoted it (rule of 2026-02-23). */
function targetOf(x: X, id: string): Item {
  const item = findPost(x.world, id)
  if (!item) throw plainProblem(403, 'Forbidden', 'You attempted to reply to a Tweet that is deleted or not visible to you.')
  if (x.faults.quirks.enterpriseX || isSummons(x, item)) return item
  throw plainProblem(
    403,
    'Forbidden',
    'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.',
  )
}

/** X does not say whether the name that it puts in front of a reply itself counts as one; with the quirk it does not. */
function isSummons(x: X, item: Item): boolean {
  const brand = x.world.brand('x')
  if (item.authorId === brand.id || x.world.items.x.get(item.quotedId ?? '')?.authorId === brand.id) return true
  const said = x.faults.quirks.explicitSummonsOnly ? item.text.slice(prefixLength(item)) : item.text
  return names(said, brand.handle)
}

/** `DELETE /2/tweets/:id`: the brand's own, all versions of it. What is gone already is said to be deleted again. */
export function deletePost(x: X, request: FastifyRequest, id: string): JsonObject {
  const item = findPost(x.world, id)
  if (item && item.authorId !== x.world.brand('x').id) throw plainProblem(403, 'Forbidden', 'You are not authorized to delete this Tweet.')
  if (item) {
    x.world.remove(item)
    note(x, request, item, null)
  }
  return { data: { deleted: true } }
}

/** `PUT /2/tweets/:id/hidden`: replies in conversations that the brand began. */
export function hidePost(x: X, request: FastifyRequest, id: string): JsonObject {
  const { hidden } = bodyFields(request)
  if (typeof hidden !== 'boolean') throw invalid('hidden', '', '$.hidden: is missing but it is required')
  const item = findPost(x.world, id)
  if (!item) throw problem(404, 'resource-not-found', 'Not Found Error', `Could not find tweet with tweet_id: [${id}].`)
  const root = x.world.items.x.get(item.rootId)
  if (item.parentId === null || root?.authorId !== x.world.brand('x').id)
    throw plainProblem(403, 'Forbidden', 'You are not allowed to hide this reply: the conversation is not yours.')
  x.world.hide(item, hidden)
  note(x, request, item, null)
  return { data: { hidden } }
}

/** Likes by API went from all plans but the largest on 2026-04-20. */
export function likePost(x: X, request: FastifyRequest, id: string, liked: boolean): JsonObject {
  if (!x.faults.quirks.enterpriseX)
    throw problem(403, 'client-forbidden', 'Client Forbidden', 'This endpoint is available on the Enterprise plan only.')
  const item = findPost(x.world, id)
  if (!item) throw problem(404, 'resource-not-found', 'Not Found Error', `Could not find tweet with tweet_id: [${id}].`)
  const brand = x.world.brand('x')
  if (liked) x.world.like(item, brand.id)
  else x.world.unlike(item, brand.id)
  note(x, request, item, null)
  return { data: { liked } }
}

function note(x: X, request: FastifyRequest, item: Item, inReplyTo: string | null): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/x(?=\/)/, '')
  const { method } = request
  x.world.journal.record({ platform: 'x', method, endpoint, key: null, externalId: idOf(item), inReplyTo, text: item.text })
}
