import { createHmac } from 'node:crypto'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { github } from './adapter.ts'

const error = (type: string, message = 'as documented'): string =>
  JSON.stringify({ data: null, errors: [{ ...(type && { type }), message }] })
const words = (message: string): string => JSON.stringify({ message, documentation_url: 'https://docs.github.com' })

const signedBody = JSON.stringify({ action: 'created', comment: { node_id: 'DC_kw1', parent_id: null }, discussion: { node_id: 'D_kw1' } })
const signature = `sha256=${createHmac('sha256', 'hook-secret').update(signedBody).digest('hex')}`
const settings = { apiUrl: 'https://g.test', owner: 'fieldnote', name: 'app', viewerId: '7', viewerLogin: 'fieldnote', mentions: 'yes' }

conformance({
  platform: github,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: 'R_kw1', handle: 'fieldnote', ownedIds: ['R_kw1'], host: 'github.com', settings },
  channel: { settings: { ...settings, repository: 'fieldnote/app' }, credentials: { token: 'token-1' } },
  target: {
    externalId: 'DC_kw1',
    parentExternalId: 'D_kw1',
    postExternalId: 'D_kw1',
    ref: { discussion: 'D_kw1' },
    authorExternalId: '22',
    authorHandle: 'kai',
    private: false,
  },
  lengths: [
    { text: 'Thank you', length: 9 },
    { text: '😀', length: 1 },
  ],
  failures: [
    { name: 'bad credentials', status: 401, body: words('Bad credentials'), read: 'reauthorize' },
    { name: 'too few scopes', status: 200, body: error('INSUFFICIENT_SCOPES'), read: 'reauthorize' },
    { name: 'not allowed', status: 200, body: error('FORBIDDEN'), read: 'rejected' },
    { name: 'not allowed, by status', status: 403, body: words('Resource not accessible by personal access token'), read: 'rejected' },
    { name: 'the hour is spent (GraphQL)', status: 200, body: error('RATE_LIMITED'), read: 'rate_limited', retryAfterMs: 60_000 },
    {
      name: 'the hour is spent',
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795349100' },
      body: words('API rate limit exceeded'),
      read: 'rate_limited',
      retryAfterMs: 300_000,
    },
    {
      name: 'too much at once',
      status: 403,
      headers: { 'retry-after': '30' },
      body: words('secondary'),
      read: 'rate_limited',
      retryAfterMs: 30_000,
    },
    { name: 'in haste', status: 200, body: error('', 'was submitted too quickly'), read: 'rate_limited', retryAfterMs: 60_000 },
    { name: 'GitHub is unwell', status: 200, body: error('', 'Something went wrong while executing your query.'), read: 'unavailable' },
    { name: 'bad gateway', status: 502, body: words('Server Error'), read: 'unavailable' },
  ],
  endless: (_url, step) => ({
    data: {
      repository: {
        discussions: {
          pageInfo: { hasNextPage: true, endCursor: `c${step}` },
          nodes: [
            {
              __typename: 'Discussion',
              id: `D_${step}`,
              updatedAt: '2026-11-22T11:00:00Z',
              comments: { pageInfo: { hasPreviousPage: true } },
            },
          ],
        },
      },
      node: { __typename: 'Discussion', id: 'D_1', comments: { pageInfo: { hasNextPage: true, endCursor: `n${step}` }, nodes: [] } },
      nodes: [],
    },
  }),
  signed: { secret: 'hook-secret', body: signedBody, headers: { 'x-hub-signature-256': signature } },
  handshakes: [],
  own: { externalId: 'DC_kw2', ref: { discussion: 'D_kw1', top: 'DC_kw1' } },
  open: () => openSandboxWorld(github),
})
