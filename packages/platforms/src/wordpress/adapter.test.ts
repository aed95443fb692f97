import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { wordpress } from './adapter.ts'

const named = (code: string, status: number, message = 'No.'): string => JSON.stringify({ code, message, data: { status } })

conformance({
  platform: wordpress,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: {
    accountId: 'blog.example/user/3',
    handle: 'brand',
    ownedIds: ['blog.example/user/3'],
    host: 'blog.example',
    settings: { home: 'blog.example', userId: '3' },
  },
  channel: {
    settings: {
      url: 'https://blog.example',
      apiUrl: 'https://blog.example',
      route: 'pretty',
      home: 'blog.example',
      userId: '3',
      moderates: 'yes',
    },
    credentials: { username: 'brand', applicationPassword: 'abcd EFGH 1234 ijkl MNOP 6789' },
  },
  target: {
    externalId: 'blog.example/comment/812',
    parentExternalId: 'blog.example/post/40',
    postExternalId: 'blog.example/post/40',
    ref: { post: '40' },
    authorExternalId: 'guest/1',
    authorHandle: null,
    private: false,
  },
  own: { externalId: 'blog.example/comment/815', ref: { post: '40' } },
  lengths: [
    { text: 'Ships Monday', length: 12 },
    { text: '👨‍👩‍👧‍👦', length: 7 },
    { text: 'x'.repeat(65_526), length: 65_526 },
  ],
  failures: [
    ...['incorrect_password', 'invalid_username', 'invalid_email', 'rest_not_logged_in', 'rest_comment_login_required'].map((code) => ({
      name: code,
      status: 401,
      body: named(code, 401),
      read: 'reauthorize' as const,
    })),
    { name: 'taken for nobody', status: 400, body: named('rest_comment_author_data_required', 400), read: 'reauthorize' },
    { name: 'the right was taken away', status: 403, body: named('rest_forbidden_context', 403), read: 'reauthorize' },
    { name: 'may not write', status: 403, body: named('rest_cannot_create', 403), read: 'rejected' },
    { name: 'the header was stripped, without a word', status: 401, body: '', read: 'reauthorize' },
    ...['rest_comment_invalid_post_id', 'rest_comment_trash_post', 'rest_comment_draft_post'].map((code) => ({
      name: code,
      status: 403,
      body: named(code, 403),
      read: 'gone' as const,
    })),
    { name: 'no such post', status: 404, body: named('rest_post_invalid_id', 404), read: 'gone' },
    { name: 'no such comment', status: 404, body: named('rest_comment_invalid_id', 404), read: 'gone' },
    { name: 'comments are closed', status: 403, body: named('rest_comment_closed', 403), read: 'rejected' },
    { name: 'no words', status: 400, body: named('rest_comment_content_invalid', 400), read: 'rejected' },
    { name: 'too many words', status: 400, body: named('comment_content_column_length', 400), read: 'rejected' },
    { name: 'a status that is none', status: 403, body: named('rest_comment_invalid_status', 403), read: 'rejected' },
    { name: 'too fast', status: 400, body: named('comment_flood', 400), read: 'rate_limited', retryAfterMs: 15_000 },
    { name: 'too fast, as others say it', status: 429, body: named('comment_flood', 429), read: 'rate_limited', retryAfterMs: 15_000 },
    { name: 'too many calls', status: 429, headers: { 'retry-after': '20' }, body: '', read: 'rate_limited', retryAfterMs: 20_000 },
    { name: 'a wall before the site', status: 403, body: '<h1>Forbidden</h1>', read: 'unavailable' },
    { name: 'no REST API there', status: 404, body: '<h1>Not found</h1>', read: 'unavailable' },
    { name: 'not written', status: 500, body: named('rest_comment_failed_create', 500), read: 'unavailable' },
    { name: 'a code of a plugin', status: 400, body: named('spam_plugin_says_no', 400), read: 'rejected', write: 'unavailable' },
  ],
  endless: (_url, step) => [
    { id: 900_000 - step, post: 40, date_gmt: '2026-11-22T11:00:00', content: { rendered: 'again' }, type: 'comment' },
  ],
  open: () => openSandboxWorld(wordpress),
})
