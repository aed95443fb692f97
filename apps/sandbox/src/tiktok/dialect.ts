import type { Dialect } from '../dialect.ts'
import { base } from './auth.ts'
import type { TikTokSecrets } from './auth.ts'
import { envelope, tooMany } from './errors.ts'
import { tiktokIds, topComment } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { openTikTok, routeTikTok } from './routes.ts'
import { tiktokWebhooks } from './webhooks.ts'

/** TikTok: comments below one account's own videos by the API for Business, version 1.3, and the webhook of comments. */
export const tiktok: Dialect<'tiktok', TikTokSecrets> = {
  id: 'tiktok',
  name: 'TikTok',
  look: { colour: '#b3123f', darkColour: '#ff8fa8', post: ['video', 'videos'], comment: ['comment', 'comments'] },
  kinds: ['comment', 'like'],
  // Nobody can change a comment there; what is changed in the world is only read.
  untold: ['edit'],
  secrets: ({ digits, hex, letters }) => ({
    appId: `7${digits(18)}`,
    appSecret: hex(40),
    openId: `_000${letters(36)}`,
    uniqueIdentifier: `u_${hex(16)}`,
    refreshToken: `rft.${letters(60)}`,
    tokenSecret: hex(64),
  }),
  brand: ({ openId }) => ({ id: openId, handle: 'fieldnote' }),
  settings: ({ appId, appSecret, openId, refreshToken }, url) => ({
    // The version belongs to the base of every path.
    apiUrl: `${url}${base}`,
    clientId: appId,
    clientSecret: appSecret,
    refreshToken,
    businessId: openId,
  }),
  calls: {
    write: { method: 'POST', path: '/comment/reply/create/' },
    read: { method: 'GET', path: '/business/' },
    upload: { method: 'POST', path: '/comment/image/upload/' },
  },
  rootPaths: /^\/open_api\/v1\.3\//,
  ids: tiktokIds,
  place: topComment,
  removalTakesReplies: true,
  handle: (word) => word.replaceAll('-', '_'),
  brandPosts,
  earlier,
  failures: {
    // HTTP 200 all the same, and only the words tell which limit it was.
    rateLimited: (_context, { seconds }) => ({
      status: 200,
      body: envelope(40100, tooMany(seconds <= 60 ? 'second' : seconds <= 300 ? 'minute' : 'day')),
    }),
    expiredToken: () => ({ status: 200, body: envelope(40102, 'Access token is expired.') }),
    revokedToken: () => ({ status: 200, body: envelope(40105, 'Access token is incorrect or has been revoked.') }),
    serverError: () => ({ status: 200, body: envelope(50000, 'System error') }),
    unavailable: () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>503 Service Temporarily Unavailable</h1>' }),
    // What was carried out and is sent again.
    badRequest: () => ({ status: 200, body: envelope(40050, 'Duplicate request.') }),
    unknownPath: () => ({ status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' }),
  },
  permalinks: {
    '/:name/video/:id': ({ world }, { params }) => world.items.tiktok.get(params['id'] ?? ''),
    '/:name': () => 'brand',
  },
  webhooks: tiktokWebhooks,
  quirks: { numericTikTokIds: 'switch', takesTikTokReplyIds: 'switch', tiktokHidesRepeats: 'switch' },
  open: (context, webhooks) => {
    const service = openTikTok(context, webhooks)
    const { tokens, agreed, hooks } = service
    return { routes: (scope) => routeTikTok(scope, service), state: { usedTokens: tokens.used, agreed, hooks } }
  },
}
