import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { telegram } from './adapter.ts'

const error = (code: number, description: string, parameters?: object): string =>
  JSON.stringify({ ok: false, error_code: code, description, ...(parameters && { parameters }) })

conformance({
  platform: telegram,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: {
    accountId: '-1009876543210',
    handle: 'acme',
    ownedIds: ['-1009876543210'],
    host: 'api.telegram.org',
    settings: {
      group: '-1001234567890',
      groupName: 'acmechat',
      channel: '-1009876543210',
      channelName: 'acme',
      bot: '777',
      botName: 'acmebot',
      staff: '500,501',
    },
  },
  channel: {
    settings: { apiUrl: 'https://bot.test', chat: '@acmechat', group: '-1001234567890', hook: 'on' },
    credentials: { botToken: '777:AA-secret_1' },
  },
  target: {
    externalId: '-1001234567890:5012',
    parentExternalId: '-1009876543210:77',
    postExternalId: '-1009876543210:77',
    ref: {},
    authorExternalId: '222',
    authorHandle: 'kai_b',
    private: false,
  },
  lengths: [
    { text: 'Hello', length: 5 },
    { text: '😀', length: 2 },
    { text: 'https://example.org/a/long/one', length: 30 },
  ],
  failures: [
    { name: 'token revoked', status: 401, body: error(401, 'Unauthorized'), read: 'reauthorize' },
    { name: 'a token that is none', status: 404, body: error(404, 'Not Found'), read: 'reauthorize' },
    { name: 'target gone', status: 400, body: error(400, 'Bad Request: message to be replied not found'), read: 'gone' },
    { name: 'group gone', status: 400, body: error(400, 'Bad Request: chat not found'), read: 'rejected' },
    { name: 'thread gone', status: 400, body: error(400, 'Bad Request: message thread not found'), read: 'rejected' },
    { name: 'too long', status: 400, body: error(400, 'Bad Request: message is too long'), read: 'rejected' },
    { name: 'empty', status: 400, body: error(400, 'Bad Request: message text is empty'), read: 'rejected' },
    {
      name: 'no rights',
      status: 400,
      body: error(400, 'Bad Request: not enough rights to send text messages to the chat'),
      read: 'rejected',
    },
    { name: 'thrown out', status: 403, body: error(403, 'Forbidden: bot was kicked from the supergroup chat'), read: 'rejected' },
    { name: 'blocked by the person', status: 403, body: error(403, 'Forbidden: bot was blocked by the user'), read: 'rejected' },
    { name: 'an undocumented 400', status: 400, body: error(400, 'Bad Request: what now'), read: 'rejected', write: 'unavailable' },
    { name: 'a failure with 200', status: 200, body: error(401, 'Unauthorized'), read: 'reauthorize' },
    {
      name: 'another reader',
      status: 409,
      body: error(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'),
      read: 'unavailable',
      retryAfterMs: 30_000,
    },
    {
      name: 'too many, with the seconds',
      status: 429,
      body: error(429, 'Too Many Requests: retry after 14', { retry_after: 14 }),
      read: 'rate_limited',
      retryAfterMs: 14_000,
    },
    {
      name: 'too many, by header',
      status: 429,
      headers: { 'retry-after': '3' },
      body: error(429, 'Too Many Requests'),
      read: 'rate_limited',
      retryAfterMs: 3_000,
    },
    { name: 'out of order', status: 502, body: error(502, 'Bad Gateway'), read: 'unavailable' },
  ],
  endless: (_url, step) => ({
    ok: true,
    result: [
      {
        update_id: 1 + step,
        message: {
          message_id: 9,
          date: 1763800000,
          chat: { id: 222, type: 'private' },
          from: { id: 222, first_name: 'Kai' },
          text: 'again',
        },
      },
    ],
  }),
  signed: {
    secret: 's3cr3t-s3cr3t_1',
    body: '{"update_id":1,"my_chat_member":{}}',
    headers: { 'x-telegram-bot-api-secret-token': 's3cr3t-s3cr3t_1' },
  },
  open: () => openSandboxWorld(telegram),
})
