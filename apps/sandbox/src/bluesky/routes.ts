import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { searchParams } from '../http/body.ts'
import { pageBelow } from '../http/paging.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { uploadBlob } from './blobs.ts'
import { XrpcError, invalidRequest } from './errors.ts'
import { Limits, RateLimited } from './limits.ts'
import { Notifications } from './notifications.ts'
import { Records } from './records.ts'
import { createRecord, deleteRecord, didFor, getRecord, listRecords, putRecord } from './repo.ts'
import { Sessions } from './session.ts'
import { isBlocked, postView, profileView, profileViewDetailed, quotesOf, threadView } from './views.ts'
import type { Viewer } from './views.ts'

/** The pretend Bluesky: a PDS and its AppView in one. */
export type Bluesky = Context & {
  records: Records
  notifications: Notifications
  sessions: Sessions
  limits: Limits
}

type Handler = (request: FastifyRequest, query: URLSearchParams) => JsonObject

/** A pretend Bluesky with nothing in it yet. */
export function openBluesky(context: Context): Bluesky {
  return {
    ...context,
    records: new Records(),
    notifications: new Notifications(context),
    sessions: new Sessions(context),
    limits: new Limits(context),
  }
}

/** Registers the XRPC methods. */
export function routeBluesky(app: FastifyInstance, bluesky: Bluesky): void {
  const { sessions } = bluesky
  const signedIn =
    (handler: Handler): Handler =>
    (request, query) => {
      sessions.require(request)
      return handler(request, query)
    }
  const reads: Record<string, Handler> = {
    'com.atproto.server.describeServer': () => describeServer(bluesky),
    'com.atproto.server.getSession': signedIn((request) => sessions.describe(request)),
    'com.atproto.identity.resolveHandle': (_request, query) => resolveHandle(bluesky, query),
    'com.atproto.repo.getRecord': (_request, query) => getRecord(bluesky, query),
    'com.atproto.repo.listRecords': (_request, query) => listRecords(bluesky, query),
    'app.bsky.notification.listNotifications': signedIn((request, query) => listNotifications(bluesky, request, query)),
    'app.bsky.notification.getUnreadCount': signedIn(() => ({ count: 0 })),
    'app.bsky.feed.getPostThread': (request, query) => getPostThread(bluesky, request, query),
    'app.bsky.feed.getPosts': (request, query) => getPosts(bluesky, request, query),
    'app.bsky.feed.getQuotes': (request, query) => getQuotes(bluesky, request, query),
    'app.bsky.feed.getAuthorFeed': (request, query) => getAuthorFeed(bluesky, request, query),
    'app.bsky.feed.getLikes': (request, query) => getLikes(bluesky, request, query),
    'app.bsky.actor.getProfile': (request, query) => getProfile(bluesky, request, query),
    'app.bsky.actor.getProfiles': (request, query) => getProfiles(bluesky, request, query),
  }
  const writes: Record<string, Handler> = {
    'com.atproto.server.createSession': (request) => sessions.create(request),
    'com.atproto.server.refreshSession': (request) => sessions.refresh(request),
    'com.atproto.server.deleteSession': () => ({}),
    'app.bsky.notification.updateSeen': signedIn(() => ({})),
    'com.atproto.repo.createRecord': signedIn((request) => createRecord(bluesky, request)),
    'com.atproto.repo.putRecord': signedIn((request) => putRecord(bluesky, request)),
    'com.atproto.repo.deleteRecord': signedIn((request) => deleteRecord(bluesky, request)),
    'com.atproto.repo.uploadBlob': signedIn((request) => uploadBlob(bluesky, request)),
  }
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    const answer = (handlers: Record<string, Handler>) => (request: FastifyRequest, reply: FastifyReply) => {
      const { method } = request.params as { method: string }
      reply.headers(bluesky.limits.count(method, request))
      const handler = handlers[method]
      if (!handler) throw new XrpcError(501, 'MethodNotImplemented', 'Method Not Implemented')
      return reply.send(handler(request, searchParams(request)))
    }
    scope.get('/xrpc/:method', answer(reads))
    scope.post('/xrpc/:method', answer(writes))
    scope.get('/.well-known/atproto-did', async () => bluesky.secrets.bluesky.did)
  })
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof RateLimited) reply.headers(error.headers)
  if (error instanceof XrpcError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode
  if (status !== undefined && status < 500) return reply.code(status).send(invalidRequest((error as Error).message).body)
  return reply.code(500).send({ error: 'InternalServerError', message: 'Internal Server Error' })
}

function viewerOf(bluesky: Bluesky, request: FastifyRequest): Viewer {
  return { ...bluesky, signedIn: bluesky.sessions.isSignedIn(request) }
}

function listNotifications(bluesky: Bluesky, request: FastifyRequest, query: URLSearchParams): JsonObject {
  if (query.has('seenAt')) throw invalidRequest('The seenAt parameter is unsupported')
  const viewer = viewerOf(bluesky, request)
  const reasons = query.getAll('reasons')
  const cursor = query.get('cursor') ?? undefined
  const priority = query.has('priority') ? query.get('priority') === 'true' : bluesky.faults.quirks.priorityPreference
  // The brand follows nobody, so that with priority everybody vanishes.
  if (priority) return { notifications: [], priority }
  return bluesky.notifications.page(viewer, { limit: limitOf(query, 50), cursor, reasons })
}

function getPostThread(bluesky: Bluesky, request: FastifyRequest, query: URLSearchParams): JsonObject {
  const viewer = viewerOf(bluesky, request)
  const uri = required(query, 'uri')
  const item = bluesky.world.find('bluesky', normalUri(bluesky, uri))
  if (!item) throw new XrpcError(400, 'NotFound', `Post not found: ${uri}`)
  const depth = integer(query, 'depth', 6, 0, 1000)
  const parentHeight = integer(query, 'parentHeight', 80, 0, 1000)
  return { thread: threadView(viewer, item, { depth, parentHeight }) }
}

function getPosts(bluesky: Bluesky, request: FastifyRequest, query: URLSearchParams): JsonObject {
  const viewer = viewerOf(bluesky, request)
  const uris = query.getAll('uris')
  if (uris.length === 0) throw invalidRequest('Error: Params must have the property "uris"')
  if (uris.length > 25) throw invalidRequest('Error: uris must not have more than 25 elements')
  const items = uris.flatMap((uri) => bluesky.world.find('bluesky', normalUri(bluesky, uri)) ?? [])
  return { posts: items.filter((item) => !isBlocked(viewer, item)).map((item) => postView(viewer, item)) }
}

function getQuotes(bluesky: Bluesky, request: FastifyRequest, query: URLSearchParams): JsonObject {
  const viewer = viewerOf(bluesky, request)
  const uri = normalUri(bluesky, required(query, 'uri'))
  const item = bluesky.world.find('bluesky', uri)
  const page = pageItems(viewer, item ? quotesOf(viewer, item) : [], query)
  return { uri, posts: page.items.map((quote) => postView(viewer, quote)), ...page.cursor }
}

function getAuthorFeed(bluesky: Bluesky, request: FastifyRequest, query: URLSearchParams): JsonObject {
  const viewer = viewerOf(bluesky, request)
  const { world } = bluesky
  const did = didFor(bluesky, required(query, 'actor'))
  if (!did) throw invalidRequest('Profile not found')
  const withReplies = (query.get('filter') ?? 'posts_with_replies') === 'posts_with_replies'
  const posts = [...world.items.bluesky.values()]
    .filter((item) => item.authorId === did && item.deletedAt === null)
    .filter((item) => withReplies || item.parentId === null)
    .sort((a, b) => b.indexedAt - a.indexedAt || (a.id < b.id ? 1 : -1))
  const page = pageItems(viewer, posts, query)
  const feed = page.items.map((item) => {
    const parent = world.find('bluesky', item.parentId)
    const root = world.find('bluesky', item.rootId)
    const view = (other: Item | undefined, uri: string) =>
      other
        ? { $type: 'app.bsky.feed.defs#postView', ...postView(viewer, other) }
        : { $type: 'app.bsky.feed.defs#notFoundPost', uri, notFound: true }
    const reply = item.parentId ? { reply: { root: view(root, item.rootId), parent: view(parent, item.parentId) } } : {}
    return { post: postView(viewer, item), ...reply }
  })
  return { feed, ...page.cursor }
}

function getLikes(bluesky: Bluesky, request: FastifyRequest, query: URLSearchParams): JsonObject {
  const viewer = viewerOf(bluesky, request)
  const uri = normalUri(bluesky, required(query, 'uri'))
  const likes = [...(bluesky.world.find('bluesky', uri)?.likes ?? [])].flatMap(([did, at]) => {
    const actor = bluesky.world.accounts.bluesky.get(did)
    const time = new Date(at).toISOString()
    return actor ? [{ actor: profileView(viewer, actor), createdAt: time, indexedAt: time }] : []
  })
  return { uri, likes: likes.slice(0, limitOf(query, 50)) }
}

function getProfile(bluesky: Bluesky, request: FastifyRequest, query: URLSearchParams): JsonObject {
  const did = didFor(bluesky, required(query, 'actor'))
  const account = bluesky.world.accounts.bluesky.get(did ?? '')
  if (!account) throw invalidRequest('Profile not found')
  return profileViewDetailed(viewerOf(bluesky, request), account)
}

function getProfiles(bluesky: Bluesky, request: FastifyRequest, query: URLSearchParams): JsonObject {
  const viewer = viewerOf(bluesky, request)
  const accounts = query.getAll('actors').flatMap((actor) => bluesky.world.accounts.bluesky.get(didFor(bluesky, actor) ?? '') ?? [])
  return { profiles: accounts.map((account) => profileViewDetailed(viewer, account)) }
}

function resolveHandle(bluesky: Bluesky, query: URLSearchParams): JsonObject {
  const did = didFor(bluesky, required(query, 'handle'))
  if (!did) throw invalidRequest('Unable to resolve handle')
  return { did }
}

function describeServer(bluesky: Bluesky): JsonObject {
  return {
    did: `did:web:${new URL(bluesky.publicUrl()).hostname}`,
    availableUserDomains: ['.test'],
    inviteCodeRequired: false,
  }
}

function pageItems(viewer: Viewer, items: Item[], query: URLSearchParams) {
  const placeOf = (item: Item) => `${new Date(item.indexedAt).toISOString()}::${item.id}`
  const { page, next } = pageBelow(viewer, items, placeOf, { below: query.get('cursor'), limit: limitOf(query, 50) })
  return { items: page, cursor: next === null ? {} : { cursor: next } }
}

/** An at-uri may name its repo by handle. */
function normalUri(bluesky: Bluesky, uri: string): string {
  const [, repo, rest] = /^at:\/\/([^/]+)(\/.*)$/.exec(uri) ?? []
  const did = repo && !repo.startsWith('did:') ? didFor(bluesky, repo) : undefined
  return did ? `at://${did}${rest}` : uri
}

function limitOf(query: URLSearchParams, usual: number): number {
  return integer(query, 'limit', usual, 1, 100)
}

function integer(query: URLSearchParams, name: string, usual: number, min: number, max: number): number {
  const text = query.get(name)
  if (text === null) return usual
  const value = Number(text)
  if (!Number.isInteger(value)) throw invalidRequest(`Error: ${name} must be an integer`)
  if (value < min) throw invalidRequest(`Error: ${name} can not be less than ${min}`)
  if (value > max) throw invalidRequest(`Error: ${name} can not be greater than ${max}`)
  return value
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (!value) throw invalidRequest(`Error: Params must have the property "${name}"`)
  return value
}
