import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { queryFields } from '../http/body.ts'
import { Windows } from '../http/windows.ts'
import { Codes } from '../oauth/codes.ts'
import { Tokens, bearerOf } from '../oauth/tokens.ts'
import { Kept } from '../world/kept.ts'
import type { Account, JsonObject } from '../world/item.ts'
import { RedditError, Refusal, unauthorized } from './errors.ts'
import { isComment, nameOf, subreddits } from './ids.ts'
import { Inbox } from './inbox.ts'
import { comments, info, isBy, isInOwn, listInbox, listItems, moreChildren } from './lists.ts'
import { routeLogin } from './login.ts'
import type { Logins } from './login.ts'
import { addComment, deleteItem, editText, fieldsOf, moderate, vote } from './writes.ts'

/** The API at its own host, below the prefix and by name. */
const bases = ['', '/oauth.reddit.com']
const callsAWindow = 1_000
const windowSeconds = 600
/** What libraries say of themselves when nobody tells them otherwise, and browsers. */
const generic = /^$|^(node|undici|axios|got|curl|python[\w-]*|java|okhttp|mozilla)([/ ]|$)/i

/** The pretend Reddit: the OAuth API of one account, as PRAW calls it. */
export type Reddit = Context & { inbox: Inbox; tokens: Tokens; logins: Logins; windows: Windows }

/** A pretend Reddit with nothing in it yet. */
export function openReddit(context: Context): Reddit {
  return {
    ...context,
    inbox: new Inbox(context),
    tokens: new Tokens(context, 'reddit', { secret: context.secrets.reddit.tokenSecret, accessSeconds: 3_600, rotates: false }),
    logins: { codes: new Codes(() => context.world.clock('reddit'), 600), grants: new Kept<true>(100) },
    windows: new Windows(context, 'reddit'),
  }
}

/** Registers the API and the login. Every path answers with and without a slash at its end. */
export function routeReddit(app: FastifyInstance, reddit: Reddit): void {
  const { world, inbox } = reddit
  app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => answerError(error, request, reply))
    scope.addHook('onRequest', async (request, reply) => refuseGenericAgents(request, reply))
    routeLogin(scope, reddit)
    scope.register(async (api) => {
      api.addHook('preHandler', async (request, reply) => admit(reddit, request, reply))
      api.addHook('preSerialization', async (request, _reply, payload) => (wantsRaw(request) ? payload : escaped(payload)))
      const get = (path: string, answer: (request: FastifyRequest, params: Record<string, string>) => unknown): void => {
        for (const base of bases)
          for (const end of ['', '/'])
            api.get(`${base}${path}${end}`, async (request) => answer(request, request.params as Record<string, string>))
      }
      const post = (path: string, answer: (request: FastifyRequest) => unknown): void => {
        for (const base of bases)
          for (const end of ['', '/'])
            api.post(`${base}${path}${end}`, async (request) => {
              const body = answer(request)
              // Without `api_type=json` the site's own pages are answered.
              return isOldForm(request, body) ? { jquery: [], success: true } : body
            })
      }
      get('/api/v1/me', () => ({ ...about(world.brand('reddit')), inbox_count: inbox.list().filter(({ read }) => !read).length }))
      for (const base of bases)
        for (const end of ['', '/'])
          api.get(`${base}/message/messages${end}`, async (_request, reply) => reply.redirect('https://www.reddit.com/login', 302))
      get('/message/:box', (request, { box = '' }) => listInbox(reddit, request, box))
      get('/user/:name/about', (_request, { name = '' }) => ({ kind: 't2', data: about(accountOf(reddit, name)) }))
      get('/user/:name/submitted', (request, { name = '' }) =>
        listItems(reddit, request, (item) => !isComment(item) && item.deletedAt === null && isBy(reddit, item, name)),
      )
      get('/user/:name/comments', (request, { name = '' }) =>
        listItems(reddit, request, (item) => isComment(item) && isBy(reddit, item, name)),
      )
      get('/r/:sub/comments', (request, { sub = '' }) =>
        listItems(reddit, request, (item) => isComment(item) && isInOwn(item) === (sub.toLowerCase() === subreddits.own)),
      )
      get('/r/:sub/new', (request, { sub = '' }) =>
        listItems(reddit, request, (item) => !isComment(item) && sub.toLowerCase() === subreddits.own),
      )
      get('/comments/:id', (request, { id = '' }) => comments(reddit, request, id))
      get('/api/info', (request) => info(reddit, request))
      get('/api/morechildren', (request) => moreChildren(reddit, queryFields(request)))
      post('/api/morechildren', (request) => moreChildren(reddit, fieldsOf(request)))
      post('/api/read_message', (request) => {
        inbox.mark((fieldsOf(request)['id'] ?? '').split(','))
        return {}
      })
      post('/api/comment', (request) => addComment(reddit, request))
      post('/api/editusertext', (request) => editText(reddit, request))
      post('/api/del', (request) => deleteItem(reddit, request))
      post('/api/vote', (request) => vote(reddit, request))
      for (const act of ['remove', 'approve', 'lock', 'unlock']) post(`/api/${act}`, (request) => moderate(reddit, request, act))
      for (const act of ['save', 'unsave', 'sendreplies', 'report']) post(`/api/${act}`, () => ({}))
    })
  })
}

/** Whoever does not say who they are is turned away at the door, before any token is looked at. */
async function refuseGenericAgents(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const agent = request.headers['user-agent'] ?? ''
  // People look at the page to agree with a browser.
  if (request.url.includes('/api/v1/authorize') || !generic.test(agent)) return undefined
  return reply
    .code(403)
    .type('text/html; charset=UTF-8')
    .send(
      "<!doctype html><title>Blocked</title><p>You've been blocked by network security. To continue, log in or use your developer token.",
    )
}

async function admit(reddit: Reddit, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { left, resetAt, over } = reddit.windows.use('calls', callsAWindow, windowSeconds)
  const seconds = Math.max(1, Math.ceil((resetAt - reddit.world.clock('reddit')) / 1000))
  reply.headers(rateHeaders(left, seconds))
  if (over) throw new RedditError(429, 'Too Many Requests')
  if (reddit.tokens.fateOf(bearerOf(request)) !== 'good') throw unauthorized()
}

/** What every answer says of the window: calls made and left (a fraction), and seconds to its end. */
export function rateHeaders(left: number, seconds: number): Record<string, string> {
  return {
    'x-ratelimit-used': String(callsAWindow - left),
    'x-ratelimit-remaining': `${left}.0`,
    'x-ratelimit-reset': String(seconds),
  }
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RedditError) return reply.code(error.status).headers(error.headers).send(error.body)
  if (error instanceof Refusal) {
    const refused = { json: { ...(error.seconds === null ? {} : { ratelimit: error.seconds }), errors: [error.error] } }
    return reply.code(200).send(isOldForm(request, refused) ? { jquery: [], success: false } : refused)
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500
  return reply.code(status).send({ message: status < 500 ? 'Bad Request' : 'Internal Server Error', error: status })
}

function isOldForm(request: FastifyRequest, body: unknown): boolean {
  const wantsJson = (fieldsOf(request)['api_type'] ?? queryFields(request)['api_type']) === 'json'
  return !wantsJson && typeof body === 'object' && body !== null && 'json' in body
}

function wantsRaw(request: FastifyRequest): boolean {
  return (queryFields(request)['raw_json'] ?? fieldsOf(request)['raw_json']) === '1'
}

/** Without `raw_json=1` every text comes with its marks escaped. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, escaped(each)]))
}

function accountOf(reddit: Reddit, name: string): Account {
  const found = [...reddit.world.accounts.reddit.values()].find((each) => nameOf(each).toLowerCase() === name.toLowerCase())
  if (!found) throw new RedditError(404, 'Not Found')
  return found
}

function about(account: Account): JsonObject {
  return {
    id: account.id.slice(3),
    name: nameOf(account),
    icon_img: 'https://www.redditstatic.com/avatars/defaults/v2/avatar_default_1.png?a=1&b=2',
    created_utc: Math.floor(account.createdAt / 1000),
    link_karma: 1_204,
    comment_karma: 3_377,
    total_karma: 4_581,
    is_mod: account.isBrand,
    verified: true,
    has_verified_email: true,
  }
}
