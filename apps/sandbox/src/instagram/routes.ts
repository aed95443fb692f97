import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { GraphError, objectMissing } from '../graph/errors.ts'
import { readFields } from '../graph/fields.ts'
import { answerGraphError, edgeUrl, unknownPath, withoutToken } from '../graph/request.ts'
import { subscribeApp } from '../graph/subscribe.ts'
import { usageHeaders } from '../graph/usage.ts'
import { routeUserLogin } from '../graph/user-login.ts'
import { baseUrlOf } from '../http/base.ts'
import { queryFields } from '../http/body.ts'
import type { Sender } from '../webhooks/sender.ts'
import type { JsonObject } from '../world/item.ts'
import { accountNode, loginNode, pagesNode } from './account.ts'
import { commentEdge, itemNode, mediaEdge } from './node.ts'
import type { NodeView } from './node.ts'
import { callerOf, instagramScopes } from './token.ts'
import { ownedItem, removeObject, writeEdge, writeObject } from './writes.ts'
import type { Instagram } from './writes.ts'

const host = '/:host(^[a-z]+\\.(?:instagram|facebook)\\.com$)'
const version = '/:version(^v\\d+\\.\\d+$)'

/** A pretend Instagram with nothing in it yet. */
export function openInstagram(context: Context, webhooks: Sender): Instagram {
  return { ...context, webhooks }
}

/** Registers the Graph API, with a version and (for `me`) without; everything also below the name of the host that it really has. */
export function routeInstagram(app: FastifyInstance, instagram: Instagram): void {
  const { accountId, appId, appSecret, accessToken } = instagram.secrets.instagram
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => void reply.headers(usageHeaders(accountId, 'instagram')))
    scope.setErrorHandler((error, _request, reply) => answerGraphError(error, reply))
    const login = {
      name: 'Instagram',
      platform: 'instagram',
      app: { id: appId, secret: appSecret },
      accountId,
      token: accessToken,
      scopes: instagramScopes,
      grants: { exchange: 'ig_exchange_token', refresh: 'ig_refresh_token' },
      tellsPermissions: true,
    } as const
    routeUserLogin(scope, instagram, login, (path) => [path, `${host}${path}`])
    for (const base of ['', host]) scope.get(`${base}/me`, async (request) => readObject(instagram, request, 'me'))
    for (const base of [version, `${host}${version}`]) routeGraph(scope, instagram, base)
  })
}

function routeGraph(scope: FastifyInstance, instagram: Instagram, base: string): void {
  scope.post(`${base}/:id/subscriptions`, async (request) => {
    if (callerOf(instagram, request) !== 'app') throw new GraphError(15, '(#15) This method must be called with an app access_token')
    return subscribeApp(instagram.webhooks, instagram.secrets.instagram.appSecret, request)
  })
  scope.get(`${base}/`, async (request) => readObjects(instagram, request))
  scope.get(`${base}/:id`, async (request) => readObject(instagram, request, (request.params as { id: string }).id))
  scope.get(`${base}/:id/:edge`, async (request) => readEdge(instagram, request))
  scope.post(`${base}/:id`, async (request) => writeObject(instagram, request))
  scope.delete(`${base}/:id`, async (request) => removeObject(instagram, request))
  scope.post(`${base}/:id/:edge`, async (request) => writeEdge(instagram, request, 'POST'))
  scope.delete(`${base}/:id/:edge`, async (request) => writeEdge(instagram, request, 'DELETE'))
}

/** `GET /?ids=a,b`: an object per id; one that is missing fails the whole answer, as the Graph API does. */
function readObjects(instagram: Instagram, request: FastifyRequest): JsonObject {
  const ids = (queryFields(request)['ids'] ?? '').split(',').filter((id) => id !== '')
  if (ids.length === 0 || ids.length > 50) throw new GraphError(100, '(#100) Param ids must name between 1 and 50 objects')
  const missing = ids.filter((id) => !instagram.world.find('instagram', id))
  if (missing.length > 0) throw new GraphError(803, `(#803) Some of the aliases you requested do not exist: ${missing.join(',')}`)
  return Object.fromEntries(ids.map((id) => [id, readObject(instagram, request, id)]))
}

function readObject(instagram: Instagram, request: FastifyRequest, id: string): JsonObject {
  const caller = callerOf(instagram, request)
  const asked = queryFields(request)['fields']
  const fields = asked ? readFields(asked) : null
  const view = viewOf(instagram, request)
  const { accountId, pageId } = instagram.secrets.instagram
  const asMe = id === 'me'
  if ((asMe && caller !== 'account') || id === pageId) return loginNode(instagram, id === pageId ? 'page' : caller, fields)
  if (asMe || id === accountId) return accountNode(view, caller, asMe, fields)
  return itemNode(view, ownedItem(instagram, id, 'get'), fields)
}

function readEdge(instagram: Instagram, request: FastifyRequest): JsonObject {
  const { id, edge } = request.params as { id: string; edge: string }
  const caller = callerOf(instagram, request)
  const query = withoutToken(queryFields(request))
  const fields = query['fields'] ? readFields(query['fields']) : null
  const view = viewOf(instagram, request)
  const { accountId, appId, pageId } = instagram.secrets.instagram
  if (id === 'me' && edge === 'accounts' && caller === 'person') return pagesNode(instagram, fields)
  if (id === accountId || id === 'me' || id === pageId) {
    const subscribed = id === pageId ? [] : instagram.webhooks.topics
    if (edge === 'subscribed_apps')
      return { data: subscribed.length > 0 ? [{ id: appId, name: 'Answerback sandbox', subscribed_fields: subscribed }] : [] }
    if (id === pageId) throw unknownPath(edge)
    const live = instagram.world.posts('instagram', true).filter((item) => item.extra['live'] === true)
    if (edge === 'media') return mediaEdge(view, `${id}/media`, instagram.world.posts('instagram', true), query, fields)
    if (edge === 'live_media') return mediaEdge(view, `${id}/live_media`, live, query, fields)
    if (edge === 'stories' || edge === 'tags') return { data: [] }
    throw unknownPath(edge)
  }
  const item = ownedItem(instagram, id, 'get')
  if (edge === 'insights') return { data: insights(instagram, query['metric'] ?? '', item.id) }
  if (edge !== (item.parentId === null ? 'comments' : 'replies')) throw unknownPath(edge)
  return commentEdge(view, item, query, fields)
}

/** Figures that the world knows; of the others there are none. */
function insights(instagram: Instagram, asked: string, id: string): JsonObject[] {
  const item = objectOf(instagram, id)
  const known: Record<string, number> = {
    likes: item.likes.size,
    comments: instagram.world.descendants(item).length,
    total_interactions: item.likes.size + instagram.world.descendants(item).length,
    reach: 0,
    views: 0,
    saved: 0,
    shares: 0,
  }
  return asked.split(',').map((name) => {
    const value = known[name]
    if (value === undefined)
      throw new GraphError(100, `(#100) metric[0] must be one of the following values: ${Object.keys(known).join(', ')}`)
    return { name, period: 'lifetime', values: [{ value }], id: `${id}/insights/${name}/lifetime` }
  })
}

function objectOf({ world }: Instagram, id: string) {
  const item = world.find('instagram', id)
  if (!item || item.parentId !== null) throw objectMissing(id, 'get')
  return item
}

function viewOf(instagram: Instagram, request: FastifyRequest): NodeView {
  const { host: called, version: asked } = request.params as { host?: string; version?: string }
  const base = [baseUrlOf(request, 'instagram'), called, asked ?? 'v25.0'].filter((part) => part !== undefined).join('/')
  return { ...instagram, edgeUrl: (path, query) => edgeUrl(request, base, path, query) }
}
