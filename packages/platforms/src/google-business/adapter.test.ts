import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { audience, email, now, pemOf, tokenOf, usualClaims } from '../../test/push-token.ts'
import { googleBusiness } from './adapter.ts'

const error = (code: number, status: string, message = 'as documented'): string => JSON.stringify({ error: { code, status, message } })

conformance({
  platform: googleBusiness,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: '2', handle: 'Fieldnote, Mill Lane 4', ownedIds: ['2'], host: 'www.google.com' },
  channel: {
    settings: { apiUrl: 'https://g.test', location: 'accounts/1/locations/2', topic: 'projects/p/topics/reviews', pushAccount: email },
    credentials: { accessToken: 'token-1' },
  },
  target: {
    externalId: 'AbF',
    parentExternalId: null,
    postExternalId: null,
    ref: { name: 'accounts/1/locations/2/reviews/AbF' },
    authorExternalId: 'reviewer:AbF',
    authorHandle: null,
    private: false,
  },
  lengths: [
    { text: 'Thank you', length: 9 },
    { text: '😀', length: 2 },
  ],
  failures: [
    { name: 'token refused', status: 401, body: error(401, 'UNAUTHENTICATED'), read: 'reauthorize' },
    { name: 'no manager', status: 403, body: error(403, 'PERMISSION_DENIED'), read: 'rejected' },
    { name: 'invalid argument', status: 400, body: error(400, 'INVALID_ARGUMENT'), read: 'rejected' },
    { name: 'not verified (400)', status: 400, body: error(400, 'FAILED_PRECONDITION'), read: 'rejected' },
    { name: 'not verified (409)', status: 409, body: error(409, 'FAILED_PRECONDITION'), read: 'rejected' },
    { name: 'not verified (412)', status: 412, body: error(412, 'FAILED_PRECONDITION'), read: 'rejected' },
    { name: 'location gone', status: 404, body: error(404, 'NOT_FOUND'), read: 'gone' },
    { name: 'no quota', status: 429, body: error(429, 'RESOURCE_EXHAUSTED'), read: 'rate_limited', retryAfterMs: 60_000 },
    { name: 'no quota, with a time', status: 429, headers: { 'retry-after': '30' }, body: '', read: 'rate_limited', retryAfterMs: 30_000 },
    { name: 'unavailable', status: 503, body: error(503, 'UNAVAILABLE'), read: 'unavailable' },
    { name: 'internal', status: 500, body: error(500, 'INTERNAL'), read: 'unavailable' },
  ],
  endless: (_url, step) => ({
    reviews: [
      { name: `accounts/1/locations/2/reviews/R${step}`, reviewId: `R${step}`, starRating: 'FIVE', updateTime: '2026-11-22T11:00:00Z' },
    ],
    nextPageToken: `page-${step}`,
  }),
  own: { externalId: 'AbF/reply', ref: {} },
  signed: {
    secret: 'a secret of ours',
    headers: { authorization: `Bearer ${tokenOf(usualClaims())}` },
    body: '{"message":{"messageId":"136969346945","data":"","attributes":{}},"subscription":"projects/p/subscriptions/s"}',
    now: now.toISOString(),
    url: audience,
    settings: { pushAccount: email },
    keys: { one: pemOf('one') },
  },
  async open() {
    const world = await openSandboxWorld(googleBusiness)
    // Google tells nobody of anything before it was asked to.
    await googleBusiness.webhook!.install!(world.io, { url: audience, secret: '' })
    return world
  },
})
