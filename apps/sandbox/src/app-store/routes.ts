import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { KeyObject } from 'node:crypto'
import type { Context } from '../context.ts'
import { baseUrlOf } from '../http/base.ts'
import { queryFields, searchParams } from '../http/body.ts'
import { pageBelow, readCursor, writeCursor } from '../http/paging.ts'
import { Windows } from '../http/windows.ts'
import { bearerOf } from '../oauth/tokens.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { AppStoreError, badParameter, notAuthorized, notFound, tooManyCalls } from './errors.ts'
import { responseOf } from './ids.ts'
import { isGoodToken, publicKeyOf } from './key.ts'
import { createdAt, isPublished, responseView, reviewView, territoryOf } from './views.ts'
import type { View } from './views.ts'
import { deleteResponse, putResponse, responseIn } from './writes.ts'

const platform = 'app-store'
const callsAnHour = 3_600
const maxPage = 200
const usualPage = 100

/** The pretend App Store Connect. */
export type AppStore = Context & { windows: Windows; publicKey: KeyObject }

/** A pretend App Store Connect with nothing in it yet. */
export function openAppStore(context: Context): AppStore {
  return { ...context, windows: new Windows(context, platform), publicKey: publicKeyOf(context.secrets[platform].keyScalar) }
}

/** Registers the resources that lead to reviews, and those below them. */
export function routeAppStore(app: FastifyInstance, store: AppStore): void {
  app.register(
    async (api) => {
      api.setErrorHandler((error, _request, reply) => answerError(error, reply))
      api.addHook('preHandler', async (request, reply) => admit(store, request, reply))
      api.get('/apps', async (request) => listApps(store, request))
      api.get('/apps/:id', async (request) => ({ data: appIn(store, request), links: { self: here(request) } }))
      api.get('/apps/:id/customerReviews', async (request) => listReviews(store, request))
      api.get('/customerReviews/:id', async (request) => oneReview(store, request))
      api.get('/customerReviews/:id/response', async (request) => responseBelow(store, request))
      api.get('/customerReviewResponses/:id', async (request) => shown(store, request, responseIn(store, request)))
      api.post('/customerReviewResponses', async (request, reply) => {
        const response = putResponse(store, request)
        return reply.code(201).send(shown(store, request, response))
      })
      api.delete('/customerReviewResponses/:id', async (request, reply) => {
        deleteResponse(store, request)
        return reply.code(204).send()
      })
    },
    { prefix: '/v1' },
  )
}

/** How many calls are left of the hour, in the form of their header. */
export function rateHeader(left: number): Record<string, string> {
  return { 'x-rate-limit': `user-hour-lim:${callsAnHour};user-hour-rem:${left};` }
}

/** A token is signed by the caller's own key for each few minutes. Its times are told from the real clock: it is not the platform that dates them. */
function admit(store: AppStore, request: FastifyRequest, reply: FastifyReply): void {
  const { keyId, issuerId } = store.secrets[platform]
  const call = `${request.method} ${(request.raw.url ?? '').replace(/^\/app-store(?=\/)/, '').split('?')[0]}`
  const isGood = isGoodToken(
    bearerOf(request),
    { publicKey: store.publicKey, keyId, issuerId },
    { nowMs: store.world.now().getTime(), call },
  )
  if (!isGood || store.faults.tokens[platform] !== 'valid') throw notAuthorized()
  const { left, over } = store.windows.use('hour', callsAnHour, 3_600)
  reply.headers(rateHeader(left))
  if (over) throw tooManyCalls()
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof AppStoreError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  const known =
    status < 500
      ? new AppStoreError(400, 'ENTITY_INVALID', 'JSON processing failed', 'The request entity is not valid JSON.')
      : new AppStoreError(500, 'UNEXPECTED_ERROR', 'An unexpected error occurred.', 'An unexpected error occurred on the server side.')
  return reply.code(known.status).send(known.body)
}

function appView({ secrets }: AppStore, request: FastifyRequest, id: string): JsonObject {
  const { appId, bundleId } = secrets[platform]
  const own = id === appId
  const self = `${baseUrlOf(request, platform)}/v1/apps/${id}`
  return {
    type: 'apps',
    id,
    attributes: {
      name: own ? 'Fieldnote' : 'Fieldnote Workshop',
      bundleId: own ? bundleId : `${bundleId}.workshop`,
      sku: own ? 'FN-1' : 'FN-2',
      primaryLocale: 'en-GB',
    },
    relationships: { customerReviews: { links: { self: `${self}/relationships/customerReviews`, related: `${self}/customerReviews` } } },
    links: { self },
  }
}

/** Two apps, of which the second was never rated. */
function listApps(store: AppStore, request: FastifyRequest): JsonObject {
  const { appId, otherAppId, bundleId } = store.secrets[platform]
  const wanted = queryFields(request)['filter[bundleId]']?.split(',')
  const ids = [appId, otherAppId].filter((id) => !wanted || wanted.includes(id === appId ? bundleId : `${bundleId}.workshop`))
  return {
    data: ids.map((id) => appView(store, request, id)),
    links: { self: here(request) },
    meta: { paging: { total: ids.length, limit: 50 } },
  }
}

function appIn(store: AppStore, request: FastifyRequest): JsonObject {
  const { id } = request.params as { id: string }
  const { appId, otherAppId } = store.secrets[platform]
  if (id !== appId && id !== otherAppId) throw notFound('apps', id)
  return appView(store, request, id)
}

/** Reviews of the first app, newest first if nothing else is asked for. Stars without words are not among them. */
function listReviews(store: AppStore, request: FastifyRequest): JsonObject {
  const app = appIn(store, request)
  const query = queryFields(request)
  const items =
    app['id'] === store.secrets[platform].appId ? store.world.posts(platform, false).filter((item) => matches(store, item, query)) : []
  const limit = Number(query['limit'] ?? usualPage)
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPage) throw badParameter('limit', `The limit has to be between 1 and ${maxPage}.`)
  const { page, next } = pageBelow(store, items, placer(store, query['sort'] ?? '-createdDate'), {
    below: readCursor(query['cursor']),
    limit,
  })
  const view = viewOf(request)
  const included = view.include ? page.flatMap((item) => responseOf(store.world, item) ?? []) : []
  const first = new URL(here(request))
  first.searchParams.delete('cursor')
  const following = new URL(first)
  if (next !== null) following.searchParams.set('cursor', writeCursor(next))
  return {
    data: page.map((item) => reviewView(store, item, view)),
    ...(included.length > 0 ? { included: included.map((item) => responseView(store, item, view)) } : {}),
    links: { self: here(request), first: first.href, ...(next === null ? {} : { next: following.href }) },
    meta: { paging: { total: items.length, limit } },
  }
}

function matches(store: AppStore, item: Item, query: Record<string, string>): boolean {
  const response = responseOf(store.world, item)
  const exists = query['exists[publishedResponse]']
  const territory = query['filter[territory]']?.split(',')
  const rating = query['filter[rating]']?.split(',')
  return (
    item.text.trim() !== '' &&
    (exists === undefined || (exists === 'true') === (response !== undefined && isPublished(store, response))) &&
    (territory?.includes(territoryOf(item)) ?? true) &&
    (rating?.includes(String(item.rating)) ?? true)
  )
}

/** Places by date or stars, the highest first; what is asked for the other way round counts down. */
function placer(store: AppStore, sort: string): (item: Item) => string {
  const most = 1e15
  const counted = (value: number, digits: number): string => String(value).padStart(digits, '0')
  const dated = (item: Item): number => createdAt(store, item)
  const tail = (item: Item): string => `${counted(dated(item), 16)} ${item.id}`
  if (sort === '-createdDate') return tail
  if (sort === 'createdDate') return (item) => `${counted(most - dated(item), 16)} ${item.id}`
  if (sort === '-rating') return (item) => `${item.rating} ${tail(item)}`
  if (sort === 'rating') return (item) => `${9 - (item.rating ?? 0)} ${tail(item)}`
  throw badParameter('sort', `'${sort}' is not a valid sort parameter.`)
}

function oneReview(store: AppStore, request: FastifyRequest): JsonObject {
  const item = reviewIn(store, request)
  const view = viewOf(request)
  const response = view.include ? responseOf(store.world, item) : undefined
  return {
    data: reviewView(store, item, view),
    ...(response ? { included: [responseView(store, response, view)] } : {}),
    links: { self: here(request) },
  }
}

function responseBelow(store: AppStore, request: FastifyRequest): JsonObject {
  const response = responseOf(store.world, reviewIn(store, request))
  return response ? shown(store, request, response) : { data: null, links: { self: here(request) } }
}

function reviewIn(store: AppStore, request: FastifyRequest): Item {
  const { id } = request.params as { id: string }
  const item = store.world.find(platform, id)
  if (!item || item.parentId !== null) throw notFound('customerReviews', id)
  return item
}

function shown(store: AppStore, request: FastifyRequest, response: Item): JsonObject {
  return { data: responseView(store, response, viewOf(request)), links: { self: here(request) } }
}

/** Only what is asked for: `fields[type]` and `include`. */
function viewOf(request: FastifyRequest): View {
  const query = queryFields(request)
  const include = query['include']?.split(',') ?? []
  const strange = include.find((each) => each !== 'response' && each !== 'review')
  if (strange !== undefined) throw badParameter('include', `'${strange}' is not a valid relationship name`)
  const fieldsOf = (type: string): Set<string> | null => {
    const names = query[`fields[${type}]`]
    return names === undefined ? null : new Set(names.split(','))
  }
  return {
    base: baseUrlOf(request, platform),
    fields: { customerReviews: fieldsOf('customerReviews'), customerReviewResponses: fieldsOf('customerReviewResponses') },
    include: include.includes('response'),
  }
}

/** The address that was called, as it was called. */
function here(request: FastifyRequest): string {
  const path = (request.raw.url ?? '').split('?')[0]?.replace(/^\/app-store(?=\/)/, '')
  const query = searchParams(request).toString()
  return `${baseUrlOf(request, platform)}${path}${query === '' ? '' : `?${query}`}`
}
