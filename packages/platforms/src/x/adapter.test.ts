import { createHmac } from 'node:crypto'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { x } from './adapter.ts'

const body = '{"data":{}}'
const problem = (type: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ title: 'Problem', detail: 'as documented', type: `https://api.x.com/2/problems/${type}`, ...more })
const blank = (status: number, detail: string, title = 'Forbidden'): string =>
  JSON.stringify({ title, detail, type: 'about:blank', status })
const duplicate = 'You are not allowed to create a Tweet with duplicate content.'

conformance({
  platform: x,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: '111', handle: 'AcmeCo', ownedIds: ['111'], host: 'x.com' },
  channel: { settings: { apiUrl: 'https://x.test', webUrl: 'https://x.test', webhookId: '9' }, credentials: { accessToken: 'token-1' } },
  target: {
    externalId: '2090000000000000001',
    parentExternalId: '2080761390344937796',
    postExternalId: '2080761390344937796',
    ref: { conversationId: '2080761390344937796' },
    authorExternalId: '222',
    authorHandle: 'kai_b',
    private: false,
  },
  lengths: [
    { text: 'Hello, world! 👋', length: 16 },
    { text: '你好', length: 4 },
    { text: 'see https://example.org/a/very/long/link/that/is/longer/than/that', length: 27 },
    { text: '👨‍👩‍👧‍👦', length: 2 },
    { text: 'e\u0301', length: 1 },
  ],
  failures: [
    { name: 'token refused', status: 401, body: blank(401, 'Unauthorized', 'Unauthorized'), read: 'reauthorize' },
    { name: 'app not enrolled', status: 403, body: problem('client-forbidden', { reason: 'client-not-enrolled' }), read: 'rejected' },
    { name: 'user not enrolled', status: 403, body: problem('client-forbidden', { reason: 'user-not-enrolled' }), read: 'rejected' },
    {
      name: 'window exhausted',
      status: 429,
      headers: { 'x-rate-limit-reset': '1795349100', 'x-rate-limit-remaining': '0' },
      body: JSON.stringify({ errors: [{ code: 88, message: 'Rate limit exceeded' }] }),
      read: 'rate_limited',
      retryAfterMs: 300_000,
    },
    { name: 'limited without a time', status: 429, body: '', read: 'rate_limited', retryAfterMs: 60_000 },
    {
      name: 'usage capped, healthy headers',
      status: 429,
      headers: { 'x-rate-limit-remaining': '299' },
      body: problem('usage-capped', { title: 'UsageCapExceeded', period: 'Monthly' }),
      read: 'rate_limited',
      retryAfterMs: 21_600_000,
    },
    { name: 'credits depleted', status: 402, body: problem('credits-depleted'), read: 'rate_limited', retryAfterMs: 1_800_000 },
    { name: 'duplicate', status: 403, body: blank(403, duplicate), read: 'rejected', write: 'unavailable' },
    { name: 'not summoned', status: 403, body: blank(403, 'Reply to this conversation is not allowed'), read: 'rejected' },
    { name: 'target deleted (400)', status: 400, body: blank(400, 'a Tweet that is deleted or not visible to you'), read: 'gone' },
    { name: 'target deleted (403)', status: 403, body: blank(403, 'a Tweet that is deleted or not visible to you'), read: 'gone' },
    { name: 'target deleted (404)', status: 404, body: problem('resource-not-found'), read: 'gone' },
    {
      name: 'words too long',
      status: 400,
      body: problem('invalid-request', { errors: [{ parameters: { text: ['a'] }, message: 'text is too long' }] }),
      read: 'rejected',
    },
    { name: 'an undocumented 400', status: 400, body: problem('invalid-request'), read: 'rejected', write: 'unavailable' },
    { name: 'over capacity', status: 503, body: problem('over-capacity'), read: 'unavailable' },
  ],
  endless: (url, step) => {
    const id = String(2_090_000_000_000_000_000n - BigInt(step) * 1000n)
    const post = { id, text: 'again', author_id: '222', created_at: '2026-11-22T11:00:00.000Z', edit_history_tweet_ids: [id] }
    if (url.pathname.endsWith('/2/tweets')) return { data: [post] }
    return { data: [post], meta: { result_count: 1, next_token: `page-${step}` } }
  },
  signed: {
    secret: 'consumer-secret',
    body,
    headers: { 'x-twitter-webhooks-signature': `sha256=${createHmac('sha256', 'consumer-secret').update(body).digest('base64')}` },
  },
  handshakes: [
    {
      app: { secret: 'consumer-secret', verifyToken: '' },
      query: { crc_token: 'challenge' },
      answer: { type: 'application/json', body: '{"response_token":"sha256=2RUZDVKjSpEV/C/r9ivMsVZJ4DFPAawjJFQQzY+6ba4="}' },
    },
  ],
  own: { externalId: '2090000000000000050', ref: { conversationId: '2080761390344937796' } },
  open: () => openSandboxWorld(x),
})
