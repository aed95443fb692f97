import type { FastifyRequest } from 'fastify'
import { bodyFields, textOf } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { badEntity, forbidden, notFound } from './errors.ts'
import { responseOf } from './ids.ts'
import type { AppStore } from './routes.ts'

const platform = 'app-store'
const longestResponse = 5_970
const publishedAfterMs = 20_000

/** Writes the one response, or other words in its place, which are published a little later. The same words again change nothing. */
export function putResponse(store: AppStore, request: FastifyRequest): Item {
  const { world, faults } = store
  if (faults.quirks.cannotRespond) throw forbidden()
  const data = below(bodyFields(request), 'data')
  const text = textOf(below(data, 'attributes')['responseBody']) ?? ''
  const linked = below(below(below(data, 'relationships'), 'review'), 'data')
  if (data['type'] !== 'customerReviewResponses')
    throw badEntity('ATTRIBUTE.INVALID', '/data/type', `The type has to be 'customerReviewResponses'.`)
  if (text.trim() === '')
    throw badEntity('ATTRIBUTE.REQUIRED', '/data/attributes/responseBody', `You must provide a value for the attribute 'responseBody'.`)
  if (text.length > longestResponse)
    throw badEntity('ATTRIBUTE.INVALID', '/data/attributes/responseBody', `The response is longer than ${longestResponse} characters.`)
  const review = linked['type'] === 'customerReviews' ? world.find(platform, textOf(linked['id'])) : undefined
  if (!review || review.parentId !== null)
    throw badEntity('RELATIONSHIP.INVALID', '/data/relationships/review', `There is no review with the id '${textOf(linked['id']) ?? ''}'.`)
  const there = responseOf(world, review)
  const isSame = there?.text === text
  if (there && !isSame) world.edit(there, text)
  const response = there ?? world.write({ platform, authorId: world.brand(platform).id, text, parentId: review.id })
  if (!isSame) response.extra = { ...response.extra, publishedFrom: world.clock(platform) + publishedAfterMs }
  note(store, request, { externalId: response.id, inReplyTo: review.id, text, repeated: isSame })
  return response
}

/** Takes the response away. */
export function deleteResponse(store: AppStore, request: FastifyRequest): void {
  if (store.faults.quirks.cannotRespond) throw forbidden()
  const response = responseIn(store, request)
  store.world.remove(response)
  note(store, request, { externalId: response.id, inReplyTo: null, text: null, repeated: false })
}

/** The response that a path names. */
export function responseIn({ world }: AppStore, request: FastifyRequest): Item {
  const { id } = request.params as { id: string }
  const response = world.find(platform, id)
  const isOurs = response?.parentId != null && response.authorId === world.brand(platform).id
  if (!response || !isOurs) throw notFound('customerReviewResponses', id)
  return response
}

function below(value: JsonObject, name: string): JsonObject {
  const inner = value[name]
  return typeof inner === 'object' && inner !== null ? (inner as JsonObject) : {}
}

function note(
  { world }: AppStore,
  request: FastifyRequest,
  write: { externalId: string; inReplyTo: string | null; text: string | null; repeated: boolean },
): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/app-store(?=\/)/, '')
  world.journal.record({ platform, method: request.method, endpoint, key: null, ...write })
}
