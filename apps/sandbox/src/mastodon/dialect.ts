import type { Dialect } from '../dialect.ts'
import { limitHeaders } from './limits.ts'
import { acctFor, addressAuthors, mastodonIds } from './names.ts'
import { brandPosts, earlier } from './posts.ts'
import { openMastodon, routeMastodon } from './routes.ts'
import { Streaming } from './streaming.ts'

/** The brand's account and token, and the app that the token was given to. */
export type MastodonSecrets = { accountId: string; acct: string; clientId: string; clientSecret: string; accessToken: string }

/** Mastodon: one server with its REST and streaming API, and accounts of other servers. */
export const mastodon: Dialect<'mastodon', MastodonSecrets> = {
  id: 'mastodon',
  name: 'Mastodon',
  look: { colour: '#563acc', darkColour: '#a59aff', post: ['post', 'posts'], comment: ['reply', 'replies'] },
  kinds: ['comment', 'mention', 'quote', 'like'],
  secrets: ({ digits, letters }) => ({
    accountId: `1${digits(17)}`,
    acct: 'fieldnote',
    clientId: letters(43),
    clientSecret: letters(43),
    accessToken: letters(43),
  }),
  brand: ({ accountId, acct }) => ({ id: accountId, handle: acct }),
  settings: ({ accessToken }, url) => ({ url, accessToken }),
  calls: {
    write: { method: 'POST', path: '/statuses$' },
    read: { method: 'GET', path: '/api/' },
    upload: { method: 'POST', path: '/api/v2/media$' },
  },
  rootPaths: /^\/(api\/v[12]|oauth)\//,
  ids: mastodonIds,
  handle: acctFor,
  address: addressAuthors,
  dropsNames: 0.08,
  brandPosts,
  earlier,
  failures: {
    rateLimited: (_context, { resetAt, retryAfter }) => ({
      status: 429,
      headers: { ...limitHeaders(300, 0, resetAt), ...retryAfter },
      body: { error: 'Too many requests' },
    }),
    expiredToken: () => ({ status: 401, body: { error: 'The access token expired' } }),
    revokedToken: () => ({ status: 401, body: { error: 'The access token was revoked' } }),
    serverError: () => ({ status: 500, body: { error: 'We are sorry, but something went wrong on our end.' } }),
    unavailable: () => ({ status: 503, body: { error: 'There was a temporary problem serving your request, please try again' } }),
    badRequest: () => ({ status: 400, body: { error: 'Bad Request' } }),
    unknownPath: () => ({ status: 404, body: { error: 'Not Found' } }),
  },
  permalinks: {
    '/:acct': () => 'brand',
    '/:acct/:id': ({ world }, { params }) => world.items.mastodon.get(params['id'] ?? ''),
  },
  quirks: { ignoreIdempotencyKeys: 'switch', noLinkHeader: 'switch', slowMedia: 'switch' },
  open: (context) => {
    const service = openMastodon(context)
    const { notifications, keys, apps, tokens } = service
    const streaming = new Streaming(service)
    return {
      routes: (scope) => routeMastodon(scope, service),
      state: { notifications, keys, apps, tokens },
      sockets: { '/api/v1/streaming': (caller) => streaming.door(caller) },
    }
  },
}
