import type { Dialect } from '../dialect.ts'
import { GraphError, tokenExpired, tooManyCalls } from '../graph/errors.ts'
import { usageHeaders } from '../graph/usage.ts'
import { addressByHandle } from '../world/address.ts'
import { instagramIds, topComment } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { openInstagram, routeInstagram } from './routes.ts'
import { sessionEnded } from './token.ts'
import type { InstagramSecrets } from './token.ts'
import { instagramWebhooks } from './webhooks.ts'

/** Instagram: one professional account over the Graph API, by its own login and by that of a linked Page, and its webhooks. */
export const instagram: Dialect<'instagram', InstagramSecrets> = {
  id: 'instagram',
  name: 'Instagram',
  look: { colour: '#b0135b', darkColour: '#ff7eb6', post: ['post', 'posts'], comment: ['comment', 'comments'] },
  kinds: ['comment', 'mention', 'like'],
  // Only a webhook tells of one; no list has them.
  untold: ['mention'],
  secrets: ({ digits, hex, letters }) => ({
    appId: digits(16),
    appSecret: hex(32),
    verifyToken: letters(24),
    accountId: `17841${digits(12)}`,
    appScopedId: digits(17),
    accessToken: `IGAA${letters(140)}`,
    pageId: digits(15),
    userId: digits(15),
    userAccessToken: `EAA${letters(120)}`,
  }),
  brand: ({ accountId }) => ({ id: accountId, handle: 'fieldnote' }),
  settings: ({ accessToken }) => ({ accessToken }),
  calls: { write: { method: 'POST', path: '/(replies|comments|mentions|messages)(\\?|$)' }, read: { method: 'GET', path: '/v' } },
  ids: instagramIds,
  place: topComment,
  removalTakesReplies: true,
  handle: (word) => word.replaceAll('-', '.'),
  address: addressByHandle,
  brandPosts,
  earlier,
  failures: {
    // A code, and minutes in the usage header; no 429 and no Retry-After.
    rateLimited: ({ secrets }, { seconds }) => ({
      status: 400,
      headers: usageHeaders(secrets.instagram.accountId, 'instagram', 100, Math.ceil(seconds / 60)),
      body: tooManyCalls(80002, 'Instagram').body,
    }),
    expiredToken: () => tokenExpired(),
    revokedToken: () => sessionEnded(),
    serverError: () => new GraphError(1, 'An unknown error occurred', { status: 500, transient: true }),
    unavailable: () => new GraphError(2, 'Service temporarily unavailable', { status: 503, transient: true }),
    badRequest: () => new GraphError(20, '(#20) The comment does not support the requested response format', { subcode: 1772107 }),
    unknownPath: () => new GraphError(2500, 'Unknown path components'),
  },
  permalinks: {
    '/reel/:key': ({ world }, { params }) => world.byKey.get(params['key'] ?? ''),
    '/p/:key/c/:comment': ({ world }, { params }) => world.items.instagram.get(params['comment'] ?? ''),
  },
  webhooks: instagramWebhooks,
  quirks: { flatInstagramEntries: 'switch', refusesInstagramFrom: 'switch', mentionsNeedPage: 'switch' },
  open: (context, webhooks) => {
    const service = openInstagram(context, webhooks)
    return { routes: (scope) => routeInstagram(scope, service) }
  },
}
