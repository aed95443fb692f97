import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { mastodon } from './adapter.ts'

const error = (message: string): string => JSON.stringify({ error: message })

conformance({
  platform: mastodon,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: {
    accountId: 'brand@mastodon.social',
    handle: 'brand@mastodon.social',
    ownedIds: ['brand@mastodon.social'],
    host: 'mastodon.social',
  },
  channel: {
    settings: { url: 'https://m.test', apiUrl: 'https://m.test', accountId: '14715' },
    credentials: { accessToken: 'token', clientId: 'app-42', clientSecret: 'client-secret' },
  },
  target: {
    externalId: '20',
    parentExternalId: '10',
    postExternalId: '10',
    ref: { acct: 'kai@example.social', visibility: 'public' },
    authorExternalId: 'kai@example.social',
    authorHandle: 'kai@example.social',
    private: false,
  },
  lengths: [
    { text: '@kai@example.social hi', length: 7 },
    { text: 'see https://example.org/a/very/long/link/that/is/longer', length: 27 },
    { text: '👨‍👩‍👧‍👦', length: 1 },
  ],
  failures: [
    { name: 'token invalid', status: 401, body: error('The access token is invalid'), read: 'reauthorize' },
    { name: 'token refused without a word', status: 401, body: '', read: 'reauthorize' },
    { name: 'scope missing', status: 403, body: error('This action is outside the authorized scopes'), read: 'reauthorize' },
    { name: 'not allowed', status: 403, body: error('This action is not allowed'), read: 'rejected' },
    { name: 'target gone', status: 404, body: error('Record not found'), read: 'gone' },
    { name: 'validation', status: 422, body: error("Validation failed: Text can't be blank"), read: 'rejected' },
    { name: 'an undocumented 400', status: 400, body: error('Bad Request'), read: 'rejected', write: 'unavailable' },
    {
      name: 'rate limited with an ISO reset',
      status: 429,
      headers: { 'x-ratelimit-reset': '2026-11-22T12:05:00.000000Z' },
      body: error('Too many requests'),
      read: 'rate_limited',
      retryAfterMs: 300_000,
    },
    { name: 'rate limited without a time', status: 429, body: error('Too many requests'), read: 'rate_limited', retryAfterMs: 60_000 },
    {
      name: 'temporary problem',
      status: 503,
      headers: { 'retry-after': '30' },
      body: error('There was a temporary problem'),
      read: 'unavailable',
      retryAfterMs: 30_000,
    },
  ],
  endless: (url, step) => {
    const status = {
      id: String(1000 - step),
      content: 'again',
      created_at: '2026-11-22T11:00:00.000Z',
      account: { id: '9', url: 'https://m.test/@x' },
    }
    if (url.pathname.endsWith('context')) return { ancestors: [], descendants: [status] }
    return [{ ...status, type: 'mention', status }]
  },
  open: () => openSandboxWorld(mastodon),
})
