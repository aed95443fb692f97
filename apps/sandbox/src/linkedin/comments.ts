import type { FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { requireOrganization, requireProduct } from './auth.ts'
import { LinkedInError, denied, invalid, notFound } from './errors.ts'
import { activityOf, findByUrn, isReply, numberOf, topComment } from './ids.ts'
import { readContent } from './images.ts'
import { keysBelow, pageIn, readQuery, readValue, textIn } from './restli.ts'
import type { LinkedIn } from './routes.ts'
import { comment } from './views.ts'

const maxCharacters = 1_250
const repeatMs = 10 * 60_000

/** `/socialActions/{post or comment}/comments[/{id}]`: what is wanted of it by method and `X-RestLi-Method`. */
export async function socialActions(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const [key = '', edge, number, ...rest] = keysBelow(request, 'socialActions')
  if (rest.length > 0 || (edge !== undefined && edge !== 'comments')) throw notFound('resource')
  const urn = textIn(readValue(key), 'urn')
  const thread = findByUrn(linkedin.world, urn)
  if (!thread) throw notFound(urn)
  const isPatch = String(request.headers['x-restli-method'] ?? '').toLowerCase() === 'partial_update'
  if (edge === undefined) return reply.send(summary(linkedin, thread, urn))
  if (number === undefined) {
    if (request.method === 'GET') return reply.send(list(linkedin, request, thread))
    if (request.method === 'POST' && !isPatch) return create(linkedin, request, reply, thread)
    throw new LinkedInError(405, 'METHOD_NOT_ALLOWED', `${request.method} is not supported here`)
  }
  const item = commentIn(linkedin, thread, textIn(readValue(number), 'id'))
  if (request.method === 'GET') return reply.send(read(linkedin, request, item))
  if (request.method === 'DELETE') return remove(linkedin, request, reply, item)
  if (request.method === 'POST' && isPatch) return edit(linkedin, request, reply, item)
  throw new LinkedInError(405, 'METHOD_NOT_ALLOWED', `${request.method} is not supported here`)
}

function commentIn({ world }: LinkedIn, thread: Item, number: string): Item {
  const found = world.find('linkedin', `urn:li:comment:(${activityOf(world, thread)},${number})`)
  if (!found) throw notFound(number)
  return found
}

function summary(linkedin: LinkedIn, item: Item, urn: string): JsonObject {
  const { likesSummary, commentsSummary } = comment(linkedin, item)
  return { target: urn, likesSummary, commentsSummary }
}

/** In no order that is documented; here the oldest first, or the newest with `newestCommentsFirst`. */
function list(linkedin: LinkedIn, request: FastifyRequest, thread: Item): JsonObject {
  requireProduct(linkedin, request, 'partnerApiSocialActions.GET_ALL')
  const query = readQuery(request)
  const replies = linkedin.world.replies(thread)
  const ordered = linkedin.faults.quirks['newestCommentsFirst'] === true ? replies.toReversed() : replies
  const { page, paging } = pageIn(query, ordered)
  const projection = String(query['projection'] ?? '')
  return { paging, elements: page.map((item) => comment(linkedin, item, projection)) }
}

function read(linkedin: LinkedIn, request: FastifyRequest, item: Item): JsonObject {
  requireProduct(linkedin, request, 'partnerApiSocialActions.GET')
  return comment(linkedin, item, String(readQuery(request)['projection'] ?? ''))
}

async function create(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply, thread: Item): Promise<FastifyReply> {
  requireProduct(linkedin, request, 'partnerApiSocialActions.CREATE')
  const { world, faults } = linkedin
  const fields = bodyFields(request)
  requireOrganization(linkedin, fields['actor'])
  const text = wordsOf(fields['message'])
  const object = typeof fields['object'] === 'string' ? findByUrn(world, fields['object']) : undefined
  if (!object || object.id !== (world.items.linkedin.get(thread.rootId) ?? thread).id)
    throw invalid("Field 'object' is not the thread of the comment")
  const named = fields['parentComment']
  const parent = named === undefined ? thread : findByUrn(world, String(named))
  if (!parent || parent.rootId !== thread.rootId) throw notFound(String(named))
  if (named !== undefined && parent.parentId === null) throw invalid("Field 'parentComment' is no comment")
  if (object.extra['commentsState'] === 'CLOSED') throw denied('Comments on this post are closed')
  const target = parent.parentId === null ? parent : topComment(world, parent)
  if (faults.quirks['refusesDuplicates'] === true && repeats(linkedin, target, text))
    throw new LinkedInError(422, 'DUPLICATE_POST', 'Content is a duplicate of something that was commented before')
  const media = readContent(linkedin, fields['content'])
  const item = world.write({ platform: 'linkedin', authorId: world.brand('linkedin').id, text, parentId: target.id, media })
  note(linkedin, request, item, target.id)
  return reply.code(201).header('x-restli-id', numberOf(item)).send(comment(linkedin, item))
}

function repeats({ world }: LinkedIn, target: Item, text: string): boolean {
  const since = world.clock('linkedin') - repeatMs
  return world.replies(target).some((item) => world.author(item).isBrand && item.text === text && item.createdAt > since)
}

/** Other words for a comment of the page's own. */
async function edit(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply, item: Item): Promise<FastifyReply> {
  requireProduct(linkedin, request, 'partnerApiSocialActions.PARTIAL_UPDATE')
  const patch = objectOf(bodyFields(request)['patch'])
  const text = wordsOf(objectOf(patch['message'])['$set'])
  if (!linkedin.world.author(item).isBrand) throw denied('Only the author may edit a comment')
  linkedin.world.edit(item, text)
  note(linkedin, request, item, null)
  return reply.code(204).send()
}

/** The page's own, and others' below its posts. */
async function remove(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply, item: Item): Promise<FastifyReply> {
  requireProduct(linkedin, request, 'partnerApiSocialActions.DELETE')
  requireOrganization(linkedin, readQuery(request)['actor'])
  const { world } = linkedin
  const root = world.items.linkedin.get(item.rootId)
  if (!world.author(item).isBrand && (!root || !world.author(root).isBrand)) throw denied('Viewer may not delete this comment')
  world.remove(item)
  note(linkedin, request, item, null)
  return reply.code(204).send()
}

function wordsOf(message: unknown): string {
  const { text } = objectOf(message)
  if (typeof text !== 'string' || text.trim() === '') throw invalid("Field 'message.text' is required")
  if (text.length > maxCharacters) throw invalid(`Field 'message.text' is longer than ${maxCharacters} characters`)
  return text
}

/** A JSON value as an object; anything else is an empty one. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/** Notes in the journal what the API was asked to write. */
export function note({ world }: LinkedIn, request: FastifyRequest, item: Item, inReplyTo: string | null): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/linkedin/, '')
  const text = isReply(item) || item.parentId !== null ? item.text : null
  world.journal.record({ platform: 'linkedin', method: request.method, endpoint, key: null, externalId: item.id, inReplyTo, text })
}
