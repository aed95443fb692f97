import type { Dialect } from '../dialect.ts'
import { GraphError, tokenExpired, tokenRevoked } from '../graph/errors.ts'
import { usageHeaders } from '../graph/usage.ts'
import { addressByHandle } from '../world/address.ts'
import type { World } from '../world/world.ts'
import { brandPosts, earlier } from './posts.ts'
import { openThreads, routeThreads } from './routes.ts'
import type { ThreadsSecrets } from './token.ts'
import { threadsWebhooks } from './webhooks.ts'

/** Threads: one account over its API, and its webhooks, which have an envelope of their own. */
export const threads: Dialect<'threads', ThreadsSecrets> = {
  id: 'threads',
  name: 'Threads',
  look: { colour: '#3d3d3d', darkColour: '#c9c9c9', post: ['thread', 'threads'], comment: ['reply', 'replies'] },
  kinds: ['comment', 'mention', 'like'],
  secrets: ({ digits, hex, letters }) => ({
    appId: digits(16),
    appSecret: hex(32),
    verifyToken: letters(24),
    userId: digits(17),
    accessToken: `THAA${letters(140)}`,
  }),
  brand: ({ userId }) => ({ id: userId, handle: 'fieldnote' }),
  settings: ({ accessToken }) => ({ accessToken }),
  // What publishes; a container alone is nothing that anybody sees.
  calls: {
    write: { method: 'POST', path: '/threads_publish' },
    read: { method: 'GET', path: '/v' },
    upload: { method: 'POST', path: '/threads$' },
  },
  ids: () => {
    let last = 0
    const next = (world: World) => {
      last = Math.max(last + 1, world.now().getTime() * 10)
      return String(last)
    }
    return {
      mint: (world, draft) => {
        const brand = world.brand('threads')
        const names = new RegExp(`(?<![\\w.])@${brand.handle}(?![\\w])`, 'i').test(draft.text)
        return { id: `180${next(world)}`, mentionsBrand: draft.authorId !== brand.id && names }
      },
      mintAccount: next,
    }
  },
  handle: (word) => word.replaceAll('-', '_'),
  address: addressByHandle,
  brandPosts,
  earlier,
  failures: {
    // The code is not documented; the status and `is_transient` are what can be gone by.
    rateLimited: ({ secrets }, { seconds }) => ({
      status: 429,
      headers: usageHeaders(secrets.threads.userId, 'threads', 100, Math.ceil(seconds / 60)),
      body: new GraphError(4, '(#4) Application request limit reached', { transient: true }).body,
    }),
    expiredToken: () => tokenExpired(),
    revokedToken: () => tokenRevoked(),
    serverError: () => new GraphError(1, 'An unknown error occurred', { status: 500, transient: true }),
    unavailable: () =>
      new GraphError(2, 'An unexpected error has occurred. Please retry your request later.', { status: 503, transient: true }),
    badRequest: () => new GraphError(1, 'Invalid request'),
    unknownPath: () => new GraphError(2500, 'Unknown path components'),
  },
  permalinks: { '/:name/post/:key': ({ world }, { params }) => world.byKey.get(params['key'] ?? '') },
  webhooks: threadsWebhooks,
  quirks: { classicThreadsEnvelope: 'switch', listedThreadsValues: 'switch', slowThreadsContainers: 'switch' },
  open: (context) => {
    const service = openThreads(context)
    const { containers } = service
    return { routes: (scope) => routeThreads(scope, service), state: { containers } }
  },
}
