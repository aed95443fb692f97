import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { linkedin } from './adapter.ts'

const organization = 'urn:li:organization:2414183'
const thread = 'urn:li:activity:7100000000000000002'
const post = 'urn:li:share:7100000000000000001'
const comment = `urn:li:comment:(${thread},7100000000000000100)`
const error = (status: number, code: string, message: string, more: object = {}): string =>
  JSON.stringify({ status, code, message, ...more })

conformance({
  platform: linkedin,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: organization, handle: 'fieldnote', ownedIds: [organization], host: 'www.linkedin.com' },
  channel: {
    settings: {
      apiUrl: 'https://li.test',
      organizationId: organization,
      applicationId: '123',
      personUrn: 'urn:li:person:AbC',
      webhookUrl: 'https://inbox.example.org/webhooks/linkedin',
    },
    credentials: { accessToken: 'AQVtoken' },
  },
  target: {
    externalId: comment,
    parentExternalId: post,
    postExternalId: post,
    ref: { thread, root: comment, post },
    authorExternalId: 'urn:li:person:XyZ',
    authorHandle: null,
    private: false,
  },
  lengths: [
    { text: 'Congrats!', length: 9 },
    { text: '👏🏽', length: 4 },
    { text: 'https://example.org/a/long/one', length: 30 },
  ],
  failures: [
    {
      name: 'token ended',
      status: 401,
      body: error(401, 'EXPIRED_ACCESS_TOKEN', 'The token used in the request has expired', { serviceErrorCode: 65602 }),
      read: 'reauthorize',
    },
    {
      name: 'token revoked',
      status: 401,
      body: error(401, 'REVOKED_ACCESS_TOKEN', 'The token has been revoked', { serviceErrorCode: 65601 }),
      read: 'reauthorize',
    },
    {
      name: 'no product, or no longer an administrator',
      status: 403,
      body: error(403, 'ACCESS_DENIED', 'Not enough permissions to access: partnerApiSocialActions.GET_ALL'),
      read: 'rejected',
    },
    { name: 'gone', status: 404, body: error(404, 'NOT_FOUND', 'Not found'), read: 'gone' },
    {
      name: 'a field that is named',
      status: 400,
      body: JSON.stringify({ status: 400, errorDetails: { inputErrors: [{ code: 'INVALID', description: 'message/text is too long' }] } }),
      read: 'rejected',
    },
    { name: 'too long', status: 400, body: error(400, 'BAD_REQUEST', 'Comment exceeds the maximum length of 1250'), read: 'rejected' },
    {
      name: 'a 400 that says nothing',
      status: 400,
      body: error(400, 'BAD_REQUEST', 'Bad request'),
      read: 'rejected',
      write: 'unavailable',
    },
    {
      name: 'duplicate',
      status: 422,
      body: error(422, 'DUPLICATE_POST', 'Content is a duplicate'),
      read: 'rejected',
      write: 'unavailable',
    },
    { name: 'conflict', status: 409, body: error(409, 'CONFLICT', 'Conflict'), read: 'rejected', write: 'unavailable' },
    {
      name: 'a version that is no more',
      status: 426,
      body: error(426, 'NONEXISTENT_VERSION', 'Requested version 20250701 is not active'),
      read: 'rejected',
    },
    {
      name: 'quota of the day',
      status: 429,
      body: error(429, 'TOO_MANY_REQUESTS', 'Resource level throttle APPLICATION DAY limit for calls to this resource is reached.'),
      read: 'rate_limited',
      retryAfterMs: 43_260_000,
    },
    { name: 'limit without a word', status: 429, body: '', read: 'rate_limited', retryAfterMs: 60_000 },
    { name: 'a passing fault', status: 500, body: error(500, 'INTERNAL_SERVER_ERROR', 'Internal error'), read: 'unavailable' },
  ],
  endless: (url, step) => {
    const elements = [1, 2, 3].map((each) => {
      const number = `71000000000${String(step * 3 + each).padStart(8, '0')}`
      if (url.pathname.endsWith('/posts'))
        return { id: `urn:li:share:${number}`, author: organization, commentary: 'again', createdAt: 1795300000000 }
      if (url.pathname.endsWith('Notifications')) {
        const generatedActivity = `urn:li:comment:(${thread},${number})`
        return {
          notificationId: Number(number.slice(-8)) + 1,
          action: 'COMMENT',
          organizationalEntity: organization,
          sourcePost: post,
          generatedActivity,
          lastModifiedAt: 1795300000000,
        }
      }
      return {
        id: number,
        object: thread,
        actor: 'urn:li:person:XyZ',
        message: { text: 'again' },
        created: { time: 1795300000000 },
        commentsSummary: { totalFirstLevelComments: step },
      }
    })
    return { paging: { start: 0, count: 3, links: [{ rel: 'next' }] }, elements }
  },
  signed: {
    secret: 'client_secret_test',
    body: '{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[]}',
    headers: { 'x-li-signature': 'a48561e31f52c1fc3d7882d5fcbf812371b9209602c545b1bc20dc08a30f2784' },
  },
  handshakes: [
    {
      app: { secret: 'client_secret_test', verifyToken: '' },
      query: { challengeCode: '890e4665-4dfe-4ab1-b689-ed553bceeed0' },
      answer: {
        type: 'application/json',
        body: '{"challengeCode":"890e4665-4dfe-4ab1-b689-ed553bceeed0","challengeResponse":"06cd3db0e78ca766bcdf17088e782ef03308651f22ad22659a4a21ca10997f79"}',
      },
    },
  ],
  own: { externalId: `urn:li:comment:(${thread},7100000000000000110)`, ref: { thread, root: comment, post } },
  open: () => openSandboxWorld(linkedin),
})
