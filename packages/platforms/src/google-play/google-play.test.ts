import { createVerify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Fact } from '@answerback/core/facts'
import { serviceAccountKey } from '../../test/service-account-key.ts'
import type { FindInput, Io, PollResult } from '../platform.ts'
import { googlePlay } from './adapter.ts'

type Asked = { method: string; url: URL; body: string; authorization: string | null }

const startMs = Date.parse('2026-11-23T12:00:00.000Z')
const self = { accountId: 'com.fieldnote.app', handle: 'com.fieldnote.app', ownedIds: ['com.fieldnote.app'], host: 'play.google.com' }
const account = serviceAccountKey()

function ioOf(answer: (asked: Asked) => unknown): { io: Io; asked: Asked[]; pass(ms: number): void } {
  const asked: Asked[] = []
  let nowMs = startMs
  const io: Io = {
    fetch: async (url, init) => {
      const request = new Request(url, init)
      const body = await request.text()
      const each = { method: request.method, url: new URL(request.url), body, authorization: request.headers.get('authorization') }
      asked.push(each)
      const given = answer(each)
      return given instanceof Response ? given : Response.json(given)
    },
    now: () => new Date(nowMs),
    settings: { packageName: 'com.fieldnote.app' },
    credentials: { serviceAccountKey: account.text, accessToken: 'token-1' },
    save: async (credentials) => void (io.credentials = credentials),
    self,
  }
  return { io, asked, pass: (ms) => void (nowMs += ms) }
}

const at = (minutesAgo: number): { seconds: string } => ({ seconds: String(startMs / 1000 - minutesAgo * 60) })
const review = (id: string, minutesAgo: number, reply?: { text: string; minutesAgo: number }, text = `words of ${id}`): object => ({
  reviewId: id,
  authorName: 'Ana',
  comments: [
    { userComment: { text, starRating: 2, lastModified: at(minutesAgo) } },
    ...(reply ? [{ developerComment: { text: reply.text, lastModified: at(reply.minutesAgo) } }] : []),
  ],
})
const refusal = (status: number, name: string): Response =>
  new Response(JSON.stringify({ error: { code: status, status: name, message: 'as documented' } }), { status })
const factsOf = ({ pages }: PollResult): Fact[] =>
  pages.flatMap((page) => googlePlay.normalize({ ...page, receivedAt: new Date(startMs).toISOString() }, self).facts)
const again = (result: PollResult): unknown => JSON.parse(JSON.stringify(result.cursor))

describe('connecting', () => {
  const given = { packageName: 'com.fieldnote.app', serviceAccountKey: account.text, appName: 'Fieldnote' }

  test('asks for a token with what the key has signed, and reads one review', async () => {
    const { io, asked } = ioOf(({ url }) => (url.pathname === '/token' ? { access_token: 'ya29.a', expires_in: 3599 } : {}))
    const connected = await googlePlay.connect.open(io, given)
    expect(connected).toMatchObject({
      account: {
        externalId: 'com.fieldnote.app',
        name: 'Fieldnote',
        url: 'https://play.google.com/store/apps/details?id=com.fieldnote.app',
      },
      settings: { packageName: 'com.fieldnote.app', serviceAccount: account.email },
      credentials: { serviceAccountKey: account.text, accessToken: 'ya29.a', expiresAt: '2026-11-23T12:59:59.000Z' },
      tokenExpiresAt: null,
    })
    const [token, list] = asked
    expect(token!.url.href).toBe('https://oauth2.googleapis.com/token')
    const form = new URLSearchParams(token!.body)
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    const isGood = createVerify('sha256').update(`${header}.${claims}`).verify(account.publicKey, signature, 'base64url')
    expect(isGood).toBe(true)
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'abc123' })
    const iat = startMs / 1000 - 30
    const scope = 'https://www.googleapis.com/auth/androidpublisher'
    expect(read(claims)).toEqual({ iss: account.email, scope, aud: 'https://oauth2.googleapis.com/token', iat, exp: iat + 3600 })
    expect(list!.url.href).toBe(
      'https://androidpublisher.googleapis.com/androidpublisher/v3/applications/com.fieldnote.app/reviews?maxResults=1',
    )
    expect(list!.authorization).toBe('Bearer ya29.a')
  })

  test('says what is wrong with an app id or a key file before it calls anybody', async () => {
    const { io, asked } = ioOf(() => ({}))
    const open = (more: object) => googlePlay.connect.open(io, { ...given, ...more })
    for (const packageName of ['', 'fieldnote', 'com.fieldnote/../other'])
      await expect(open({ packageName })).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('com.example.app') })
    await expect(open({ serviceAccountKey: '' })).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('missing') })
    for (const serviceAccountKey of ['AIza-not-a-file', '{"type":"authorized_user"}'])
      await expect(open({ serviceAccountKey })).rejects.toMatchObject({
        kind: 'rejected',
        message: expect.stringContaining('JSON key file'),
      })
    const damaged = account.text.replace('PRIVATE KEY-----\\n', 'PRIVATE KEY-----\\nxx')
    await expect(open({ serviceAccountKey: damaged })).rejects.toMatchObject({ message: expect.stringContaining('damaged') })
    expect(asked).toEqual([])
  })

  test('a key that Google has forgotten, and an account that was not invited', async () => {
    const forgotten = ioOf(() => new Response('{"error":"invalid_grant","error_description":"account not found"}', { status: 400 }))
    await expect(googlePlay.connect.open(forgotten.io, given)).rejects.toMatchObject({
      kind: 'reauthorize',
      message: expect.stringContaining('does not accept this key'),
    })
    const { io } = ioOf(({ url }) => (url.pathname === '/token' ? { access_token: 'a' } : refusal(403, 'PERMISSION_DENIED')))
    await expect(googlePlay.connect.open(io, given)).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('invited in the Play Console'),
    })
  })
})

test('an hour’s token that has ended is renewed once, and the call made again', async () => {
  const { io, asked } = ioOf(({ url, authorization }) => {
    if (url.pathname === '/token') return { access_token: 'token-2', expires_in: 3599 }
    return authorization === 'Bearer token-2' ? {} : refusal(401, 'UNAUTHENTICATED')
  })
  await googlePlay.poll(io, { cursor: null, posts: [], open: [] })
  expect(asked.map(({ url }) => url.pathname.split('/').at(-1))).toEqual(['reviews', 'token', 'reviews'])
  expect(io.credentials).toMatchObject({ serviceAccountKey: account.text, accessToken: 'token-2' })
})

describe('a poll', () => {
  test('ends at the first page with nothing new, and reads the whole week once an hour', async () => {
    const { io, asked, pass } = ioOf(({ url }) =>
      url.searchParams.get('token') === 'p2'
        ? { reviews: [review('old', 500)] }
        : { reviews: [review('new', 5)], tokenPagination: { nextPageToken: 'p2' } },
    )
    const first = await googlePlay.poll(io, { cursor: null, posts: [], open: [] })
    expect(factsOf(first).map(({ externalId }) => externalId)).toEqual(['new', 'old'])
    pass(60_000)
    const second = await googlePlay.poll(io, { cursor: again(first), posts: [], open: [] })
    expect(asked).toHaveLength(3)
    pass(3_600_000)
    await googlePlay.poll(io, { cursor: again(second), posts: [], open: [] })
    expect(asked).toHaveLength(5)
  })

  test('a change of stars or words after our reply is an edit at its own time, also where no reply tells', async () => {
    let list = [review('a', 50, { text: 'Sorry!', minutesAgo: 40 }), review('b', 60)]
    const { io } = ioOf(() => ({ reviews: list }))
    const first = await googlePlay.poll(io, { cursor: null, posts: [], open: [] })
    expect(factsOf(first).map((fact) => 'editedAt' in fact && fact.editedAt)).toEqual([null, null, null])
    list = [review('a', 5, { text: 'Sorry!', minutesAgo: 40 }, 'Better now'), review('b', 10, undefined, 'Worse')]
    const second = factsOf(await googlePlay.poll(io, { cursor: again(first), posts: [], open: [] }))
    expect(second).toMatchObject([
      { externalId: 'a', text: 'Better now', editedAt: '2026-11-23T11:55:00.000Z' },
      { externalId: 'a/reply', editedAt: null, platformAt: '2026-11-23T11:20:00.000Z' },
      { externalId: 'b', text: 'Worse', editedAt: '2026-11-23T11:50:00.000Z' },
    ])
  })

  test('sees a reply that was given there, and one that is there no more', async () => {
    let list = [review('a', 50)]
    const { io } = ioOf(() => ({ reviews: list }))
    const first = await googlePlay.poll(io, { cursor: null, posts: [], open: [] })
    list = [review('a', 50, { text: 'By hand', minutesAgo: 1 })]
    const second = await googlePlay.poll(io, { cursor: again(first), posts: [], open: [] })
    expect(factsOf(second)).toMatchObject([{ externalId: 'a' }, { externalId: 'a/reply', ours: true, text: 'By hand' }])
    list = [review('a', 50)]
    const third = await googlePlay.poll(io, { cursor: again(second), posts: [], open: [] })
    expect(factsOf(third)).toMatchObject([{ externalId: 'a' }, { fact: 'removal', externalId: 'a/reply' }])
    expect(factsOf(await googlePlay.poll(io, { cursor: again(third), posts: [], open: [] }))).toHaveLength(1)
  })

  test('asks by name for two open ones at most, none too old, and says nothing of what is not found', async () => {
    const { io, asked } = ioOf(({ url }) => {
      if (url.pathname.endsWith('/reviews')) return { reviews: [review('new', 5)], tokenPagination: { nextPageToken: 'p2' } }
      return url.pathname.endsWith('/gone') ? refusal(404, 'NOT_FOUND') : review('deep', 600)
    })
    const cursor = { v: 1, seen: [['new', '2026-11-23T11:55:00.000Z', '']], deepAt: startMs - 1_000 }
    const open = ['new', 'gone', 'deep', 'later', 'new/reply'].map((externalId) => ({ externalId, ref: {} }))
    const old = { externalId: 'old', ref: { changedAt: '2026-11-10T00:00:00.000Z' } }
    const result = await googlePlay.poll(io, { cursor, posts: [], open: [old, ...open] })
    expect(asked.map(({ url }) => url.pathname.split('/').at(-1))).toEqual(['reviews', 'gone', 'deep'])
    expect(result.trouble).toBeUndefined()
    expect(factsOf(result).map(({ externalId }) => externalId)).toEqual(['new', 'deep'])
  })

  test('more than a round can hold goes on in the next one; a page that is no more is left', async () => {
    const { io, asked } = ioOf(({ url }) => {
      const page = Number(url.searchParams.get('token') ?? 0)
      if (page === 50) return refusal(400, 'INVALID_ARGUMENT')
      return { reviews: [review(`r${page}`, page)], tokenPagination: { nextPageToken: String(page + 1) } }
    })
    const first = await googlePlay.poll(io, { cursor: null, posts: [], open: [] })
    expect(asked).toHaveLength(40)
    const second = await googlePlay.poll(io, { cursor: again(first), posts: [], open: [] })
    expect(asked.slice(40).map(({ url }) => url.searchParams.get('token'))).toEqual([
      null,
      '40',
      '41',
      '42',
      '43',
      '44',
      '45',
      '46',
      '47',
      '48',
      '49',
      '50',
    ])
    expect(second.trouble).toMatchObject({ kind: 'rejected' })
    await googlePlay.poll(io, { cursor: again(second), posts: [], open: [] })
    expect(asked).toHaveLength(53)
  })
})

describe('a reply', () => {
  const ref = { changedAt: '2026-11-23T11:00:00.000Z' }
  const target = {
    externalId: 'gp:r',
    parentExternalId: null,
    postExternalId: null,
    ref,
    authorExternalId: null,
    authorHandle: null,
    private: false,
  }
  const wanted: FindInput = {
    target,
    text: 'Open <Settings>, then 3 < 4',
    key: 'k',
    createdAt: '2026-11-23T12:00:00.000Z',
    since: '2026-11-23T12:00:00.000Z',
  }

  test('is written once, with brackets that Google does not take for markup', async () => {
    let reply: { text: string; minutesAgo: number } | undefined
    const { io, asked } = ioOf(({ method, body }) => {
      if (method === 'GET') return review('gp:r', 60, reply)
      const { replyText } = JSON.parse(body) as { replyText: string }
      reply = { text: replyText.replaceAll(/<[^>]*>/g, ''), minutesAgo: 0 }
      return { result: { replyText: reply.text, lastEdited: { ...at(0), nanos: 5_000_000 } } }
    })
    expect((await googlePlay.find(io, wanted)).found).toBe('absent')
    const sent = await googlePlay.reply(io, wanted)
    expect(reply?.text).toBe('Open ＜Settings>, then 3 < 4')
    expect(sent).toMatchObject({
      externalId: 'gp:r/reply',
      url: 'https://play.google.com/store/apps/details?id=com.fieldnote.app&reviewId=gp%3Ar',
      facts: [{ parentExternalId: 'gp:r', text: wanted.text, platformAt: '2026-11-23T12:00:00.005Z' }],
    })
    expect(await googlePlay.reply(io, wanted)).toMatchObject({ externalId: 'gp:r/reply' })
    const posts = asked.filter(({ method }) => method === 'POST')
    expect(posts.map(({ url }) => url.pathname)).toEqual(['/androidpublisher/v3/applications/com.fieldnote.app/reviews/gp%3Ar:reply'])
    expect(await googlePlay.find(io, wanted)).toMatchObject({ found: 'landed', sent: { externalId: 'gp:r/reply' } })
    await expect(googlePlay.reply(io, { ...wanted, text: 'Other words' })).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('Open <Settings>'),
    })
    await googlePlay.editReply!(io, { externalId: 'gp:r/reply', ref: {}, text: 'Other words' })
    expect(reply?.text).toBe('Other words')
  })

  test('of which the answer says nothing may have landed or not: a look tells', async () => {
    for (const answer of [{}, { result: {} }, []]) {
      const { io } = ioOf(({ method }) => (method === 'GET' ? review('gp:r', 60) : answer))
      await expect(googlePlay.reply(io, wanted)).rejects.toMatchObject({ kind: 'unavailable', notSent: false })
      const edit = googlePlay.editReply!(io, { externalId: 'gp:r/reply', ref: {}, text: 'Other words' })
      await expect(edit).rejects.toMatchObject({ kind: 'unavailable', notSent: false })
      expect((await googlePlay.find(io, wanted)).found).toBe('absent')
    }
    const { io } = ioOf(({ method }) => (method === 'GET' ? review('gp:r', 60) : { result: { lastEdited: at(0) } }))
    expect(await googlePlay.reply(io, wanted)).toMatchObject({ externalId: 'gp:r/reply', facts: [{ text: wanted.text }] })
  })

  test('that was refused in words and stands there all the same has landed', async () => {
    let reply: { text: string; minutesAgo: number } | undefined
    const { io } = ioOf(({ method }) => {
      if (method === 'GET') return review('gp:r', 60, reply)
      reply = { text: wanted.text, minutesAgo: 0 }
      return refusal(400, 'INVALID_ARGUMENT')
    })
    expect(await googlePlay.reply(io, wanted)).toMatchObject({ externalId: 'gp:r/reply' })
  })

  test('to a review that the API shows no more is refused with a way out, and nothing is written unseen', async () => {
    const { io, asked } = ioOf(() => refusal(404, 'NOT_FOUND'))
    const old = { ...wanted, target: { ...target, ref: { changedAt: '2026-11-16T11:59:00.000Z' } } }
    await expect(googlePlay.reply(io, old)).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('Play Console') })
    await expect(googlePlay.reply(io, wanted)).rejects.toMatchObject({ kind: 'gone' })
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'GET'])
  })
})
