import { createHmac } from 'node:crypto'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { webhookSource } from './adapter.ts'

const error = (message: string): string => JSON.stringify({ error: 'refused', message })
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const body = '{"type":"comment.created","data":{"id":"c1"}}'
const signed = `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
  .update(`msg_1.1795348800.${body}`)
  .digest('base64')}`

conformance({
  platform: webhookSource,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: 'shop', handle: 'shop', ownedIds: ['shop'], host: 'shop.test', settings: { source: 'shop' } },
  channel: {
    settings: {
      name: 'Shop',
      source: 'shop',
      url: 'https://shop.test/replies',
      actionUrl: 'https://elsewhere.test/actions',
      actions: 'like hide delete',
      apiUrl: 'https://stand-in.test',
    },
    credentials: { outboundSecret: secret },
  },
  target: {
    externalId: 'shop/c-812',
    parentExternalId: 'shop/post-40',
    postExternalId: 'shop/post-40',
    ref: { id: 'c-812', thread: 'post-40' },
    authorExternalId: 'shop/u-22',
    authorHandle: 'kai',
    private: false,
  },
  own: { externalId: 'shop/c-813', ref: { id: 'c-813' } },
  lengths: [
    { text: 'Ships Monday', length: 12 },
    { text: '😀', length: 1 },
    { text: '👨‍👩‍👧', length: 5 },
  ],
  failures: [
    { name: 'our secret is not theirs', status: 401, body: error('bad signature'), read: 'reauthorize' },
    { name: 'not allowed', status: 403, body: error('no'), read: 'reauthorize' },
    { name: 'target gone', status: 404, body: error('no such comment'), read: 'gone' },
    { name: 'target gone for good', status: 410, body: '', read: 'gone' },
    { name: 'refused', status: 422, body: error('closed'), read: 'rejected' },
    { name: 'done already, and not said what', status: 409, body: '{}', read: 'unavailable' },
    { name: 'an answer of its own', status: 418, body: error('teapot'), read: 'unavailable' },
    { name: 'taken without an id', status: 200, body: '{"ok":true}', read: 'unavailable' },
    { name: 'later', status: 429, headers: { 'retry-after': '20' }, body: '', read: 'rate_limited', retryAfterMs: 20_000 },
    { name: 'not well', status: 503, headers: { 'retry-after': '30' }, body: '', read: 'unavailable', retryAfterMs: 30_000 },
  ],
  endless: () => ({}),
  signed: {
    secret,
    body,
    headers: { 'webhook-signature': signed, 'webhook-id': 'msg_1', 'webhook-timestamp': '1795348800' },
    now: '2026-11-22T12:00:00.000Z',
  },
  open: () => openSandboxWorld(webhookSource),
})
