import type { FastifyRequest } from 'fastify'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { DiscourseError, invalidAccess, invalidPost, notFound } from './errors.ts'
import { placeId, postNumberOf, topicIdOf } from './ids.ts'
import type { Discourse } from './routes.ts'
import { imagesIn } from './uploads.ts'
import { firstOf, postOf } from './views.ts'

const shortest = 20
const longest = 32_000
/** So long the same words cannot be posted again (`unique_posts_mins`). */
const uniqueMs = 5 * 60_000
const likeAction = 2

/** The post with this number, if it can be seen. */
export function knownPost({ world, ...context }: Discourse, id: string | undefined): Item {
  const item = id === undefined ? undefined : world.find('discourse', placeId(id))
  if (!item || firstOf({ world, ...context }, item).deletedAt !== null) throw notFound()
  return item
}

/** `POST /posts.json`: an answer in a topic, or with a title a topic. */
export function createPost(forum: Discourse, request: FastifyRequest): JsonObject {
  const { world, faults } = forum
  const form = bodyFields(request)
  const text = textOf(form['raw']) ?? ''
  const topicId = textOf(form['topic_id'])
  const title = textOf(form['title'])
  if (topicId === undefined && (title ?? '').trim().length < 15) throw invalidPost('Title is too short (minimum is 15 characters)')
  const parent = topicId === undefined ? undefined : parentIn(forum, Number(topicId), textOf(form['reply_to_post_number']))
  checkWords(text)
  const brand = world.brand('discourse')
  const now = world.clock('discourse')
  const repeated = [...world.items.discourse.values()].some(
    (item) => item.authorId === brand.id && item.text === text && now - item.createdAt < uniqueMs && item.deletedAt === null,
  )
  if (repeated) throw invalidPost('Body is too similar to what you recently posted')
  if (faults.quirks['queuesReplies'] === true) {
    note(forum, request, { id: null, text, inReplyTo: parent?.id ?? null })
    return { action: 'enqueued', success: true, pending_count: 1 }
  }
  const draft = { platform: 'discourse', authorId: brand.id, text, title: parent ? '' : (title ?? '') } as const
  const item = world.write({ ...draft, parentId: parent?.id ?? null, media: imagesIn(forum, text) })
  note(forum, request, { id: item.id, text, inReplyTo: parent?.id ?? null })
  return postOf(forum, item, { raw: true })
}

function parentIn(forum: Discourse, topicId: number, number: string | undefined): Item {
  const { world } = forum
  const first = world.posts('discourse', false).find((item) => topicIdOf(item) === topicId)
  if (!first) throw notFound()
  if (first.extra['closed'] === true || first.extra['archived'] === true) throw invalidAccess(false)
  if (number === undefined || number === '' || number === '1') return first
  const item = world.descendants(first).find((each) => postNumberOf(each) === Number(number))
  if (!item) throw notFound()
  return item
}

function checkWords(text: string): void {
  const length = Array.from(text.trim()).length
  if (length < shortest) throw invalidPost(`Body is too short (minimum is ${shortest} characters)`)
  if (length > longest) throw invalidPost(`Body is too long (maximum is ${longest} characters)`)
}

/** `PUT /posts/{id}.json` with `post[raw]`: one's own, or anybody's as a moderator. */
export function editPost(forum: Discourse, request: FastifyRequest): JsonObject {
  const item = postIn(forum, request)
  const { post } = bodyFields(request)
  const text = textOf(typeof post === 'object' && post !== null ? (post as JsonObject)['raw'] : bodyFields(request)['post[raw]']) ?? ''
  checkWords(text)
  forum.world.edit(item, text, { media: imagesIn(forum, text) })
  note(forum, request, { id: item.id, text, inReplyTo: null })
  return { post: postOf(forum, item, { raw: true }) }
}

/** `DELETE /posts/{id}.json` */
export function deletePost(forum: Discourse, request: FastifyRequest): void {
  const item = postIn(forum, request)
  forum.world.remove(item)
  note(forum, request, { id: item.id, text: item.text, inReplyTo: null })
}

/** `POST /post_actions.json`: a like. One that is there already may not be made again; flags are taken and change nothing. */
export function act(forum: Discourse, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  const item = knownPost(forum, textOf(form['id']))
  const type = Number(textOf(form['post_action_type_id']))
  const brand = forum.world.brand('discourse')
  if (![likeAction, 3, 4, 7, 8].includes(type)) throw new DiscourseError(400, 'post_action_type_id', { error_type: 'invalid_parameters' })
  if (type === likeAction) {
    if (item.authorId === brand.id || item.likes.has(brand.id)) throw invalidAccess(false)
    forum.world.like(item, brand.id)
  }
  note(forum, request, { id: item.id, text: null, inReplyTo: null })
  return postOf(forum, item, { raw: false })
}

/** `DELETE /post_actions/{id}.json?post_action_type_id=2` */
export function unact(forum: Discourse, request: FastifyRequest): JsonObject {
  const item = postIn(forum, request)
  const brandId = forum.world.brand('discourse').id
  const type = textOf(queryFields(request)['post_action_type_id'] ?? bodyFields(request)['post_action_type_id'])
  if (Number(type) !== likeAction || !item.likes.has(brandId)) throw notFound()
  forum.world.unlike(item, brandId)
  note(forum, request, { id: item.id, text: null, inReplyTo: null })
  return postOf(forum, item, { raw: false })
}

function postIn(forum: Discourse, request: FastifyRequest): Item {
  return knownPost(forum, (request.params as Record<string, string>)['id'])
}

function note(
  forum: Discourse,
  request: FastifyRequest,
  wrote: { id: string | null; text: string | null; inReplyTo: string | null },
): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/discourse/, '')
  const { id: externalId, text, inReplyTo } = wrote
  forum.world.journal.record({ platform: 'discourse', method: request.method, endpoint, key: null, externalId, inReplyTo, text })
}
