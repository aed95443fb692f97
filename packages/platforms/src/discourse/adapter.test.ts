import { createHmac } from 'node:crypto'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { discourse } from './adapter.ts'

const error = (words: string, type: string, more: object = {}): string => JSON.stringify({ errors: [words], error_type: type, ...more })
const body = '{"ping":"OK"}'

conformance({
  platform: discourse,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: {
    accountId: '7@forum.example',
    handle: 'acme',
    ownedIds: ['7@forum.example'],
    host: 'forum.example',
    settings: { url: 'https://forum.example' },
  },
  channel: {
    settings: { url: 'https://forum.test', apiUrl: 'https://forum.test', username: 'acme' },
    credentials: { apiKey: 'key' },
  },
  target: {
    externalId: 'forum.example/post/9001',
    parentExternalId: 'forum.example/post/9000',
    postExternalId: 'forum.example/post/9000',
    ref: { topic: '321', number: '2' },
    authorExternalId: '22@forum.example',
    authorHandle: 'kai',
    private: false,
  },
  lengths: [
    { text: 'Twenty characters, ok', length: 21 },
    { text: '😀', length: 1 },
    { text: 'https://example.org/a/long/one', length: 30 },
  ],
  failures: [
    {
      name: 'key taken back',
      status: 403,
      body: error('You are not permitted to view the requested resource. The API username or key is invalid.', 'invalid_access'),
      read: 'reauthorize',
    },
    {
      name: 'topic closed',
      status: 403,
      body: error('You are not permitted to view the requested resource.', 'invalid_access'),
      read: 'rejected',
    },
    { name: 'gone or hidden', status: 404, body: error('The requested URL or resource could not be found.', 'not_found'), read: 'gone' },
    { name: 'too short', status: 422, body: error('Body is too short (minimum is 20 characters)', 'invalid_parameters'), read: 'rejected' },
    {
      name: 'too many calls, with its seconds',
      status: 429,
      headers: { 'retry-after': '9' },
      body: error('You’ve performed this action too many times.', 'rate_limit', { extras: { wait_seconds: 5, time_left: '5 seconds' } }),
      read: 'rate_limited',
      retryAfterMs: 5_000,
    },
    {
      name: 'too many calls, by header alone',
      status: 429,
      headers: { 'retry-after': '9' },
      body: 'Slow down',
      read: 'rate_limited',
      retryAfterMs: 9_000,
    },
    { name: 'out of order', status: 503, headers: { 'retry-after': '30' }, body: '', read: 'unavailable', retryAfterMs: 30_000 },
  ],
  endless: (url, step) => {
    const post = {
      id: 9000 - step,
      post_number: 2,
      topic_id: 321 + step,
      user_id: 22,
      username: 'kai',
      raw: '@acme again',
      created_at: '2026-11-22T11:00:00.000Z',
    }
    if (url.pathname === '/posts.json') return { latest_posts: [post] }
    if (url.pathname === '/notifications.json')
      return {
        notifications: [
          { id: 900 - step, notification_type: 1, topic_id: 321 + step, data: { original_post_id: 1 }, created_at: post.created_at },
        ],
      }
    return { id: 321, post_stream: { posts: [post], stream: [9000 - step, 1, 2, 3] } }
  },
  signed: {
    secret: 's3cr3t-s3cr3t',
    body,
    headers: { 'x-discourse-event-signature': `sha256=${createHmac('sha256', 's3cr3t-s3cr3t').update(body).digest('hex')}` },
  },
  open: () => openSandboxWorld(discourse),
})
