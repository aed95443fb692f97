import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { lemmy } from './adapter.ts'

const named = (error: string): string => JSON.stringify({ error })

conformance({
  platform: lemmy,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: {
    accountId: 'https://lemmy.example/u/brand',
    handle: 'brand@lemmy.example',
    ownedIds: ['https://lemmy.example/u/brand'],
    host: 'lemmy.example',
    settings: { home: 'lemmy.example', personId: '7', api: 'v3' },
  },
  channel: {
    settings: {
      url: 'https://lemmy.example',
      apiUrl: 'https://lemmy.example',
      username: 'brand',
      api: 'v3',
      personId: '7',
      home: 'lemmy.example',
    },
    credentials: { jwt: 'token', password: 'secret' },
  },
  target: {
    externalId: 'lemmy.example/comment/555',
    parentExternalId: 'lemmy.example/post/40',
    postExternalId: 'lemmy.example/post/40',
    ref: { post: '40' },
    authorExternalId: 'https://other.example/u/kai',
    authorHandle: 'kai@other.example',
    private: false,
  },
  own: { externalId: 'lemmy.example/comment/556', ref: { post: '40' } },
  lengths: [
    { text: 'Ships Monday', length: 12 },
    { text: '👨‍👩‍👧‍👦', length: 7 },
    { text: 'x'.repeat(10_001), length: 10_001 },
  ],
  failures: [
    { name: 'token dead', status: 401, body: named('not_logged_in'), read: 'reauthorize' },
    { name: 'token dead, as some versions say it', status: 400, body: named('not_logged_in'), read: 'reauthorize' },
    { name: 'name or password wrong', status: 401, body: named('incorrect_login'), read: 'reauthorize' },
    { name: 'a two-factor code is missing', status: 400, body: named('missing_totp_token'), read: 'reauthorize' },
    { name: 'a two-factor code is wrong', status: 400, body: named('incorrect_totp_token'), read: 'reauthorize' },
    ...['couldnt_find_comment', 'couldnt_find_post', 'deleted'].map((name) => ({
      name,
      status: 400,
      body: named(name),
      read: 'gone' as const,
    })),
    { name: 'not found, version 4', status: 404, body: named('not_found'), read: 'gone' },
    ...[
      'locked',
      'post_is_locked',
      'person_is_banned_from_community',
      'banned_from_community',
      'site_ban',
      'person_is_blocked',
      'only_mods_can_post_in_community',
      'max_comment_depth_reached',
      'language_not_allowed',
      'slurs',
      'invalid_body_field',
      'blocked_url',
    ].map((name) => ({ name, status: 400, body: named(name), read: 'rejected' as const })),
    { name: 'too often, version 3', status: 400, body: named('rate_limit_error'), read: 'rate_limited', retryAfterMs: 60_000 },
    { name: 'too often, version 4', status: 429, body: named('too_many_requests'), read: 'rate_limited', retryAfterMs: 60_000 },
    { name: 'not written', status: 400, body: named('couldnt_create_comment'), read: 'unavailable' },
    { name: 'a name that nobody knows', status: 400, body: named('unknown'), read: 'rejected', write: 'unavailable' },
    { name: 'a path that is not there says nothing of a comment', status: 404, body: '<h1>Not found</h1>', read: 'unavailable' },
    { name: 'broken', status: 500, body: named('unknown'), read: 'unavailable' },
  ],
  endless: (url, step) => {
    const id = 100_000 - step
    const comment = { id, content: 'again', post_id: 40, path: `0.${id}`, published: '2026-11-22T11:00:00Z' }
    const view = { comment, creator: { id: 9, name: 'x', actor_id: 'https://lemmy.example/u/x' }, post: { id: 40 } }
    if (url.pathname.endsWith('/replies')) return { replies: [{ comment_reply: { id }, ...view }] }
    if (url.pathname.endsWith('/mention')) return { mentions: [{ person_mention: { id }, ...view }] }
    return url.pathname.endsWith('/user') ? { posts: [], comments: [view] } : { comments: [view], comment_view: view }
  },
  open: () => openSandboxWorld(lemmy),
})
