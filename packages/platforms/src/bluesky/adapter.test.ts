import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { bluesky } from './adapter.ts'

const error = (name: string, message = 'as documented'): string => JSON.stringify({ error: name, message })
const post = 'at://did:plc:brand/app.bsky.feed.post/3k1'

conformance({
  platform: bluesky,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: 'did:plc:brand', handle: 'brand.bsky.social', ownedIds: ['did:plc:brand'], host: 'bsky.app' },
  channel: {
    settings: { apiUrl: 'https://pds.test', service: 'https://pds.test' },
    credentials: {
      identifier: 'brand.bsky.social',
      appPassword: 'aaaa-bbbb-cccc-dddd',
      accessJwt: 'access',
      refreshJwt: 'refresh',
      did: 'did:plc:brand',
    },
  },
  target: {
    externalId: 'at://did:plc:cust/app.bsky.feed.post/3l0',
    parentExternalId: post,
    postExternalId: post,
    ref: { cid: 'bafy0', rootUri: post, rootCid: 'bafyroot' },
    authorExternalId: 'did:plc:cust',
    authorHandle: 'kai.bsky.social',
    private: false,
  },
  lengths: [
    { text: '👨‍👩‍👧‍👦', length: 1 },
    { text: 'e\u0301', length: 1 },
    { text: 'https://example.org/a/long/one', length: 30 },
  ],
  failures: [
    {
      name: 'session and app password revoked',
      status: 401,
      body: error('AuthenticationRequired', 'Invalid identifier or password'),
      read: 'reauthorize',
    },
    {
      name: 'token expired and so is the refresh token (400)',
      status: 400,
      body: error('ExpiredToken', 'Token has been revoked'),
      read: 'reauthorize',
    },
    { name: 'account taken down', status: 401, body: error('AccountTakedown'), read: 'reauthorize' },
    {
      name: 'rate limited with Retry-After',
      status: 429,
      headers: { 'retry-after': '30' },
      body: error('RateLimitExceeded'),
      read: 'rate_limited',
      retryAfterMs: 30_000,
    },
    {
      name: 'rate limited with RateLimit-Reset',
      status: 429,
      headers: { 'ratelimit-reset': String(Date.parse('2026-11-22T12:01:30Z') / 1000) },
      body: error('RateLimitExceeded'),
      read: 'rate_limited',
      retryAfterMs: 90_000,
    },
    { name: 'invalid request', status: 400, body: error('InvalidRequest'), read: 'rejected' },
    { name: 'not found', status: 400, body: error('NotFound'), read: 'gone' },
    { name: 'upstream failure', status: 502, body: error('UpstreamFailure'), read: 'unavailable' },
    { name: 'not enough resources', status: 503, body: error('NotEnoughResources'), read: 'unavailable' },
    { name: 'internal error', status: 500, body: error('InternalServerError'), read: 'unavailable' },
  ],
  endless: (url, step) => {
    const author = { did: 'did:plc:cust', handle: 'kai.test' }
    const view = {
      uri: `at://did:plc:cust/app.bsky.feed.post/${step}`,
      cid: 'c',
      author,
      record: { text: 'again' },
      indexedAt: '2026-11-22T11:00:00.000Z',
    }
    return { cursor: `c${step}`, notifications: [{ ...view, reason: 'reply' }], feed: [{ post: view }], posts: [], thread: { post: view } }
  },
  open: () => openSandboxWorld(bluesky),
})
