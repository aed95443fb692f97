import type { Dialect, Permalink } from '../dialect.ts'
import { RedditError, unauthorized } from './errors.ts'
import { addressByName, redditIds } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { openReddit, rateHeaders, routeReddit } from './routes.ts'

/** The app and the account behind it: by password, as script apps do, and by a grant that lasts. */
export type RedditSecrets = {
  accountId: string
  clientId: string
  clientSecret: string
  username: string
  password: string
  refreshToken: string
  tokenSecret: string
}

const thread: Permalink = ({ world }, { params }) => {
  const { link = '', comment } = params
  return world.items.reddit.get(comment ? `t1_${comment}` : `t3_${link}`)
}
const paths = ['', '/www.reddit.com'].flatMap((host) =>
  ['', '/:comment'].flatMap((rest) => ['', '/'].map((end) => `${host}/r/:sub/comments/:link/:title${rest}${end}`)),
)

/** Reddit: one account that is also the moderator of a subreddit of its own. Polled only. */
export const reddit: Dialect<'reddit', RedditSecrets> = {
  id: 'reddit',
  name: 'Reddit',
  look: { colour: '#b83a00', darkColour: '#ff9a66', post: ['post', 'posts'], comment: ['comment', 'comments'] },
  kinds: ['comment', 'mention', 'like'],
  secrets: ({ hex, letters }) => ({
    accountId: `t2_${letters(8).toLowerCase()}`,
    clientId: letters(22),
    clientSecret: letters(30),
    username: 'fieldnote',
    password: letters(20),
    refreshToken: `${letters(12)}-${letters(30)}`,
    tokenSecret: hex(64),
  }),
  brand: ({ accountId, username }) => ({ id: accountId, handle: username }),
  settings: ({ clientId, clientSecret, username, password, refreshToken }) => ({
    clientId,
    clientSecret,
    username,
    password,
    refreshToken,
  }),
  calls: { write: { method: 'POST', path: '/api/comment' }, read: { method: 'GET', path: '/(message|user|comments|api/info)' } },
  ids: redditIds,
  handle: (word) => word.replaceAll('-', '_').slice(0, 20),
  address: addressByName,
  brandPosts,
  earlier,
  failures: {
    rateLimited: (_context, { seconds, retryAfter }) => ({
      status: 429,
      headers: { ...rateHeaders(0, Math.ceil(seconds)), ...retryAfter },
      body: { message: 'Too Many Requests', error: 429 },
    }),
    expiredToken: () => unauthorized(),
    revokedToken: () => unauthorized(),
    serverError: () => new RedditError(500, 'Internal Server Error'),
    unavailable: () => ({
      status: 503,
      headers: { 'content-type': 'text/html; charset=UTF-8' },
      body: '<!doctype html><title>Ow! -- reddit.com</title><h1>all of our servers are busy right now</h1>',
    }),
    badRequest: () => new RedditError(400, 'Bad Request'),
    unknownPath: () => new RedditError(404, 'Not Found'),
  },
  permalinks: Object.fromEntries(paths.map((path) => [path, thread])),
  quirks: { rateLimitsComments: 'switch' },
  open: (context) => {
    const service = openReddit(context)
    const { inbox, logins } = service
    return { routes: (scope) => routeReddit(scope, service), state: { inbox, grants: logins.grants } }
  },
}
