import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { googlePlay } from './adapter.ts'
import { serviceAccountKey } from '../../test/service-account-key.ts'

const error = (code: number, status: string, reason?: string): string =>
  JSON.stringify({ error: { code, status, message: 'as documented', ...(reason && { errors: [{ reason }] }) } })

conformance({
  platform: googlePlay,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: {
    accountId: 'com.fieldnote.app',
    handle: 'com.fieldnote.app',
    ownedIds: ['com.fieldnote.app'],
    host: 'play.google.com',
    settings: { packageName: 'com.fieldnote.app' },
  },
  channel: {
    settings: { apiUrl: 'https://g.test', packageName: 'com.fieldnote.app' },
    credentials: { serviceAccountKey: serviceAccountKey().text, accessToken: 'token-1' },
  },
  target: {
    externalId: 'gp:AOqOne',
    parentExternalId: null,
    postExternalId: null,
    ref: { changedAt: '2026-11-18T11:06:40.713Z' },
    authorExternalId: 'reviewer:gp:AOqOne',
    authorHandle: null,
    private: false,
  },
  lengths: [
    { text: 'Thank you', length: 9 },
    { text: '😀', length: 2 },
  ],
  failures: [
    { name: 'token refused', status: 401, body: error(401, 'UNAUTHENTICATED'), read: 'reauthorize' },
    { name: 'not invited', status: 403, body: error(403, 'PERMISSION_DENIED'), read: 'rejected' },
    { name: 'no quota, the older way', status: 403, body: error(403, '', 'quotaExceeded'), read: 'rate_limited', retryAfterMs: 60_000 },
    { name: 'too long', status: 400, body: error(400, 'INVALID_ARGUMENT'), read: 'rejected' },
    { name: 'review or app not there', status: 404, body: error(404, 'NOT_FOUND'), read: 'gone' },
    { name: 'no quota', status: 429, body: error(429, 'RESOURCE_EXHAUSTED'), read: 'rate_limited', retryAfterMs: 60_000 },
    { name: 'no quota, with a time', status: 429, headers: { 'retry-after': '30' }, body: '', read: 'rate_limited', retryAfterMs: 30_000 },
    { name: 'unavailable', status: 503, body: error(503, 'UNAVAILABLE'), read: 'unavailable' },
    { name: 'internal', status: 500, body: error(500, 'INTERNAL'), read: 'unavailable' },
  ],
  endless: (_url, step) => ({
    reviews: [
      {
        reviewId: `gp:R${step}`,
        comments: [{ userComment: { text: 'x', starRating: 5, lastModified: { seconds: `${1_795_000_000 - step}` } } }],
      },
    ],
    tokenPagination: { nextPageToken: `page-${step}` },
  }),
  own: { externalId: 'gp:AOqOne/reply', ref: {} },
  open: () => openSandboxWorld(googlePlay),
})
