import { generateKeyPairSync } from 'node:crypto'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { appStore } from './adapter.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const error = (status: number, code: string): string =>
  JSON.stringify({ errors: [{ id: 'e1', status: String(status), code, title: 'as documented', detail: 'as documented, at length' }] })

conformance({
  platform: appStore,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: '1234567890', handle: 'Fieldnote', ownedIds: ['1234567890'], host: 'apps.apple.com' },
  channel: {
    settings: { apiUrl: 'https://a.test', appId: '1234567890' },
    credentials: {
      keyId: '2X9R4HXF34',
      issuerId: '57246542-96fe-1a63-e053-0824d011072a',
      privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    },
  },
  target: {
    externalId: '00000001-aaaa',
    parentExternalId: null,
    postExternalId: null,
    ref: {},
    authorExternalId: 'reviewer:00000001-aaaa',
    authorHandle: null,
    private: false,
  },
  lengths: [
    { text: 'Thank you', length: 9 },
    { text: '😀', length: 2 },
    { text: 'x'.repeat(5_971), length: 5_971 },
  ],
  failures: [
    { name: 'key refused', status: 401, body: error(401, 'NOT_AUTHORIZED'), read: 'reauthorize' },
    { name: 'role too small', status: 403, body: error(403, 'FORBIDDEN_ERROR'), read: 'rejected' },
    { name: 'bad request', status: 400, body: error(400, 'PARAMETER_ERROR.INVALID'), read: 'rejected' },
    { name: 'not there', status: 404, body: error(404, 'NOT_FOUND'), read: 'gone' },
    { name: 'conflict', status: 409, body: error(409, 'STATE_ERROR'), read: 'rejected' },
    { name: 'not acceptable', status: 422, body: error(422, 'ENTITY_UNPROCESSABLE'), read: 'rejected' },
    { name: 'too many calls', status: 429, body: error(429, 'RATE_LIMIT_EXCEEDED'), read: 'rate_limited', retryAfterMs: 300_000 },
    {
      name: 'too many calls, with a time',
      status: 429,
      headers: { 'retry-after': '30' },
      body: '',
      read: 'rate_limited',
      retryAfterMs: 30_000,
    },
    { name: 'internal', status: 500, body: error(500, 'UNEXPECTED_ERROR'), read: 'unavailable' },
    { name: 'unavailable', status: 503, body: '', read: 'unavailable' },
  ],
  endless: (_url, step) => ({
    data: [{ type: 'customerReviews', id: `R${step}`, attributes: { rating: 5, createdDate: '2026-11-22T03:00:00-08:00' } }],
    links: { next: `https://api.appstoreconnect.apple.com/v1/apps/1234567890/customerReviews?cursor=page-${step}&limit=200` },
  }),
  own: { externalId: 'r1', ref: { review: '00000001-aaaa' } },
  open: () => openSandboxWorld(appStore),
})
