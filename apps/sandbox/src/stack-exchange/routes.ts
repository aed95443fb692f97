import { gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { pageNumbered } from '../http/paging.ts'
import { Windows } from '../http/windows.ts'
import { Codes } from '../oauth/codes.ts'
import { Tokens } from '../oauth/tokens.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { Kept } from '../world/kept.ts'
import { StackError, throttled } from './errors.ts'
import { platform, site } from './ids.ts'
import { answersBelow, byNumbers, commentsBelow, inboxOf, mentionsOf, writtenBy } from './lists.ts'
import { admit, routeLogin } from './login.ts'
import { answerView, commentView, filterOf, inboxView, postView, questionView, seconds, userView } from './views.ts'
import type { Filter } from './views.ts'
import { addComment, deleteComment, editComment, vote } from './writes.ts'

const bases = ['/2.3', '/api.stackexchange.com/2.3']
const callsADay = 10_000
const mostOnPage = 100
const backoffSeconds = 10

/** The pretend Stack Exchange: its API 2.3 of one site, and the login. `busyUntil`: who was told to wait, by method, until when. */
export type Stack = Context & { tokens: Tokens; codes: Codes; grants: Kept<true>; windows: Windows; busyUntil: Map<string, number> }

/** A pretend Stack Exchange with nothing in it yet. */
export function openStack(context: Context): Stack {
  const { world, secrets } = context
  return {
    ...context,
    tokens: new Tokens(context, platform, { secret: secrets[platform].tokenSecret, accessSeconds: 86_400, rotates: false }),
    codes: new Codes(() => world.clock(platform), 300),
    grants: new Kept<true>(100),
    windows: new Windows(context, platform),
    busyUntil: new Map(),
  }
}

/** Registers the login, and the API at its addresses. */
export function routeStack(app: FastifyInstance, stack: Stack): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    routeLogin(scope, stack)
    for (const prefix of bases)
      scope.register(
        async (api) => {
          // Whatever is accepted, answers come packed.
          api.addHook('onSend', async (_request, reply, payload) => {
            if (typeof payload !== 'string') return payload
            reply.header('content-encoding', 'gzip').removeHeader('content-length')
            return gzipSync(payload)
          })
          routeApi(api, stack)
        },
        { prefix },
      )
  })
}

type Make = (item: Item, filter: Filter) => JsonObject

function routeApi(api: FastifyInstance, stack: Stack): void {
  const comment: Make = (item, filter) => commentView(stack, item, filter)
  const inbox: Make = (item, filter) => inboxView(stack, item, filter)
  const question: Make = (item, filter) => questionView(stack, item, filter)
  const answer: Make = (item, filter) => answerView(stack, item, filter)
  const post: Make = (item, filter) => postView(stack, item, filter)
  const brandId = (): string => stack.world.brand(platform).id
  const list = (path: string, find: (request: FastifyRequest) => Item[], make: Make, needsToken = false): void => {
    api.get(path, async (request) => wrapped(stack, request, find, make, needsToken))
  }
  api.get('/me', async (request) => {
    enter(stack, request, true)
    return { items: [userView(stack, stack.world.brand(platform))], ...tail(stack, request, false) }
  })
  api.get('/filters/create', async (request) => {
    enter(stack, request, false)
    return { items: [{ filter: '!pretend', filter_type: 'safe', included_fields: [] }], ...tail(stack, request, false) }
  })
  list('/me/inbox', () => inboxOf(stack), inbox, true)
  list('/me/inbox/unread', () => inboxOf(stack), inbox, true)
  list('/me/mentioned', () => mentionsOf(stack), comment, true)
  list('/me/questions', () => writtenBy(stack, brandId(), ['question']), question, true)
  list('/me/answers', () => writtenBy(stack, brandId(), ['answer']), answer, true)
  list('/me/posts', () => writtenBy(stack, brandId(), ['question', 'answer']), post, true)
  list('/me/comments', () => writtenBy(stack, brandId(), ['comment']), comment, true)
  list('/users/:id/mentioned', (request) => (idIn(request) === brandId() ? mentionsOf(stack) : []), comment)
  list('/users/:id/questions', (request) => writtenBy(stack, idIn(request), ['question']), question)
  list('/users/:id/answers', (request) => writtenBy(stack, idIn(request), ['answer']), answer)
  list('/users/:id/posts', (request) => writtenBy(stack, idIn(request), ['question', 'answer']), post)
  list('/users/:id/comments', (request) => writtenBy(stack, idIn(request), ['comment']), comment)
  list('/questions/:id', (request) => byNumbers(stack, idIn(request), ['question']), question)
  list('/questions/:id/answers', (request) => answersBelow(stack, idIn(request)), answer)
  list('/questions/:id/comments', (request) => commentsBelow(stack, idIn(request), ['question']), comment)
  list('/answers/:id', (request) => byNumbers(stack, idIn(request), ['answer']), answer)
  list('/answers/:id/comments', (request) => commentsBelow(stack, idIn(request), ['answer']), comment)
  list('/posts/:id', (request) => byNumbers(stack, idIn(request), ['question', 'answer']), post)
  list('/posts/:id/comments', (request) => commentsBelow(stack, idIn(request), ['question', 'answer']), comment)
  list('/comments/:id', (request) => byNumbers(stack, idIn(request), ['comment']), comment)
  const write = (path: string, run: (request: FastifyRequest, form: Record<string, string>) => Item | void): void => {
    api.post(path, async (request) => {
      const form = enter(stack, request, true)
      const item = run(request, form)
      return { items: item ? [comment(item, filterOf(form['filter']))] : [], ...tail(stack, request, false) }
    })
  }
  write('/posts/:id/comments/add', (request, form) => addComment(stack, request, form))
  write('/comments/:id/edit', (request, form) => editComment(stack, request, form))
  write('/comments/:id/delete', (request) => deleteComment(stack, request))
  write('/comments/:id/upvote', (request) => vote(stack, request, true))
  write('/comments/:id/upvote/undo', (request) => vote(stack, request, false))
}

function idIn(request: FastifyRequest): string {
  return (request.params as { id: string }).id
}

/** Lets a call in, by its query, form or headers; gives what it says. */
function enter(stack: Stack, request: FastifyRequest, needsToken: boolean): Record<string, string> {
  const posted = Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? ''])
  const form: Record<string, string> = { ...queryFields(request), ...Object.fromEntries(posted) }
  const header = (name: string): string | undefined => textOf(request.headers[name])
  const token = form['access_token'] ?? header('x-api-access-token')
  const isBrand = admit(stack, { key: form['key'] ?? header('x-api-key'), token })
  if (needsToken && !isBrand) throw new StackError('access_token_required', 'This method requires an `access_token`.')
  // The site is part of every question but about oneself everywhere.
  if (form['site'] !== site && !/\/me\/inbox/.test(request.raw.url ?? '')) throw new StackError('bad_parameter', 'site is required')
  const until = stack.busyUntil.get(methodOf(request)) ?? 0
  const now = stack.world.clock(platform)
  if (now < until) throw throttled(Math.ceil((until - now) / 1000))
  if (stack.windows.use('day', callsADay, 86_400).over) throw throttled(3_600)
  return form
}

function wrapped(
  stack: Stack,
  request: FastifyRequest,
  find: (request: FastifyRequest) => Item[],
  make: Make,
  needsToken: boolean,
): JsonObject {
  const form = enter(stack, request, needsToken)
  const numberIn = (name: string, usual: number): number => {
    const value = Number(form[name] ?? usual)
    if (!Number.isInteger(value) || value < 0) throw new StackError('bad_parameter', name)
    return value
  }
  const pageSize = numberIn('pagesize', 30)
  if (pageSize > mostOnPage) throw new StackError('bad_parameter', 'pagesize')
  const [from, to] = [Math.max(numberIn('since', 0), numberIn('fromdate', 0)), numberIn('todate', 1e11)]
  const items = find(request).filter((item) => seconds(item.createdAt) >= from && seconds(item.createdAt) <= to)
  if (form['order'] === 'asc') items.reverse()
  if (form['filter'] === 'total') return { total: items.length }
  const { page, more } = pageNumbered(stack, items, { page: numberIn('page', 1) || 1, limit: Math.max(1, pageSize) })
  return { items: page.map((item) => make(item, filterOf(form['filter']))), ...tail(stack, request, more) }
}

/** What stands beside every list. Who is told to wait and does not is refused. */
function tail(stack: Stack, request: FastifyRequest, more: boolean): JsonObject {
  const { left } = stack.windows.use('day', callsADay, 86_400, 0)
  const asks = stack.faults.quirks.asksForBackoff === true
  if (asks) stack.busyUntil.set(methodOf(request), stack.world.clock(platform) + backoffSeconds * 1000)
  return { has_more: more, ...(asks ? { backoff: backoffSeconds } : {}), quota_max: callsADay, quota_remaining: left }
}

/** A method is a path without its numbers. */
function methodOf(request: FastifyRequest): string {
  return `${request.method} ${(request.raw.url ?? '').split('?')[0]!.replaceAll(/\/[\d;]+(?=\/|$)/g, '/{ids}')}`
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  const known = error instanceof StackError ? error : new StackError('internal_error', 'an error occurred')
  return reply.code(known.status).send(known.body)
}
