import type { Dialect } from '../dialect.ts'
import { addressByHandle } from '../world/address.ts'
import { XrpcError, invalidRequest, tokenExpired } from './errors.ts'
import { didOf } from './ids.ts'
import { limitHeaders } from './limits.ts'
import { blueskyIds } from './post-record.ts'
import { brandPosts, earlier } from './posts.ts'
import { openBluesky, routeBluesky } from './routes.ts'

/** The brand's handle, did and app password, and what its sessions are signed with. */
export type BlueskySecrets = { identifier: string; did: string; appPassword: string; jwtSecret: string }

/** Bluesky: a PDS and its AppView in one, by XRPC. */
export const bluesky: Dialect<'bluesky', BlueskySecrets> = {
  id: 'bluesky',
  name: 'Bluesky',
  look: { colour: '#0060c7', darkColour: '#6cb6ff', post: ['post', 'posts'], comment: ['reply', 'replies'] },
  kinds: ['comment', 'mention', 'quote', 'like'],
  secrets: ({ base32, hex }) => ({
    identifier: 'fieldnote.test',
    did: `did:plc:${base32(24)}`,
    appPassword: [base32(4), base32(4), base32(4), base32(4)].join('-'),
    jwtSecret: hex(64),
  }),
  brand: ({ did, identifier }) => ({ id: did, handle: identifier }),
  settings: ({ identifier, appPassword }, url) => ({ service: url, identifier, appPassword }),
  calls: {
    write: { method: 'POST', path: 'putRecord' },
    read: { method: 'GET', path: 'xrpc' },
    upload: { method: 'POST', path: 'uploadBlob' },
  },
  rootPaths: /^\/(xrpc\/|profile\/|\.well-known\/(atproto-did|did\.json))/,
  ids: () => blueskyIds(),
  handle: (word) => `${word}.test`,
  address: addressByHandle,
  brandPosts,
  earlier,
  failures: {
    rateLimited: (_context, { resetAt, retryAfter }) => ({
      status: 429,
      headers: { ...limitHeaders(5_000, 0, Math.ceil(resetAt / 1000), 3_600), ...retryAfter },
      body: { error: 'RateLimitExceeded', message: 'Rate Limit Exceeded' },
    }),
    expiredToken: () => tokenExpired(),
    revokedToken: () => tokenExpired('Token has been revoked'),
    serverError: () => new XrpcError(500, 'InternalServerError', 'Internal Server Error'),
    unavailable: () => new XrpcError(503, 'NotEnoughResources', 'Service Unavailable'),
    badRequest: () => invalidRequest('Bad Request'),
    unknownPath: () => ({ status: 404, body: { error: 'NotFound' } }),
  },
  permalinks: {
    '/profile/:actor/post/:rkey': ({ world, secrets }, { params }) => {
      const { actor = '', rkey } = params
      const isBrand = actor === secrets.bluesky.identifier
      const did = actor.startsWith('did:') ? actor : isBrand ? secrets.bluesky.did : didOf(actor)
      return world.items.bluesky.get(`at://${did}/app.bsky.feed.post/${rkey}`)
    },
    '/profile/:actor': () => 'brand',
  },
  quirks: { priorityPreference: 'switch', lateViews: 'switch', everybodyBlocks: 'switch' },
  open: (context) => {
    const service = openBluesky(context)
    const { records, notifications } = service
    return { routes: (scope) => routeBluesky(scope, service), state: { records, notifications } }
  },
}
