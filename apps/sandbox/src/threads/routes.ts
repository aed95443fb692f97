import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { edgeOf } from '../graph/edge.ts'
import { GraphError, objectMissing, unknownField } from '../graph/errors.ts'
import { readFields } from '../graph/fields.ts'
import type { Field } from '../graph/fields.ts'
import { answerGraphError, edgeUrl, unknownPath, withoutToken } from '../graph/request.ts'
import { usageHeaders } from '../graph/usage.ts'
import { routeUserLogin } from '../graph/user-login.ts'
import { baseUrlOf } from '../http/base.ts'
import { queryFields } from '../http/body.ts'
import { Windows } from '../http/windows.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { Kept } from '../world/kept.ts'
import { conversationOf, pendingOf, postNode, shownBelow } from './node.ts'
import { debugToken, requireAccount, threadsScopes } from './token.ts'
import { containerNode, quotaNode, removePost, writeEdge } from './writes.ts'
import type { Threads } from './writes.ts'

const host = '/:host(^[a-z.]*threads\\.(?:net|com)$)'
const version = '/:version(^v\\d+\\.\\d+$)'

/** A pretend Threads with nothing in it yet. */
export function openThreads(context: Context): Threads {
  return { ...context, containers: new Kept(1_000), windows: new Windows(context, 'threads') }
}

/** Registers the API, with a version and, for logging in, without; everything also below the name of a host that it really has. */
export function routeThreads(app: FastifyInstance, threads: Threads): void {
  const { userId, appId, appSecret, accessToken } = threads.secrets.threads
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => void reply.headers(usageHeaders(userId, 'threads')))
    scope.setErrorHandler((error, _request, reply) => answerGraphError(error, reply))
    const login = {
      name: 'Threads',
      platform: 'threads',
      app: { id: appId, secret: appSecret },
      accountId: userId,
      token: accessToken,
      scopes: threadsScopes,
      grants: { exchange: 'th_exchange_token', refresh: 'th_refresh_token' },
      tellsPermissions: false,
    } as const
    routeUserLogin(scope, threads, login, (path) => [path, `${host}${path}`])
    for (const base of [version, `${host}${version}`]) routeApi(scope, threads, base)
  })
}

function routeApi(scope: FastifyInstance, threads: Threads, base: string): void {
  scope.get(`${base}/debug_token`, async (request) => debugToken(threads, request, queryFields(request)['input_token'] ?? ''))
  scope.register(async (inner) => {
    inner.addHook('preHandler', async (request) => requireAccount(threads, request))
    inner.get(`${base}/:id`, async (request) => readObject(threads, request))
    inner.get(`${base}/:id/:edge`, async (request) => readEdge(threads, request))
    inner.post(`${base}/:id/:edge`, async (request) => writeEdge(threads, request))
    inner.delete(`${base}/:id`, async (request) => removePost(threads, request))
  })
}

function readObject(threads: Threads, request: FastifyRequest): JsonObject {
  const { id } = request.params as { id: string }
  const fields = fieldsOf(request)
  if (isAccount(threads, id)) return accountNode(threads, fields)
  const container = containerNode(threads, id)
  if (container) return container
  return postNode(threads, readable(threads, id), fields)
}

function accountNode(threads: Threads, fields: Field[] | null): JsonObject {
  const known: JsonObject = {
    id: threads.secrets.threads.userId,
    username: threads.world.brand('threads').handle,
    name: 'Fieldnote',
    threads_profile_picture_url: `${threads.publicUrl()}/threads/picture.svg`,
    threads_biography: 'Bags and natural dyes',
    is_verified: false,
  }
  const asked = fields?.map(({ name }) => name) ?? []
  const unknown = asked.find((name) => !(name in known))
  if (unknown !== undefined) throw unknownField(unknown, 'THREADS_USER')
  return Object.fromEntries(['id', ...asked].map((name) => [name, known[name]]))
}

function readEdge(threads: Threads, request: FastifyRequest): JsonObject {
  const { id, edge } = request.params as { id: string; edge: string }
  if (isAccount(threads, id)) {
    if (edge === 'threads_publishing_limit') return { data: [quotaNode(threads)] }
    return list(threads, request, ownEdge(threads, edge))
  }
  const item = readable(threads, id)
  if (edge === 'insights') return { data: insights(threads, item, queryFields(request)['metric'] ?? '') }
  if (edge === 'replies') return list(threads, request, shownBelow(threads, item))
  if (edge === 'conversation') return list(threads, request, conversationOf(threads, item))
  if (edge === 'pending_replies') return list(threads, request, pendingOf(threads, item))
  throw unknownPath(edge)
}

function ownEdge({ world, secrets }: Threads, edge: string): Item[] {
  const living = [...world.items.threads.values()].filter((item) => item.deletedAt === null)
  const own = (item: Item) => item.authorId === secrets.threads.userId
  if (edge === 'threads') return living.filter((item) => own(item) && item.parentId === null)
  if (edge === 'replies') return living.filter((item) => own(item) && item.parentId !== null)
  if (edge === 'mentions') return living.filter((item) => !own(item) && item.mentionsBrand)
  throw unknownPath(edge)
}

/** Newest first unless `reverse` is false; `before` and `after` exclude each other. */
function list(threads: Threads, request: FastifyRequest, items: Item[]): JsonObject {
  const { order: _order, ...query } = withoutToken(queryFields(request))
  if (query['before'] !== undefined && query['after'] !== undefined)
    throw new GraphError(100, '(#100) Param before and after cannot be used together')
  const fields = fieldsOf(request)
  const { id, edge, host: called, version: asked } = request.params as { id: string; edge: string; host?: string; version: string }
  const base = [baseUrlOf(request, 'threads'), called, asked].filter((part) => part !== undefined).join('/')
  const ordered = query['reverse'] === 'false' ? query : { ...query, order: 'reverse_chronological' }
  return edgeOf(threads, items, ordered, {
    node: (item) => postNode(threads, item, fields),
    url: ({ order: _own, ...page }) => edgeUrl(request, base, `${id}/${edge}`, page),
  })
}

function insights({ world }: Threads, item: Item, asked: string): JsonObject[] {
  const known: Record<string, number> = {
    views: 0,
    likes: item.likes.size,
    replies: world.descendants(item).length,
    reposts: 0,
    quotes: 0,
    shares: 0,
  }
  return asked.split(',').map((name) => {
    const value = known[name]
    if (value === undefined)
      throw new GraphError(100, `(#100) metric must be one of the following values: ${Object.keys(known).join(', ')}`)
    return { name, period: 'lifetime', values: [{ value }], id: `${item.id}/insights/${name}/lifetime` }
  })
}

/** An own post, what stands below one, or what mentions the account with all that is above it. */
function readable(threads: Threads, id: string): Item {
  const item = threads.world.find('threads', id)
  if (!item) throw objectMissing(id, 'get')
  return item
}

function isAccount(threads: Threads, id: string): boolean {
  return id === 'me' || id === threads.secrets.threads.userId
}

function fieldsOf(request: FastifyRequest): Field[] | null {
  const asked = queryFields(request)['fields']
  return asked ? readFields(asked) : null
}
