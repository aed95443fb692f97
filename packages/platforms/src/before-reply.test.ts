import { describe, expect, test } from 'vitest'
import { facebook } from './facebook/adapter.ts'
import { linkedin } from './linkedin/adapter.ts'
import { mastodon } from './mastodon/adapter.ts'
import type { Io, Platform, ReplyInput, ReplyMedia } from './platform.ts'
import { threads } from './threads/adapter.ts'
import { tiktok } from './tiktok/adapter.ts'
import { x } from './x/adapter.ts'

const picture: ReplyMedia = {
  id: 'u',
  type: 'image/png',
  name: 'bag.png',
  alt: '',
  width: 1,
  height: 1,
  url: 'https://a.example/media/1',
  bytes: async () => new Uint8Array(10),
}

/** A reply to a platform that answers every call in one way. */
async function failureOf(platform: Platform, status: number, body: unknown, media?: ReplyMedia[]): Promise<unknown> {
  const comment = platform === linkedin ? 'urn:li:comment:(urn:li:activity:1,2)' : '5'
  const io: Io = {
    fetch: async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }),
    now: () => new Date('2026-11-23T12:00:00.000Z'),
    settings: {},
    credentials: { accessToken: 'token' },
    save: async () => {},
    self: { accountId: '111', handle: 'brand', ownedIds: ['111'], host: 'brand.example' },
  }
  const ref = { videoId: '4', topId: '5' }
  const target = {
    externalId: comment,
    parentExternalId: null,
    postExternalId: '4',
    ref,
    authorExternalId: null,
    authorHandle: 'kai',
    private: false,
  }
  const input: ReplyInput = { target, text: 'Like this', key: 'k', createdAt: '2026-11-23T12:00:00.000Z', ...(media && { media }) }
  return platform.reply(io, input).catch((error: unknown) => error)
}

const graphError = (code: number, message: string): unknown => ({ error: { message, code } })
const tooLarge = '<html>413 Request Entity Too Large</html>'
const ratio = 'The aspect ratio is not supported'

describe('a file that the platform refuses is refused for good, in its words; the same answer to the words themselves is doubt', () => {
  test.each<[string, Platform, number, unknown, string]>([
    ['a proxy before Mastodon', mastodon, 413, tooLarge, '413'],
    ['a server like Mastodon', mastodon, 400, { error: 'file_too_large' }, 'file_too_large'],
    ['a proxy before Facebook', facebook, 413, tooLarge, '413'],
    ['Facebook', facebook, 400, graphError(324, '(#324) Missing or invalid image file'), 'invalid image file'],
    ['Threads, which cannot fetch it', threads, 400, graphError(9004, 'Only photo or video can be accepted'), 'Only photo or video'],
    ['Threads, whose ratio it is not', threads, 400, graphError(36003, ratio), ratio],
    ['a proxy before X', x, 413, '', '413'],
    ['X', x, 400, { title: 'Invalid Request', status: 400, detail: 'unrecognized' }, 'unrecognized'],
    ['LinkedIn', linkedin, 400, { status: 400, code: 'ILLEGAL_ARGUMENT', message: 'No such owner' }, 'No such owner'],
    ['TikTok', tiktok, 200, { code: 40900, message: 'The image cannot be read' }, 'cannot be read'],
  ])('%s', async (_who, platform, status, body, words) => {
    expect(await failureOf(platform, status, body, [picture])).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining(words) as string,
    })
    expect(await failureOf(platform, status, body)).toMatchObject({ kind: 'unavailable' })
  })
})

test.each<[string, Platform, number, unknown]>([
  ['Mastodon', mastodon, 503, ''],
  ['Facebook', facebook, 500, graphError(2, 'Service temporarily unavailable')],
  ['Threads', threads, 400, graphError(1, 'An unknown error occurred')],
  ['X', x, 408, ''],
  ['LinkedIn', linkedin, 500, { message: 'Internal error' }],
  ['TikTok', tiktok, 200, { code: 50002, message: 'Service error' }],
])('a trouble of %s with a file sends nothing, and is over some time', async (_who, platform, status, body) => {
  expect(await failureOf(platform, status, body, [picture])).toMatchObject({ kind: 'unavailable', notSent: true })
})

test('X without the right to bring files is told how to come by it', async () => {
  const forbidden = { title: 'Forbidden', status: 403, detail: 'Forbidden', type: 'about:blank' }
  expect(await failureOf(x, 403, forbidden, [picture])).toMatchObject({
    kind: 'rejected',
    message: expect.stringContaining('connect the channel again with media.write') as string,
  })
})
