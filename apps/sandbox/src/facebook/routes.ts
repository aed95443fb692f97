import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { baseUrlOf } from '../http/base.ts'
import { queryFields } from '../http/body.ts'
import type { Sender } from '../webhooks/sender.ts'
import { Kept } from '../world/kept.ts'
import { GraphError, objectMissing } from '../graph/errors.ts'
import { readFields } from '../graph/fields.ts'
import { answerGraphError, edgeUrl, formOf, unknownPath, withoutToken } from '../graph/request.ts'
import { usageHeaders } from '../graph/usage.ts'
import { subscribeApp } from '../graph/subscribe.ts'
import { adminEdge } from './admin.ts'
import { accountNode, commentsOf, edgeNode, itemNode, likesEdge } from './node.ts'
import type { NodeView } from './node.ts'
import { exchange, routeLogin } from './login.ts'
import { otherPageEdge, otherPageNode } from './other-page.ts'
import { photoNode } from './photos.ts'
import { callerOf, debugToken } from './token.ts'
import { removeObject, writeEdge, writeObject } from './writes.ts'
import type { Facebook } from './writes.ts'

/** A pretend Facebook with nothing in it yet. */
export function openFacebook(context: Context, webhooks: Sender): Facebook {
  return {
    ...context,
    webhooks,
    otherFields: new Kept(100),
    login: { codes: new Map(), pages: null, scopes: null, loggedInAt: null },
  }
}

/** Registers the pretend Graph API below `/v{n}.{m}`. */
export function routeFacebook(app: FastifyInstance, facebook: Facebook): void {
  const base = '/:version(^v\\d+\\.\\d+$)'
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => void reply.headers(usageHeaders(facebook.secrets.facebook.pageId, 'pages')))
    scope.setErrorHandler((error, _request, reply) => answerGraphError(error, reply))
    scope.get(`${base}/debug_token`, async (request) => {
      callerOf(facebook, request)
      return debugToken(facebook, queryFields(request)['input_token'] ?? '')
    })
    scope.get(`${base}/oauth/access_token`, async (request) => exchange(facebook, queryFields(request)))
    scope.post(`${base}/oauth/access_token`, async (request) => exchange(facebook, formOf(request)))
    routeLogin(scope, facebook, base)
    scope.post(`${base}/:id/subscriptions`, async (request) => {
      if (callerOf(facebook, request) !== 'app') throw new GraphError(15, '(#15) This method must be called with an app access_token')
      return subscribeApp(facebook.webhooks, facebook.secrets.facebook.appSecret, request)
    })
    scope.get(`${base}/`, async (request) => readObjects(facebook, request))
    scope.get(`${base}/:id`, async (request) => readObject(facebook, request))
    scope.get(`${base}/:id/:edge`, async (request) => readEdge(facebook, request))
    scope.post(`${base}/:id`, async (request) => writeObject(facebook, request))
    scope.delete(`${base}/:id`, async (request) => removeObject(facebook, request))
    scope.post(`${base}/:id/:edge`, async (request) => writeEdge(facebook, request, 'POST'))
    scope.delete(`${base}/:id/:edge`, async (request) => writeEdge(facebook, request, 'DELETE'))
  })
}

/** `GET /?ids=a,b`: an object per id; one that is missing fails the whole answer, as the Graph API does. */
async function readObjects(facebook: Facebook, request: FastifyRequest) {
  const ids = (queryFields(request)['ids'] ?? '').split(',').filter((id) => id !== '')
  if (ids.length === 0 || ids.length > 50) throw new GraphError(100, '(#100) Param ids must name between 1 and 50 objects')
  const missing = ids.filter((id) => !facebook.world.find('facebook', id))
  if (missing.length > 0) throw new GraphError(803, `(#803) Some of the aliases you requested do not exist: ${missing.join(',')}`)
  const nodes = ids.map(async (id) => [id, await readNode(facebook, request, id)] as const)
  return Object.fromEntries(await Promise.all(nodes))
}

function readObject(facebook: Facebook, request: FastifyRequest) {
  return readNode(facebook, request, (request.params as { id: string }).id)
}

async function readNode(facebook: Facebook, request: FastifyRequest, id: string) {
  const query = queryFields(request)
  const caller = callerOf(facebook, request)
  const fields = query['fields'] ? readFields(query['fields']) : null
  const view = viewOf(facebook, request)
  const { pageId, userId } = facebook.secrets.facebook
  if (id === 'me' && caller === 'user') return { id: userId, name: 'Fieldnote admin' }
  const elsewhere = otherPageNode(facebook, request, id, fields)
  if (elsewhere) return elsewhere
  const accountId = id === 'me' ? pageId : id
  const item = facebook.world.find('facebook', id)
  if (item) return itemNode(view, item, fields)
  const photo = facebook.world.files.find('facebook', id)
  if (photo && caller === 'page') return photoNode(facebook, photo, fields)
  const account = facebook.world.accounts.facebook.get(accountId)
  if (!account || !(account.isBrand || caller === 'page')) throw objectMissing(id, 'get')
  const edges = (fields ?? []).filter(({ name }) => pageEdges.has(name))
  const plain = fields && fields.filter(({ name }) => !pageEdges.has(name))
  const node = accountNode(view, account, plain)
  for (const edge of edges) {
    const items = pageItems(facebook, edge.name)
    node[edge.name] = edgeNode(view, `${accountId}/${edge.name}`, items, edge.modifiers, edge.fields)
  }
  return node
}

const pageEdges = new Set(['feed', 'posts', 'published_posts', 'visitor_posts', 'tagged'])

async function readEdge(facebook: Facebook, request: FastifyRequest) {
  const { id, edge } = request.params as { id: string; edge: string }
  const caller = callerOf(facebook, request)
  const query = withoutToken(queryFields(request))
  const { secrets, world } = facebook
  const { pageId } = secrets.facebook
  if (caller === 'user') {
    const list = adminEdge(facebook, request, id, edge, (path, query) => viewOf(facebook, request).edgeUrl(path, query))
    if (list) return list
  }
  const fields = query['fields'] ? readFields(query['fields']) : null
  const view = viewOf(facebook, request)
  const item = world.find('facebook', id)
  if (item) {
    if (edge === 'comments') {
      const comments = commentsOf(facebook, item, query['filter'])
      return edgeNode(view, `${id}/comments`, comments, query, fields)
    }
    if (edge === 'likes' || edge === 'reactions') return likesEdge(facebook, item, query)
    throw unknownPath(edge)
  }
  const elsewhere = otherPageEdge(facebook, request, id, edge)
  if (elsewhere) return elsewhere
  if (id !== pageId && id !== 'me') throw objectMissing(id, 'get')
  if (edge === 'subscribed_apps') {
    const subscribed = { id: secrets.facebook.appId, name: 'Answerback sandbox' }
    const list = facebook.webhooks.topics
    return { data: list.length > 0 ? [{ ...subscribed, subscribed_fields: list }] : [] }
  }
  if (edge === 'ratings' || edge === 'ads_posts') return { data: [] }
  if (!pageEdges.has(edge)) throw unknownPath(edge)
  const order = { order: 'reverse_chronological', ...query }
  const sinceMs = Number(query['since'] ?? 0) * 1000
  const items = pageItems(facebook, edge).filter((post) => !(post.createdAt < sinceMs))
  return edgeNode(view, `${id}/${edge}`, items, order, fields)
}

function pageItems(facebook: Facebook, edge: string) {
  const { pageId } = facebook.secrets.facebook
  const all = facebook.world.posts('facebook', false)
  const onPage = all.filter((post) => post.id.startsWith(`${pageId}_`))
  if (edge === 'feed') return onPage
  if (edge === 'visitor_posts') return onPage.filter((post) => post.authorId !== pageId)
  if (edge === 'tagged') return all.filter((post) => post.mentionsBrand && post.authorId !== pageId && !onPage.includes(post))
  return onPage.filter((post) => post.authorId === pageId)
}

function viewOf(facebook: Facebook, request: FastifyRequest): NodeView {
  const base = baseUrlOf(request, 'facebook')
  const { version } = request.params as { version: string }
  return { ...facebook, edgeUrl: (path, query) => edgeUrl(request, `${base}/${version}`, path, query) }
}
