import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { queryFields } from '../http/body.ts'
import { Windows } from '../http/windows.ts'
import type { Tokens } from '../oauth/tokens.ts'
import type { Sender } from '../webhooks/sender.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { Kept } from '../world/kept.ts'
import { routeActivity } from './activity.ts'
import type { Hook, Subscription } from './activity.ts'
import { callerOf, requireUser, xTokens } from './auth.ts'
import { XError, creditsGone, invalid, missing, plainProblem } from './errors.ts'
import { findPost } from './ids.ts'
import { routeLogin } from './login.ts'
import { routeMedia } from './media.ts'
import type { Begun } from './media.ts'
import { mentionsOf, pageOf, postsOf, quotesOf, search } from './timeline.ts'
import { askedOf, includesOf, postView, userView } from './views.ts'
import { createPost, deletePost, hidePost, likePost } from './writes.ts'

/** The pretend X. `lost`: what never comes to the mentions timeline. `begun`: files that come in pieces, forgotten with the process. */
export type X = Context & {
  tokens: Tokens
  windows: Windows
  webhooks: Sender
  lost: Kept<true>
  begun: Kept<Begun>
  hooks: Kept<Hook>
  subscriptions: Kept<Subscription>
}

/** A pretend X with nothing in it yet. */
export function openX(context: Context, webhooks: Sender): X {
  const lost = new Kept<true>(10_000)
  const { world, faults } = context
  world.listen(({ kind, item }) => {
    const share = faults.quirks.lostNotifications
    if (kind === 'added' && item.platform === 'x' && share > 0 && world.random() < share) lost.set(item.id, true)
  })
  return {
    ...context,
    tokens: xTokens(context),
    windows: new Windows(context, 'x'),
    webhooks,
    lost,
    begun: new Kept(20),
    hooks: new Kept(10),
    subscriptions: new Kept(100),
  }
}

/** Registers the API, version 2. */
export function routeX(app: FastifyInstance, x: X): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    routeLogin(scope, x)
    scope.register(async (api) => {
      api.addHook('onRequest', async (request, reply) => count(x, request, reply))
      const caller = (request: FastifyRequest) => callerOf(x, x.tokens, request)
      routeReads(api, x, caller)
      routeWrites(api, x, caller)
      routeActivity(api, x, caller)
      api.register(async (inner) => routeMedia(inner, x, (request) => requireUser(caller(request))))
    })
  })
}

type WhoCalls = (request: FastifyRequest) => ReturnType<typeof callerOf>

function routeReads(api: FastifyInstance, x: X, callerFor: WhoCalls): void {
  const { world } = x
  const idIn = (request: FastifyRequest) => (request.params as { id: string }).id
  api.get('/2/users/me', async (request) => {
    requireUser(callerFor(request))
    return { data: userView(x, world.brand('x'), askedOf(queryFields(request))) }
  })
  api.get('/2/users', async (request) => {
    callerFor(request)
    return usersBy(x, request, 'ids', (id) => world.accounts.x.get(id))
  })
  api.get('/2/users/by', async (request) => {
    callerFor(request)
    return usersBy(x, request, 'usernames', (name) => accountByName(x, name))
  })
  api.get('/2/users/by/username/:id', async (request) => {
    callerFor(request)
    return oneUser(x, request, accountByName(x, idIn(request)), 'username')
  })
  api.get('/2/users/:id', async (request) => {
    callerFor(request)
    return oneUser(x, request, world.accounts.x.get(idIn(request)), 'id')
  })
  api.get('/2/users/:id/mentions', async (request) => {
    callerFor(request)
    const items = idIn(request) === world.brand('x').id ? mentionsOf(x).slice(-800) : []
    return pageOf(x, items, queryFields(request), { least: 5, usual: 10, most: 100 })
  })
  api.get('/2/users/:id/tweets', async (request) => {
    callerFor(request)
    const query = queryFields(request)
    return pageOf(x, postsOf(x, idIn(request), query), query, { least: 5, usual: 10, most: 100 })
  })
  api.get('/2/tweets/search/recent', async (request) => {
    callerFor(request)
    const query = queryFields(request)
    return pageOf(x, search(x, query['query']), query, { least: 10, usual: 10, most: 100 })
  })
  api.get('/2/tweets', async (request) => {
    callerFor(request)
    return postsBy(x, request)
  })
  api.get('/2/tweets/:id', async (request) => {
    callerFor(request)
    const asked = askedOf(queryFields(request))
    const item = findPost(world, idIn(request))
    if (!item) return { errors: [missing(idIn(request), 'id', 'tweet')] }
    const includes = includesOf(x, [item], asked)
    return { data: postView(x, item, asked), ...(Object.keys(includes).length > 0 ? { includes } : {}) }
  })
  api.get('/2/tweets/:id/quote_tweets', async (request) => {
    callerFor(request)
    return pageOf(x, quotesOf(x, idIn(request)), queryFields(request), { least: 10, usual: 10, most: 100 })
  })
}

function routeWrites(api: FastifyInstance, x: X, callerFor: WhoCalls): void {
  const params = (request: FastifyRequest) => request.params as { id: string; post: string }
  api.post('/2/tweets', async (request, reply) => {
    requireUser(callerFor(request))
    return reply.code(201).send(createPost(x, request))
  })
  api.delete('/2/tweets/:id', async (request) => {
    requireUser(callerFor(request))
    return deletePost(x, request, params(request).id)
  })
  api.put('/2/tweets/:id/hidden', async (request) => {
    requireUser(callerFor(request))
    return hidePost(x, request, params(request).id)
  })
  api.post('/2/users/:id/likes', async (request) => {
    requireUser(callerFor(request))
    return likePost(x, request, String((request.body as JsonObject | null)?.['tweet_id'] ?? ''), true)
  })
  api.delete('/2/users/:id/likes/:post', async (request) => {
    requireUser(callerFor(request))
    return likePost(x, request, params(request).post, false)
  })
}

const windowSeconds = 900

/** Counts a call against its window and says so in the headers; with gone credits every call is refused, whatever they say. */
function count(x: X, request: FastifyRequest, reply: FastifyReply): void {
  const path = request.routeOptions.url?.replace(/^\/x(?=\/)/, '') ?? ''
  const { limit, left, resetAt, over } = x.windows.use(
    `${request.method} ${path}`,
    limits[`${request.method} ${path}`] ?? 300,
    windowSeconds,
  )
  void reply.headers(limitHeaders(limit, left, resetAt))
  if (x.faults.quirks.creditsGone) throw creditsGone()
  if (over) throw plainProblem(429, 'Too Many Requests')
}

const limits: Record<string, number> = {
  'GET /2/users/me': 75,
  'GET /2/users/:id/tweets': 900,
  'GET /2/tweets': 5_000,
  'POST /2/tweets': 100,
  'PUT /2/tweets/:id/hidden': 50,
  'POST /2/media/upload': 500,
  'POST /2/media/upload/initialize': 1_875,
  'POST /2/media/upload/:id/append': 1_875,
  'POST /2/media/upload/:id/finalize': 1_875,
  'GET /2/media/upload': 1_000,
  'POST /2/media/metadata': 500,
  'POST /2/users/:id/likes': 50,
}

/** The three headers on every answer; the reset is in seconds since 1970. */
export function limitHeaders(limit: number, left: number, resetAt: number): Record<string, string> {
  return {
    'x-rate-limit-limit': String(limit),
    'x-rate-limit-remaining': String(left),
    'x-rate-limit-reset': String(Math.ceil(resetAt / 1000)),
  }
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof XError) return reply.code(error.status).headers(error.headers).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (status < 500) return reply.code(400).send(invalid('body', '', 'The body is not JSON').body)
  return reply.code(500).send(plainProblem(500, 'Internal Server Error').body)
}

function idsIn(request: FastifyRequest, name: string): string[] {
  const ids = (queryFields(request)[name] ?? '').split(',').filter(Boolean)
  if (ids.length < 1 || ids.length > 100)
    throw invalid(name, ids.join(), `The number of values in the \`${name}\` query parameter list [${ids.length}] is not between 1 and 100`)
  return ids
}

function postsBy(x: X, request: FastifyRequest): JsonObject {
  const ids = idsIn(request, 'ids')
  const asked = askedOf(queryFields(request))
  const wrong = ids.find((id) => !/^\d{1,19}$/.test(id))
  if (wrong !== undefined) throw invalid('ids', wrong, `The \`ids\` query parameter value [${wrong}] is not valid`)
  const found = ids.map((id) => [id, findPost(x.world, id)] as const)
  const items: Item[] = found.flatMap(([, item]) => item ?? [])
  const errors = found.flatMap(([id, item]) => (item ? [] : [missing(id, 'ids', 'tweet')]))
  const includes = includesOf(x, items, asked)
  return {
    ...(items.length > 0 ? { data: items.map((item) => postView(x, item, asked)) } : {}),
    ...(Object.keys(includes).length > 0 ? { includes } : {}),
    ...(errors.length > 0 ? { errors } : {}),
  }
}

function usersBy(x: X, request: FastifyRequest, name: 'ids' | 'usernames', find: (value: string) => Account | undefined): JsonObject {
  const values = idsIn(request, name)
  const asked = askedOf(queryFields(request))
  const data = values.flatMap((value) => find(value) ?? []).map((account) => userView(x, account, asked))
  const errors = values.filter((value) => !find(value)).map((value) => missing(value, name, 'user'))
  return { ...(data.length > 0 ? { data } : {}), ...(errors.length > 0 ? { errors } : {}) }
}

function oneUser(x: X, request: FastifyRequest, account: Account | undefined, parameter: string): JsonObject {
  if (!account) return { errors: [missing((request.params as { id: string }).id, parameter, 'user')] }
  return { data: userView(x, account, askedOf(queryFields(request))) }
}

function accountByName(x: X, name: string): Account | undefined {
  return [...x.world.accounts.x.values()].find(({ handle }) => handle.toLowerCase() === name.toLowerCase())
}
