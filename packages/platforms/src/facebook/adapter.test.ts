import { createHmac } from 'node:crypto'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { facebook } from './adapter.ts'

const body = '{"object":"page","entry":[]}'
const error = (code: number, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ error: { message: `(#${code}) as documented`, type: 'OAuthException', code, ...more } })
const usage = JSON.stringify({ 1100220033: [{ type: 'pages', call_count: 100, estimated_time_to_regain_access: 3 }] })

conformance({
  platform: facebook,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: '1100220033', handle: 'fieldnote', ownedIds: ['1100220033'], host: 'www.facebook.com' },
  channel: {
    settings: { pageId: '1100220033', apiUrl: 'https://graph.test' },
    credentials: { accessToken: 'EAAtoken', pageAccessToken: 'EAAtoken' },
  },
  target: {
    externalId: '555_901',
    parentExternalId: '1100220033_555',
    postExternalId: '1100220033_555',
    ref: { replyTo: '555_901' },
    authorExternalId: '24',
    authorHandle: null,
    private: false,
  },
  lengths: [
    { text: 'Hello', length: 5 },
    { text: '😀', length: 2 },
    { text: 'https://example.org/a/long/one', length: 30 },
  ],
  failures: [
    { name: 'token expired (190)', status: 400, body: error(190, { error_subcode: 463 }), read: 'reauthorize' },
    { name: 'session key invalid (102)', status: 401, body: error(102), read: 'reauthorize' },
    {
      name: 'Page limit (80001) with its minutes',
      status: 400,
      headers: { 'x-business-use-case-usage': usage },
      body: error(80001),
      read: 'rate_limited',
      retryAfterMs: 180_000,
    },
    { name: 'app limit (4)', status: 403, body: error(4), read: 'rate_limited', retryAfterMs: 300_000 },
    { name: 'posting blocked for a while (368)', status: 400, body: error(368), read: 'rate_limited', retryAfterMs: 3_600_000 },
    { name: 'permission missing (200)', status: 403, body: error(200), read: 'rejected' },
    { name: 'invalid parameter (100)', status: 400, body: error(100), read: 'rejected' },
    { name: 'object gone (100/33)', status: 400, body: error(100, { error_subcode: 33 }), read: 'gone' },
    { name: 'transient (2)', status: 500, body: error(2, { is_transient: true }), read: 'unavailable' },
    { name: 'unknown (1) with 200', status: 200, body: error(1), read: 'unavailable' },
    {
      name: 'written but not readable (20)',
      status: 400,
      body: error(20, { error_subcode: 1772107 }),
      read: 'rejected',
      write: 'unavailable',
    },
    { name: 'duplicate (506)', status: 400, body: error(506), read: 'rejected', write: 'unavailable' },
  ],
  endless: (url, step) => {
    const next = (path: string): object => ({ next: `https://graph.test/v25.0/${path}?after=c${step}` })
    const comment = { id: `555_${step}`, message: 'again', created_time: '2026-11-22T11:00:00+0000', from: { id: '24', name: 'Ana' } }
    if (url.pathname.endsWith('comments')) return { data: [comment], paging: next('x/comments') }
    const posts = [1, 2, 3].map((each) => ({ id: `1100220033_${step}${each}`, comments: { data: [comment], paging: next('x/comments') } }))
    return { data: posts, paging: next('feed') }
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
  open: () => openSandboxWorld(facebook),
})
