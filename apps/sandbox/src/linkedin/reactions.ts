import type { FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields } from '../http/body.ts'
import type { Item } from '../world/item.ts'
import { requireOrganization, requireProduct } from './auth.ts'
import { note, objectOf } from './comments.ts'
import { invalid, notFound } from './errors.ts'
import { findByUrn } from './ids.ts'
import { fieldOf, keysBelow, readQuery, readValue, textIn } from './restli.ts'
import type { LinkedIn } from './routes.ts'
import { metadata } from './views.ts'

const reactionTypes = ['LIKE', 'PRAISE', 'EMPATHY', 'INTEREST', 'APPRECIATION', 'ENTERTAINMENT']

/** `POST /reactions?actor=`: the page reacts to a post or comment; once more is the same. */
export async function react(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  requireProduct(linkedin, request, 'partnerApiReactions.CREATE')
  const actor = textIn(readQuery(request)['actor'], 'actor')
  requireOrganization(linkedin, actor)
  const { root, reactionType } = bodyFields(request)
  if (!reactionTypes.includes(String(reactionType))) throw invalid(`${String(reactionType)} is not an enum symbol`)
  const item = itemOf(linkedin, String(root))
  linkedin.world.like(item, actor)
  note(linkedin, request, item, null)
  return reply
    .code(201)
    .header('x-restli-id', `urn:li:reaction:(${actor},${item.id})`)
    .send({
      id: `urn:li:reaction:(${actor},${item.id})`,
      root: item.id,
      reactionType,
      created: { actor, time: linkedin.world.clock('linkedin') },
    })
}

/** `DELETE /reactions/(actor:...,entity:...)`. */
export async function unreact(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  requireProduct(linkedin, request, 'partnerApiReactions.DELETE')
  const key = readValue(keysBelow(request, 'reactions').join('/'))
  const [actor, entity] = [fieldOf(key, 'actor'), fieldOf(key, 'entity')]
  requireOrganization(linkedin, actor)
  const item = itemOf(linkedin, entity)
  if (!item.likes.has(actor)) throw notFound('reaction')
  linkedin.world.unlike(item, actor)
  note(linkedin, request, item, null)
  return reply.code(204).send()
}

/** `/socialMetadata/{post or comment}`: counts; and whether a post takes comments. */
export async function socialMetadata(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const urn = textIn(readValue(keysBelow(request, 'socialMetadata').join('/')), 'urn')
  const item = itemOf(linkedin, urn)
  if (request.method === 'GET') return reply.send(metadata(linkedin, item, urn))
  requireOrganization(linkedin, readQuery(request)['actor'])
  const { commentsState } = objectOf(objectOf(bodyFields(request)['patch'])['$set'])
  if (commentsState !== 'OPEN' && commentsState !== 'CLOSED') throw invalid("Field 'commentsState' must be OPEN or CLOSED")
  item.extra['commentsState'] = commentsState
  note(linkedin, request, item, null)
  return reply.code(204).send()
}

function itemOf({ world }: LinkedIn, urn: string): Item {
  const item = findByUrn(world, urn)
  if (!item) throw notFound(urn)
  return item
}
