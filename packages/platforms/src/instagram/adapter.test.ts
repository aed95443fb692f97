import { createHmac } from 'node:crypto'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { instagram } from './adapter.ts'

const body = '{"object":"instagram","entry":[]}'
const error = (code: number, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ error: { message: `(#${code}) as documented`, type: 'OAuthException', code, ...more } })
const usage = JSON.stringify({ '1784': [{ type: 'instagram', call_count: 100, estimated_time_to_regain_access: 4 }] })

conformance({
  platform: instagram,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: '17841400000000001', handle: 'fieldnote', ownedIds: ['17841400000000001'], host: 'www.instagram.com' },
  channel: {
    settings: { login: 'instagram', apiUrl: 'https://graph.test' },
    credentials: { accessToken: 'IGAAtoken' },
  },
  target: {
    externalId: '18000000000000001',
    parentExternalId: '17900000000000009',
    postExternalId: '17900000000000009',
    ref: { replyTo: '18000000000000001', mediaId: '17900000000000009' },
    authorExternalId: '812345678901234',
    authorHandle: 'ana.r',
    private: false,
  },
  lengths: [
    { text: 'Hello', length: 5 },
    { text: '😀', length: 2 },
    { text: 'https://example.org/a/long/one', length: 30 },
  ],
  failures: [
    { name: 'token expired (190)', status: 400, body: error(190, { error_subcode: 463 }), read: 'reauthorize' },
    {
      name: 'token of the newer error type (190)',
      status: 401,
      body: JSON.stringify({ error: { message: 'Error validating access token', type: 'IGApiException', code: 190 } }),
      read: 'reauthorize',
    },
    { name: 'session invalidated', status: 400, body: error(1, { message: 'The session has been invalidated' }), read: 'reauthorize' },
    {
      name: 'account made a personal one',
      status: 400,
      body: error(10, { message: 'The user is not an Instagram Business account' }),
      read: 'reauthorize',
    },
    {
      name: 'account limit (80002) with its minutes',
      status: 400,
      headers: { 'x-business-use-case-usage': usage },
      body: error(80002),
      read: 'rate_limited',
      retryAfterMs: 240_000,
    },
    { name: 'app limit (4)', status: 403, body: error(4), read: 'rate_limited', retryAfterMs: 300_000 },
    { name: 'calls too often (613)', status: 400, body: error(613), read: 'rate_limited' },
    { name: 'blocked for a while (368)', status: 400, body: error(368), read: 'rate_limited', retryAfterMs: 3_600_000 },
    {
      name: 'blocked for a while (2207051)',
      status: 400,
      body: error(4001, { error_subcode: 2207051 }),
      read: 'rate_limited',
      retryAfterMs: 3_600_000,
    },
    { name: 'account restricted (2207050)', status: 400, body: error(25, { error_subcode: 2207050 }), read: 'rejected' },
    { name: 'permission missing (10)', status: 403, body: error(10), read: 'rejected' },
    { name: 'permission missing (200)', status: 403, body: error(200), read: 'rejected' },
    { name: 'private reply already sent (10900)', status: 400, body: error(10900), read: 'rejected' },
    { name: 'object gone (100/33)', status: 400, body: error(100, { error_subcode: 33 }), read: 'gone' },
    { name: 'transient (2)', status: 500, body: error(2, { is_transient: true }), read: 'unavailable' },
    {
      name: 'written but not readable (20)',
      status: 400,
      body: error(20, { error_subcode: 1772107 }),
      read: 'rejected',
      write: 'unavailable',
    },
  ],
  endless: (url, step) => {
    const paging = { next: `https://graph.test/v25.0/x?after=c${step}` }
    const comment = { id: `18${step}`, text: 'again', timestamp: '2026-11-22T11:00:00+0000', username: 'ana.r' }
    if (/comments|replies/.test(url.pathname)) return { data: [{ ...comment, replies: { data: [comment], paging } }], paging }
    const media = { caption: 'New canvas', timestamp: '2026-11-22T10:00:00+0000', comments_count: step }
    return { data: [1, 2, 3].map((each) => ({ id: `179${step}${each}`, ...media })), paging }
  },
  signed: {
    secret: 'app_secret_test',
    body,
    headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'app_secret_test').update(body).digest('hex')}` },
  },
  handshakes: [
    {
      app: { secret: 'app_secret_test', verifyToken: 'verify_test' },
      query: { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify_test', 'hub.challenge': '1158201444' },
      answer: { type: 'text/plain', body: '1158201444' },
    },
  ],
  open: () => openSandboxWorld(instagram),
})
