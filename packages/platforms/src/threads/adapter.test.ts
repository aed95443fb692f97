import { createHmac } from 'node:crypto'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { threads } from './adapter.ts'

const body = '{"topic":"interaction","target_id":"9876","time":1,"values":{"field":"mentions","value":{}}}'
const error = (code: number, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ error: { message: `(#${code}) as documented`, type: 'OAuthException', code, ...more } })

conformance({
  platform: threads,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: '9876', handle: 'fieldnote', ownedIds: ['9876'], host: 'www.threads.com' },
  channel: { settings: { apiUrl: 'https://graph.test' }, credentials: { accessToken: 'THAAtoken' } },
  target: {
    externalId: '17860000000000002',
    parentExternalId: '17850000000000001',
    postExternalId: '17850000000000001',
    ref: { rootId: '17850000000000001' },
    authorExternalId: '@ana.r',
    authorHandle: 'ana.r',
    private: false,
  },
  lengths: [
    { text: 'Hello', length: 5 },
    { text: '😀', length: 2 },
    { text: 'https://example.org/a/long/one', length: 30 },
  ],
  failures: [
    { name: 'token dead (190)', status: 401, body: error(190, { message: 'Error validating access token' }), read: 'reauthorize' },
    { name: 'limit (4)', status: 403, body: error(4), read: 'rate_limited', retryAfterMs: 300_000 },
    { name: 'limit of the use case (80003)', status: 400, body: error(80003), read: 'rate_limited' },
    { name: '429', status: 429, headers: { 'retry-after': '40' }, body: error(1), read: 'rate_limited', retryAfterMs: 40_000 },
    { name: 'activity restricted (2207051)', status: 403, body: error(2207051), read: 'rate_limited', retryAfterMs: 3_600_000 },
    { name: 'user restricted (4279013)', status: 403, body: error(4279013), read: 'rejected' },
    { name: 'permission missing (10)', status: 403, body: error(10), read: 'rejected' },
    { name: 'permission missing (200)', status: 403, body: error(200), read: 'rejected' },
    { name: 'too long (100)', status: 400, body: error(100, { message: 'text must be at most 500 characters' }), read: 'rejected' },
    { name: 'object gone (100/33)', status: 400, body: error(100, { error_subcode: 33 }), read: 'gone' },
    { name: 'not there (24)', status: 400, body: error(24), read: 'rejected', write: 'gone' },
    { name: 'transient', status: 400, body: error(9, { is_transient: true }), read: 'unavailable' },
    { name: 'unknown (1) with 200', status: 200, body: error(1), read: 'unavailable' },
  ],
  endless: (url, step) => {
    const paging = { cursors: { after: `c${step}` }, next: `https://graph.test/v1.0/x?after=c${step}` }
    const thing = {
      text: 'again',
      timestamp: '2026-11-22T11:00:00+0000',
      username: url.pathname.endsWith('me/threads') ? 'fieldnote' : 'ana.r',
    }
    return { data: [1, 2, 3].map((each) => ({ id: `178${step}${each}`, ...thing })), paging }
  },
  signed: {
    secret: 'threads_secret_test',
    body,
    headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'threads_secret_test').update(body).digest('hex')}` },
  },
  handshakes: [
    {
      app: { secret: 'threads_secret_test', verifyToken: 'verify_test' },
      query: { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify_test', 'hub.challenge': '1158201444' },
      answer: { type: 'text/plain', body: '1158201444' },
    },
  ],
  own: { externalId: '17860000000000009', ref: { rootId: '17850000000000001' } },
  open: () => openSandboxWorld(threads),
})
