import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { stackExchange } from './adapter.ts'

const error = (id: number, name: string, message = 'as documented'): string =>
  JSON.stringify({ error_id: id, error_name: name, error_message: message })

conformance({
  platform: stackExchange,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: {
    accountId: 'stackoverflow/users/7',
    handle: 'Fieldnote',
    ownedIds: ['stackoverflow/users/7'],
    host: 'stackoverflow.com',
    settings: { site: 'stackoverflow', origin: 'https://stackoverflow.com' },
  },
  channel: {
    settings: { apiUrl: 'https://s.test', site: 'stackoverflow', origin: 'https://stackoverflow.com' },
    credentials: { key: 'key-1', accessToken: 'token-1' },
  },
  target: {
    externalId: 'stackoverflow/comments/301',
    parentExternalId: 'stackoverflow/posts/101',
    postExternalId: 'stackoverflow/posts/101',
    ref: { post: '101' },
    authorExternalId: 'stackoverflow/users/22',
    authorHandle: 'AnaR',
    private: false,
  },
  lengths: [
    { text: 'Thank you', length: 9 },
    { text: '😀', length: 2 },
    { text: 'x'.repeat(601), length: 601 },
  ],
  failures: [
    { name: 'bad parameter', status: 400, body: error(400, 'bad_parameter'), read: 'rejected' },
    { name: 'no token', status: 400, body: error(401, 'access_token_required'), read: 'reauthorize' },
    { name: 'token is invalid', status: 400, body: error(402, 'invalid_access_token'), read: 'reauthorize' },
    { name: 'not allowed', status: 400, body: error(403, 'access_denied'), read: 'rejected' },
    { name: 'no such method', status: 400, body: error(404, 'no_method'), read: 'rejected' },
    { name: 'no key', status: 400, body: error(405, 'key_required'), read: 'reauthorize' },
    { name: 'token compromised', status: 400, body: error(406, 'access_token_compromised'), read: 'reauthorize' },
    { name: 'write failed', status: 400, body: error(407, 'write_failed', 'You need 50 reputation'), read: 'rejected' },
    { name: 'the same twice', status: 400, body: error(409, 'duplicate_request'), read: 'unavailable' },
    { name: 'internal', status: 400, body: error(500, 'internal_error'), read: 'unavailable' },
    {
      name: 'throttled, with a time',
      status: 400,
      body: error(502, 'throttle_violation', 'too many requests, more available in 42 seconds'),
      read: 'rate_limited',
      retryAfterMs: 42_000,
    },
    { name: 'throttled', status: 400, body: error(502, 'throttle_violation'), read: 'rate_limited', retryAfterMs: 300_000 },
    { name: 'away', status: 400, body: error(503, 'temporarily_unavailable'), read: 'unavailable' },
    { name: 'an error that says it is none', status: 200, body: error(402, 'invalid_access_token'), read: 'reauthorize' },
    {
      name: 'turned away before the API',
      status: 429,
      headers: { 'retry-after': '30' },
      body: '',
      read: 'rate_limited',
      retryAfterMs: 30_000,
    },
  ],
  endless: (url, step) => ({
    items: url.pathname.includes('comments')
      ? [{ comment_id: 1_000 + step, post_id: 101, creation_date: 1_795_300_000, owner: { user_id: 22 } }]
      : [{ post_id: 101, answer_id: 2_000 + step, question_id: 101, comment_id: 5_000 + step, creation_date: 1_795_300_000 }],
    has_more: true,
  }),
  own: { externalId: 'stackoverflow/comments/302', ref: { post: '101' } },
  open: () => openSandboxWorld(stackExchange),
})
