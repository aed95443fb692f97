import { conformance } from '../conformance.ts'
import { readFixtures } from '../conformance/fixture.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { youtube } from './adapter.ts'

/** An error of the Data API: its code, the documented reason, and the domain. */
const error = (code: number, reason: string, more: { message?: string; domain?: string; status?: string } = {}): string =>
  JSON.stringify({
    error: {
      code,
      message: more.message ?? `The request failed: ${reason}.`,
      errors: [{ message: reason, domain: more.domain ?? 'youtube.comment', reason }],
      ...(more.status && { status: more.status }),
    },
  })

const apiUrl = 'https://youtube.test'

conformance({
  platform: youtube,
  fixtures: readFixtures(new URL('fixtures/', import.meta.url)),
  self: { accountId: 'UC1', handle: 'brand', ownedIds: ['UC1'], host: 'youtube.test' },
  channel: {
    settings: { apiUrl },
    credentials: {
      clientId: 'client-7',
      clientSecret: 'client-secret',
      refreshToken: 'refresh-token',
      accessToken: 'access-token',
      expiresAt: '2026-11-30T12:00:00.000Z',
    },
  },
  target: {
    externalId: 'UgxTop.9abd',
    parentExternalId: 'UgxTop',
    postExternalId: 'VID',
    ref: { threadId: 'UgxTop', videoId: 'VID' },
    authorExternalId: 'UC8',
    authorHandle: 'bo',
    private: false,
  },
  own: { externalId: 'UgxTop.9abc', ref: { threadId: 'UgxTop', videoId: 'VID' } },
  lengths: [
    { text: 'hi', length: 2 },
    { text: '😀', length: 2 },
    { text: 'see https://example.org/a/long/link', length: 35 },
  ],
  failures: [
    {
      name: 'token dead',
      status: 401,
      body: error(401, 'authError', { domain: 'global', status: 'UNAUTHENTICATED' }),
      read: 'reauthorize',
    },
    { name: 'scope missing', status: 403, body: error(403, 'insufficientPermissions', { domain: 'global' }), read: 'reauthorize' },
    { name: 'no channel', status: 401, body: error(401, 'youtubeSignupRequired'), read: 'reauthorize' },
    {
      name: 'quota of the day used up, at four in the morning in California',
      status: 403,
      body: error(403, 'quotaExceeded', { domain: 'youtube.quota' }),
      read: 'rate_limited',
      retryAfterMs: 20 * 3_600_000 + 60_000,
    },
    {
      name: 'too fast',
      status: 403,
      body: error(403, 'rateLimitExceeded', { domain: 'usageLimits' }),
      read: 'rate_limited',
      retryAfterMs: 60_000,
    },
    { name: 'too fast as one', status: 429, body: error(429, 'userRateLimitExceeded'), read: 'rate_limited', retryAfterMs: 60_000 },
    ...['commentTextRequired', 'commentTextTooLong', 'invalidCustomEmoji', 'invalidCommentMetadata', 'operationNotSupported'].map(
      (reason) => ({
        name: reason,
        status: 400,
        body: error(400, reason),
        read: 'rejected' as const,
      }),
    ),
    { name: 'parent is private', status: 400, body: error(400, 'parentCommentIsPrivate'), read: 'rejected' },
    { name: 'parent id missing', status: 400, body: error(400, 'parentIdMissing'), read: 'rejected' },
    { name: 'processing failure', status: 400, body: error(400, 'processingFailure'), read: 'rejected', write: 'unavailable' },
    { name: 'an undocumented 400', status: 400, body: error(400, 'badRequest'), read: 'rejected', write: 'unavailable' },
    { name: 'forbidden', status: 403, body: error(403, 'forbidden'), read: 'rejected' },
    { name: 'account not eligible', status: 403, body: error(403, 'ineligibleAccount'), read: 'rejected' },
    { name: 'comments turned off', status: 403, body: error(403, 'commentsDisabled'), read: 'rejected' },
    { name: 'target gone', status: 404, body: error(404, 'parentCommentNotFound'), read: 'gone' },
    { name: 'video gone', status: 404, body: error(404, 'videoNotFound'), read: 'gone' },
    { name: 'comment gone', status: 404, body: error(404, 'commentNotFound'), read: 'gone' },
    { name: 'backend error', status: 500, body: error(500, 'backendError', { domain: 'global' }), read: 'unavailable' },
  ],
  endless: (url, step) => {
    const snippet = {
      videoId: 'VID',
      textDisplay: 'again',
      authorChannelId: { value: 'UC9' },
      publishedAt: '2026-11-22T11:00:00Z',
      updatedAt: '2026-11-22T11:00:00Z',
    }
    const comment = { id: `Ug${1000 - step}`, snippet }
    const nextPageToken = `page-${step}`
    if (url.pathname.endsWith('/commentThreads'))
      return { nextPageToken, items: [{ id: comment.id, snippet: { videoId: 'VID', totalReplyCount: 9, topLevelComment: comment } }] }
    if (url.pathname.endsWith('/videos')) return { items: [] }
    return { nextPageToken, items: [comment] }
  },
  open: () => openSandboxWorld(youtube),
})
