import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { GraphError, objectMissing } from '../graph/errors.ts'
import { formOf, unknownPath } from '../graph/request.ts'
import type { Windows } from '../http/windows.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import type { Kept } from '../world/kept.ts'
import { fetchMedia, gatherChildren, statusOf } from './media.ts'
import { conversationOf } from './node.ts'

/** A post that was made and not yet published. `readyAt`: milliseconds since 1970. `isChild`: a part of a carousel. */
export type Container = {
  text: string
  replyTo: string | null
  readyAt: number
  publishedId: string | null
  media?: ItemMedia[]
  isChild?: boolean
  error?: string | null
}

/** The pretend Threads: the world, and what waits to be published. */
export type Threads = Context & { containers: Kept<Container>; windows: Windows }

const maxCharacters = 500
const slowMs = 1_500
const daySeconds = 86_400

/** `POST /{me|user}/{threads|threads_publish}`, `POST /{reply}/{manage_reply|manage_pending_reply}`. */
export async function writeEdge(threads: Threads, request: FastifyRequest): Promise<JsonObject> {
  const { id, edge } = request.params as { id: string; edge: string }
  const form = formOf(request)
  const own = id === 'me' || id === threads.secrets.threads.userId
  if (own && edge === 'threads') return createContainer(threads, request, form)
  if (own && edge === 'threads_publish') return publish(threads, request, form['creation_id'] ?? '')
  const item = threads.world.find('threads', id)
  if (!item) throw objectMissing(id, 'post')
  if (edge === 'manage_reply') return manage(threads, request, item, form)
  if (edge === 'manage_pending_reply') return approve(threads, request, item, form)
  throw unknownPath(edge)
}

/** `DELETE /{id}`: own posts and replies only. */
export function removePost(threads: Threads, request: FastifyRequest): JsonObject {
  const { id } = request.params as { id: string }
  const item = threads.world.find('threads', id)
  if (!item) throw objectMissing(id, 'delete')
  if (item.authorId !== threads.secrets.threads.userId)
    throw new GraphError(10, '(#10) Application does not have permission for this action')
  threads.world.remove(item)
  record(threads, request, { externalId: id })
  return { success: true, deleted_id: id }
}

/** A container as it is asked for by its id; undefined when it is none. */
export function containerNode(threads: Threads, id: string): JsonObject | undefined {
  const container = threads.containers.get(id)
  return container && { id, ...statusOf(threads, container) }
}

/** `GET /{user}/threads_publishing_limit`: how much of a day's allowance is used. Only accepted writes count. */
export function quotaNode({ world }: Threads): JsonObject {
  const since = world.now().getTime() - daySeconds * 1000
  const own = world.journal.ledger.filter((entry) => entry.platform === 'threads' && Date.parse(entry.at) > since && entry.text !== null)
  const config = (total: number) => ({ quota_total: total, quota_duration: daySeconds })
  return {
    quota_usage: own.filter(({ inReplyTo }) => inReplyTo === null).length,
    config: config(250),
    reply_quota_usage: own.filter(({ inReplyTo }) => inReplyTo !== null).length,
    reply_config: config(1_000),
    delete_quota_usage: 0,
    delete_config: config(100),
  }
}

async function createContainer(threads: Threads, request: FastifyRequest, form: Record<string, string>): Promise<JsonObject> {
  const { containers, world, faults } = threads
  const mediaType = form['media_type'] ?? ''
  if (!['TEXT', 'IMAGE', 'VIDEO', 'CAROUSEL'].includes(mediaType))
    throw new GraphError(100, '(#100) Param media_type must be one of {TEXT, IMAGE, VIDEO, CAROUSEL}')
  const text = form['text'] ?? ''
  if (mediaType === 'TEXT' && text.trim() === '') throw new GraphError(100, '(#100) The parameter text is required')
  if (Array.from(text).length > maxCharacters) throw new GraphError(100, 'Param text must be at most 500 characters long.')
  const replyTo = form['reply_to_id'] ?? null
  if (replyTo !== null && !world.find('threads', replyTo)) throw objectMissing(replyTo, 'post')
  const isChild = form['is_carousel_item'] === 'true'
  const use = isChild
    ? { over: false }
    : replyTo === null
      ? threads.windows.use('posts', 250, daySeconds)
      : threads.windows.use('replies', 1_000, daySeconds)
  if (use.over) throw new GraphError(4, '(#4) Application request limit reached', { status: 429, transient: true })
  const slow = faults.quirks['slowThreadsContainers'] === true ? slowMs : 0
  const id = `179${String(world.now().getTime())}${world.nextSerial()}`
  const { media, readyInMs, error } =
    mediaType === 'TEXT' || mediaType === 'CAROUSEL'
      ? { media: mediaType === 'TEXT' ? [] : gatherChildren(threads, form), readyInMs: 0, error: null }
      : await fetchMedia(threads, id, form)
  const readyAt = world.clock('threads') + Math.max(slow, readyInMs)
  containers.set(id, { text, replyTo, readyAt, publishedId: null, media, isChild, error })
  return mediaType === 'TEXT' && form['auto_publish_text'] === 'true' ? publish(threads, request, id, true) : { id }
}

/** Publishes once. Too early, twice, or without a container: code 24. */
function publish(threads: Threads, request: FastifyRequest, id: string, atOnce = false): JsonObject {
  const { containers, world, secrets } = threads
  const container = containers.get(id)
  const early = !atOnce && container !== undefined && world.clock('threads') < container.readyAt
  if (!container || container.isChild || container.error || container.publishedId !== null || early)
    throw new GraphError(24, 'The requested resource does not exist', { subcode: 4279009, transient: early })
  const { text, replyTo, media = [] } = container
  if (replyTo !== null && !world.find('threads', replyTo)) throw objectMissing(replyTo, 'post')
  const item = world.write({ platform: 'threads', authorId: secrets.threads.userId, text, parentId: replyTo, media })
  containers.set(id, { ...container, publishedId: item.id })
  record(threads, request, { externalId: item.id, inReplyTo: replyTo, text })
  return { id: item.id }
}

/** Hides a reply right below a post, and what is below it. */
function manage(threads: Threads, request: FastifyRequest, item: Item, form: Record<string, string>): JsonObject {
  const root = threads.world.items.threads.get(item.rootId)
  if (root?.authorId !== threads.secrets.threads.userId)
    throw new GraphError(10, '(#10) Application does not have permission for this action')
  if (item.parentId !== item.rootId) throw new GraphError(100, '(#100) Only top-level replies can be hidden')
  const hide = form['hide']
  if (hide === undefined) throw new GraphError(100, '(#100) The parameter hide is required')
  for (const each of [item, ...conversationOf(threads, item)]) threads.world.hide(each, hide === 'true' || hide === '1')
  record(threads, request, { externalId: item.id })
  return { success: true }
}

function approve(threads: Threads, request: FastifyRequest, item: Item, form: Record<string, string>): JsonObject {
  const given = form['approve']
  if (given === undefined) throw new GraphError(100, '(#100) The parameter approve is required')
  item.extra['approved'] = given === 'true' || given === '1'
  record(threads, request, { externalId: item.id })
  return { success: true }
}

function record(threads: Threads, request: FastifyRequest, write: { externalId: string; inReplyTo?: string | null; text?: string }): void {
  threads.world.journal.record({
    platform: 'threads',
    method: request.method,
    endpoint: (request.raw.url ?? '').replace(/^\/threads/, '').split('?')[0] ?? '',
    key: null,
    externalId: write.externalId,
    inReplyTo: write.inReplyTo ?? null,
    text: write.text ?? null,
  })
}
