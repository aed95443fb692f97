import type { Dialect } from '../dialect.ts'
import { xWebhooks } from './activity.ts'
import { duplicate, plainProblem, unauthorized } from './errors.ts'
import { addressReplies, findPost, handleFor, xIds } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { limitHeaders, openX, routeX } from './routes.ts'
import type { XSecrets } from './secrets.ts'

/** X: version 2 of its API for one brand on a self-serve plan, and the Activity API's webhooks. */
export const x: Dialect<'x', XSecrets> = {
  id: 'x',
  name: 'X',
  look: { colour: '#1a5fb4', darkColour: '#78aeed', post: ['post', 'posts'], comment: ['reply', 'replies'] },
  kinds: ['comment', 'mention', 'quote', 'like'],
  secrets: ({ digits, letters }) => ({
    userId: `1${digits(18)}`,
    username: 'fieldnote',
    apiKey: letters(25),
    apiKeySecret: letters(50),
    userToken: `1${digits(18)}-${letters(40)}`,
    userTokenSecret: letters(45),
    bearerToken: `AAAA${letters(100)}`,
    clientId: letters(34),
    clientSecret: letters(50),
    accessToken: letters(91),
    refreshToken: letters(91),
    tokenSecret: letters(64),
  }),
  brand: ({ userId, username }) => ({ id: userId, handle: username }),
  settings: ({ apiKey, apiKeySecret, userToken, userTokenSecret }) => ({
    apiKey,
    apiKeySecret,
    accessToken: userToken,
    accessTokenSecret: userTokenSecret,
  }),
  calls: {
    write: { method: 'POST', path: '/2/tweets$' },
    read: { method: 'GET', path: '/2/(users|tweets)' },
    upload: { method: 'POST', path: '/2/media/' },
  },
  rootPaths: /^\/2\//,
  ids: xIds,
  handle: handleFor,
  address: addressReplies,
  dropsNames: 0.05,
  brandPosts,
  earlier,
  failures: {
    rateLimited: (_context, { resetAt }) => {
      const { status, body } = plainProblem(429, 'Too Many Requests')
      return { status, headers: limitHeaders(300, 0, resetAt), body }
    },
    expiredToken: unauthorized,
    revokedToken: unauthorized,
    serverError: () => plainProblem(500, 'Internal Server Error', 'Something is broken. This is usually a temporary error.'),
    unavailable: () => plainProblem(503, 'Service Unavailable'),
    // What X answers to the second try of something that it took.
    badRequest: duplicate,
    unknownPath: () => plainProblem(404, 'Not Found'),
  },
  permalinks: {
    '/:name/status/:id': ({ world }, { params }) => findPost(world, params['id']),
    '/i/web/status/:id': ({ world }, { params }) => findPost(world, params['id']),
    '/:name': () => 'brand',
  },
  webhooks: xWebhooks,
  quirks: { explicitSummonsOnly: 'switch', enterpriseX: 'switch', creditsGone: 'switch', saysPostForTweet: 'switch' },
  open: (context, webhooks) => {
    const service = openX(context, webhooks)
    const { lost, hooks, subscriptions, tokens } = service
    return { routes: (scope) => routeX(scope, service), state: { lost, hooks, subscriptions, usedTokens: tokens.used } }
  },
}
