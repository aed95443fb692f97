import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { discord } from './adapter.ts'

const thread = '1299999999999999999'
const error = (code: number, message: string, more: object = {}): string => JSON.stringify({ message, code, ...more })

conformance({
  platform: discord,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: '999', handle: 'acmebot', ownedIds: ['999'], host: 'discord.com', settings: { staffIds: '333 334' } },
  channel: {
    settings: { guildId: '100', channels: '1290000000000000000', forums: '1280000000000000000', apiUrl: 'https://d.test' },
    credentials: { botToken: 'bot.token.secret' },
  },
  target: {
    externalId: '1300000000000000001',
    parentExternalId: thread,
    postExternalId: thread,
    ref: { channel: thread, guild: '100' },
    authorExternalId: '222',
    authorHandle: 'kai',
    private: false,
  },
  own: { externalId: '1300000000000000004', ref: { channel: thread, guild: '100' } },
  lengths: [
    { text: 'Ships Monday', length: 12 },
    { text: '😀', length: 2 },
  ],
  failures: [
    { name: 'token invalid', status: 401, body: error(0, '401: Unauthorized'), read: 'reauthorize' },
    { name: 'unknown channel', status: 404, body: error(10003, 'Unknown Channel'), read: 'gone' },
    { name: 'unknown message', status: 404, body: error(10008, 'Unknown Message'), read: 'gone' },
    { name: 'missing access', status: 403, body: error(50001, 'Missing Access'), read: 'rejected' },
    { name: 'lacks permission', status: 403, body: error(50013, 'You lack permissions to perform that action'), read: 'rejected' },
    {
      name: 'history not readable',
      status: 403,
      body: error(160002, 'You cannot reply without permission to read message history'),
      read: 'rejected',
    },
    { name: 'archived thread', status: 400, body: error(50083, 'Thread is archived'), read: 'rejected' },
    { name: 'locked thread', status: 403, body: error(160005, 'Thread is locked'), read: 'rejected' },
    { name: 'AutoMod', status: 400, body: error(200000, 'Message was blocked by automatic moderation'), read: 'rejected' },
    { name: 'invalid form', status: 400, body: error(50035, 'Invalid Form Body', { errors: { content: {} } }), read: 'rejected' },
    { name: 'target vanished', status: 400, body: error(50035, 'Invalid Form Body', { errors: { message_reference: {} } }), read: 'gone' },
    { name: 'slow mode', status: 400, body: error(20016, 'Slowmode', { retry_after: 12.5 }), read: 'rate_limited', retryAfterMs: 12_500 },
    { name: 'channel write limit', status: 429, body: error(20028, 'Write limit'), read: 'rate_limited', retryAfterMs: 60_000 },
    {
      name: 'rate limited',
      status: 429,
      headers: { 'retry-after': '65' },
      body: JSON.stringify({ message: 'You are being rate limited.', retry_after: 64.57, global: false }),
      read: 'rate_limited',
      retryAfterMs: 64_570,
    },
    { name: 'an undocumented 400', status: 400, body: '{}', read: 'rejected', write: 'unavailable' },
    { name: 'not well', status: 503, headers: { 'retry-after': '30' }, body: '', read: 'unavailable', retryAfterMs: 30_000 },
  ],
  endless: (url, step) => {
    const id = String(1_300_000_000_000_000_000n + BigInt(step))
    if (url.pathname.endsWith('active'))
      return { threads: [{ id: thread, parent_id: '1280000000000000000', last_message_id: '1999999999999999999' }] }
    const closedAt = new Date(Date.parse('2026-11-22T11:00:00Z') - step * 60_000).toISOString()
    if (url.pathname.endsWith('archived/public'))
      return { threads: [{ id, parent_id: '1280000000000000000', thread_metadata: { archive_timestamp: closedAt } }], has_more: true }
    const message = { id, channel_id: thread, type: 0, content: 'again', timestamp: '2026-11-22T11:00:00Z', author: { id: '222' } }
    return url.pathname.endsWith('messages') ? [message] : message
  },
  open: () => openSandboxWorld(discord),
})
