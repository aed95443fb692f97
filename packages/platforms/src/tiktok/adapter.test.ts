import { createHmac } from 'node:crypto'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { tiktok } from './adapter.ts'

const body = '{"event":"comment.update"}'
const signature = createHmac('sha256', 'tt_secret_test').update(`1795000003.${body}`).digest('hex')
const error = (code: number, message = 'as documented'): string => JSON.stringify({ code, message, request_id: '20261122', data: {} })
const refused = (code: number, read: 'reauthorize' | 'rejected' | 'gone' | 'unavailable', name: string, message?: string) => ({
  name: `${name} (${code})`,
  status: 200,
  body: error(code, message),
  read,
})
const fiveMinutes = 300_000

conformance({
  platform: tiktok,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: 'act.brand123', handle: 'fieldnote', ownedIds: ['act.brand123'], host: 'www.tiktok.com' },
  channel: {
    settings: { apiUrl: 'https://tiktok.test/open_api/v1.3', login: 'oauth' },
    credentials: { accessToken: 'act.token', clientId: '7100000000', clientSecret: 'secret' },
  },
  target: {
    externalId: '7390000000000000001',
    parentExternalId: '7380000000000000009',
    postExternalId: '7380000000000000009',
    ref: { topId: '7390000000000000001', videoId: '7380000000000000009' },
    authorExternalId: 'u_8f3',
    authorHandle: 'ana.makes',
    private: false,
  },
  lengths: [
    { text: 'Hello', length: 5 },
    { text: '😀', length: 2 },
    { text: 'https://example.org/a/long/one', length: 30 },
  ],
  failures: [
    refused(40102, 'reauthorize', 'access token expired'),
    refused(40104, 'reauthorize', 'access token empty'),
    refused(40105, 'reauthorize', 'access token invalid'),
    refused(40103, 'reauthorize', 'refresh token expired'),
    refused(40101, 'reauthorize', 'app and secret do not match'),
    refused(40113, 'reauthorize', 'app blocked'),
    { ...refused(40001, 'reauthorize', 'no permission'), write: 'rejected' },
    { ...refused(40125, 'reauthorize', 'no permission for the scope'), write: 'rejected' },
    { ...refused(40118, 'reauthorize', 'app not allow-listed'), write: 'rejected' },
    refused(40002, 'rejected', 'parameter', 'text: Length should be no more than 1200'),
    refused(40007, 'gone', 'object gone'),
    refused(40050, 'unavailable', 'duplicate request'),
    refused(40900, 'rejected', 'blocked content', 'spam_risk_text'),
    refused(40999, 'unavailable', 'a code that nobody told us of'),
    refused(50000, 'unavailable', 'system error'),
    refused(50002, 'unavailable', 'service error'),
    refused(60001, 'unavailable', 'transient'),
    {
      name: 'too many a minute (40100)',
      status: 200,
      body: error(40100, 'QPM limit reached'),
      read: 'rate_limited',
      retryAfterMs: fiveMinutes,
    },
    { name: 'too many (40016)', status: 200, body: error(40016), read: 'rate_limited', retryAfterMs: fiveMinutes },
    { name: 'too many a second (40133)', status: 200, body: error(40133, 'QPS limit reached'), read: 'rate_limited', retryAfterMs: 1_000 },
    {
      name: 'too many a day (40100)',
      status: 200,
      body: error(40100, 'QPD limit reached'),
      read: 'rate_limited',
      retryAfterMs: 12 * 3_600_000 + 60_000,
    },
    { name: 'a path without its last slash', status: 404, body: '404 page not found', read: 'rejected' },
    { name: 'an HTTP error that has a code', status: 500, body: error(50000), read: 'unavailable' },
  ],
  endless: (url, step) => {
    const comment = {
      comment_id: `739${step}`,
      video_id: '7380',
      text: 'again',
      create_time: '1795000000',
      username: 'ana.makes',
      replies: 9,
    }
    const more = { cursor: step * 30, has_more: true }
    if (url.pathname.includes('/comment/')) return { code: 0, message: 'OK', data: { comments: [comment], ...more } }
    const videos = [1, 2, 3].map((each) => ({ item_id: `738${step}${each}`, create_time: 1795000000, caption: 'Again', comments: step }))
    return { code: 0, message: 'OK', data: { videos, ...more } }
  },
  signed: {
    secret: 'tt_secret_test',
    body,
    headers: { 'tiktok-signature': `t=1795000003,s=${signature}` },
    now: '2026-11-18T11:06:43.000Z',
  },
  open: () => openSandboxWorld(tiktok),
})
