import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { reddit } from './adapter.ts'

/** What a write is refused with: HTTP 200, and the reason inside. */
const refused = (code: string, message = 'No.', more: object = {}): string =>
  JSON.stringify({ json: { ...more, errors: [[code, message, 'field']] } })
const plain = (status: number, message: string): string => JSON.stringify({ message, error: status })

conformance({
  platform: reddit,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: 'brand', handle: 'Brand', ownedIds: ['brand'], host: 'reddit.test' },
  channel: {
    settings: { apiUrl: 'https://reddit.test' },
    credentials: {
      clientId: 'client-7',
      clientSecret: 'client-secret',
      username: 'Brand',
      refreshToken: 'refresh-token',
      accessToken: 'access-token',
      expiresAt: '2026-11-30T12:00:00.000Z',
    },
  },
  target: {
    externalId: 't1_ekfed1',
    parentExternalId: 't3_bb24k7',
    postExternalId: 't3_bb24k7',
    ref: { kind: 'comment', subreddit: 'acme' },
    authorExternalId: 'kai',
    authorHandle: 'kai',
    private: false,
  },
  own: { externalId: 't1_ekfre1', ref: { kind: 'reply', subreddit: 'acme' } },
  lengths: [
    { text: 'hi', length: 2 },
    { text: '😀', length: 1 },
    { text: '👨‍👩‍👧‍👦', length: 7 },
    { text: '**bold** https://example.org', length: 28 },
  ],
  failures: [
    { name: 'token dead', status: 401, body: plain(401, 'Unauthorized'), read: 'reauthorize' },
    { name: 'forbidden', status: 403, body: plain(403, 'Forbidden'), read: 'rejected' },
    {
      name: 'blocked by network security',
      status: 403,
      headers: { 'content-type': 'text/html' },
      body: '<html><body>blocked by network security</body></html>',
      read: 'rate_limited',
      retryAfterMs: 7_200_000,
    },
    { name: 'not there', status: 404, body: plain(404, 'Not Found'), read: 'gone' },
    {
      name: 'too many requests, until the window ends',
      status: 429,
      headers: { 'x-ratelimit-used': '600', 'x-ratelimit-remaining': '0.0', 'x-ratelimit-reset': '143' },
      body: plain(429, 'Too Many Requests'),
      read: 'rate_limited',
      retryAfterMs: 143_000,
    },
    { name: 'an undocumented 400', status: 400, body: plain(400, 'Bad Request'), read: 'rejected', write: 'unavailable' },
    { name: 'broken there', status: 500, body: plain(500, 'Internal Server Error'), read: 'unavailable' },
    { name: 'overloaded', status: 503, body: '<h1>heavy load</h1>', read: 'unavailable' },
    // With HTTP 200: a read takes it for no listing.
    ...[
      'THREAD_LOCKED',
      'TOO_OLD',
      'SUBREDDIT_NOTALLOWED',
      'BANNED_FROM_SUBREDDIT',
      'USER_BLOCKED',
      'USER_MUTED',
      'TOO_LONG',
      'NO_TEXT',
      'BAD_STRING',
      'NEVER_HEARD_OF',
    ].map((code) => ({ name: code, status: 200, body: refused(code), read: 'unavailable' as const, write: 'rejected' as const })),
    ...['DELETED_COMMENT', 'DELETED_THING', 'NO_THING_ID', 'COMMENT_NOT_ACCESSIBLE'].map((code) => ({
      name: code,
      status: 200,
      body: refused(code),
      read: 'unavailable' as const,
      write: 'gone' as const,
    })),
    { name: 'IN_TIMEOUT', status: 200, body: refused('IN_TIMEOUT'), read: 'unavailable', write: 'reauthorize' },
    {
      name: 'RATELIMIT',
      status: 200,
      body: refused('RATELIMIT', 'Take a break for 3 minutes.'),
      read: 'unavailable',
      write: 'rate_limited',
    },
  ],
  endless: (url, step) => {
    const id = `ek${1000 - step}`
    const data = {
      id,
      name: `t1_${id}`,
      body: 'again',
      author: 'kai',
      parent_id: 't3_bb24k7',
      link_id: 't3_bb24k7',
      created_utc: 1_795_348_800,
    }
    const more = { kind: 'more', data: { id: `m${step}`, parent_id: 't3_bb24k7', children: [`m${step}`] } }
    const listing = { kind: 'Listing', data: { after: `t1_${id}`, children: [{ kind: 't1', data }, more] } }
    if (url.pathname.startsWith('/comments/')) return [listing, listing]
    if (url.pathname.endsWith('/morechildren')) return { json: { errors: [], data: { things: [{ kind: 't1', data }, more] } } }
    return listing
  },
  open: () => openSandboxWorld(reddit),
})
