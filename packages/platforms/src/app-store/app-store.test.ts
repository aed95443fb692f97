import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Fact } from '@answerback/core/facts'
import type { FindInput, Io, PollResult } from '../platform.ts'
import { appStore } from './adapter.ts'

type Sent = { data: { attributes: { responseBody: string } } }
type Asked = { method: string; url: URL; body: string; token: string }

const now = new Date('2026-11-22T12:00:00.000Z')
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const base64 = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
const self = { accountId: '77', handle: 'Fieldnote', ownedIds: ['77'], host: 'apps.apple.com' }

function ioOf(answer: (asked: Asked) => unknown): { io: Io; asked: Asked[] } {
  const asked: Asked[] = []
  const io: Io = {
    fetch: async (url, init) => {
      const request = new Request(url, init)
      const token = (request.headers.get('authorization') ?? '').replace('Bearer ', '')
      const each = { method: request.method, url: new URL(request.url), body: await request.text(), token }
      asked.push(each)
      const given = answer(each)
      return given instanceof Response ? given : Response.json(given)
    },
    now: () => now,
    settings: { appId: '77' },
    credentials: { keyId: 'K1', issuerId: 'I1', privateKey: base64 },
    save: async (credentials) => void (io.credentials = credentials),
    self,
  }
  return { io, asked }
}

const review = (id: string, more: { response?: string | null; createdDate?: string } = {}): Record<string, unknown> => ({
  type: 'customerReviews',
  id,
  attributes: {
    rating: 2,
    title: 'Slow',
    body: 'Very',
    reviewerNickname: 'ana',
    createdDate: more.createdDate ?? '2026-11-20T02:00:00-08:00',
  },
  relationships: { response: { data: more.response ? { type: 'customerReviewResponses', id: more.response } : null } },
})
const response = (id: string, responseBody: string, state = 'PUBLISHED'): Record<string, unknown> => ({
  type: 'customerReviewResponses',
  id,
  attributes: { responseBody, lastModifiedDate: '2026-11-21T02:00:00-08:00', state },
})
const refusal = (status: number, headers: Record<string, string> = {}): Response =>
  Response.json({ errors: [{ status: String(status), code: 'X', detail: 'as documented' }] }, { status, headers })
const claimsOf = ({ token }: Asked): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
const factsOf = ({ pages }: PollResult): Fact[] =>
  pages.flatMap((page) => appStore.normalize({ ...page, receivedAt: now.toISOString() }, self).facts)
const again = (result: PollResult): unknown => JSON.parse(JSON.stringify(result.cursor))

describe('a key', () => {
  test('signs each call for less than twenty minutes, with ES256 in its raw form', async () => {
    const { io, asked } = ioOf(() => ({ data: [] }))
    await appStore.poll(io, { cursor: null, posts: [], open: [] })
    const [head = '', claims = '', signature = ''] = asked[0]!.token.split('.')
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'ES256', kid: 'K1', typ: 'JWT' })
    const { iss, aud, iat, exp } = claimsOf(asked[0]!) as { iss: string; aud: string; iat: number; exp: number }
    expect({ iss, aud }).toEqual({ iss: 'I1', aud: 'appstoreconnect-v1' })
    expect(exp - iat).toBeLessThanOrEqual(1_200)
    expect(iat).toBeLessThanOrEqual(now.getTime() / 1000)
    const key = { key: createPublicKey(pem), dsaEncoding: 'ieee-p1363' as const }
    expect(verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
  })

  test('of a person names nobody; a clock of ours that is wrong is put right by Apple’s', async () => {
    const { io, asked } = ioOf((each) =>
      Number(claimsOf(each).exp) > now.getTime() / 1000 + 7_200
        ? { data: [] }
        : refusal(401, { date: new Date(now.getTime() + 86_400_000).toUTCString() }),
    )
    delete io.credentials.issuerId
    await appStore.poll(io, { cursor: null, posts: [], open: [] })
    expect(asked).toHaveLength(2)
    expect(claimsOf(asked[1]!)).toMatchObject({ sub: 'user', aud: 'appstoreconnect-v1' })
    expect(claimsOf(asked[1]!)).not.toHaveProperty('iss')
  })

  test('is taken however it was pasted; the app by its number or its address; a key that sees no such app is told so', async () => {
    const { io, asked } = ioOf(({ url }) =>
      url.pathname === '/v1/apps/77' ? { data: { attributes: { name: 'Fieldnote' } } } : { data: [] },
    )
    for (const privateKeyText of [pem, pem.replaceAll('\n', ''), pem.replaceAll('\n', '\\n'), base64])
      for (const appId of ['77', 'https://apps.apple.com/es/app/fieldnote/id77?l=en']) {
        const connected = await appStore.connect.open(io, { appId, keyId: 'K1', issuerId: 'I1', privateKey: privateKeyText })
        expect(connected).toMatchObject({ account: { externalId: '77', name: 'Fieldnote' }, settings: { appId: '77' } })
        expect(connected.credentials.privateKey).toBe(base64)
      }
    expect(new Set(asked.map(({ url }) => url.host))).toEqual(new Set(['api.appstoreconnect.apple.com']))
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    for (const wrong of [{ privateKey: 'nonsense' }, { privateKey: rsa }, { appId: 'fieldnote' }, { keyId: '' }])
      await expect(appStore.connect.open(io, { appId: '77', keyId: 'K1', privateKey: pem, ...wrong })).rejects.toMatchObject({
        kind: 'rejected',
      })
    const none = ioOf(() => refusal(404))
    await expect(appStore.connect.open(none.io, { appId: '78', keyId: 'K1', privateKey: pem })).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('78'),
    })
  })
})

describe('a poll', () => {
  test('follows the next page on our host alone, ends where nothing is new, and re-reads open reviews that did not come', async () => {
    const { io, asked } = ioOf(({ url }) => {
      if (url.pathname.endsWith('/gone')) return refusal(404)
      if (!url.pathname.endsWith('/customerReviews')) return { data: review('old') }
      return url.searchParams.get('cursor') === 'c2'
        ? { data: [review('old')] }
        : { data: [review('new')], links: { next: 'https://elsewhere.example/v1/apps/77/customerReviews?cursor=c2&limit=200' } }
    })
    const first = await appStore.poll(io, { cursor: null, posts: [], open: [] })
    expect(asked.map(({ url }) => [url.host, url.searchParams.get('sort'), url.searchParams.get('include')])).toEqual([
      ['api.appstoreconnect.apple.com', '-createdDate', 'response'],
      ['api.appstoreconnect.apple.com', '-createdDate', 'response'],
    ])
    const open = ['new', 'old', 'gone'].map((externalId) => ({ externalId }))
    const second = await appStore.poll(io, { cursor: again(first), posts: [], open })
    expect(asked.slice(2).map(({ url }) => url.pathname.split('/').at(-1))).toEqual(['customerReviews', 'old', 'gone'])
    expect(factsOf(second).filter(({ fact }) => fact === 'removal')).toMatchObject([{ externalId: 'gone' }])
  })

  test('reaches no further back than it was asked to', async () => {
    const { io, asked } = ioOf(({ url }) => ({
      data: [
        review(`r${url.searchParams.get('cursor')}`, { createdDate: asked.length === 3 ? '2026-11-01T00:00:00Z' : '2026-11-20T00:00:00Z' }),
      ],
      links: { next: `https://api.appstoreconnect.apple.com/v1/apps/77/customerReviews?cursor=c${asked.length}` },
    }))
    await appStore.poll(io, { cursor: null, posts: [], open: [], backTo: '2026-11-10T00:00:00.000Z' })
    expect(asked).toHaveLength(3)
  })

  test('sees that a response was taken away there, and goes slower when few calls are left', async () => {
    let left = 3_000
    let standing = true
    const { io } = ioOf(() =>
      Response.json(
        { data: [review('r', { response: standing ? 's' : null })], included: standing ? [response('s', 'Sorry!')] : [] },
        { headers: { 'x-rate-limit': `user-hour-lim:3600;user-hour-rem:${left};` } },
      ),
    )
    const first = await appStore.poll(io, { cursor: null, posts: [], open: [] })
    expect(first).toMatchObject({ quota: { left: 3_000, of: 3_600, resetAt: null }, waitMs: 60_000 })
    expect(factsOf(first)).toMatchObject([
      { externalId: 'r' },
      { externalId: 's', parentExternalId: 'r', ours: true },
      { fact: 'hidden', hidden: false },
    ])
    standing = false
    left = 600
    const second = await appStore.poll(io, { cursor: again(first), posts: [], open: [] })
    expect(second.waitMs).toBe(900_000)
    expect(factsOf(second)).toMatchObject([{ externalId: 'r' }, { fact: 'removal', externalId: 's' }])
    expect(factsOf(await appStore.poll(io, { cursor: again(second), posts: [], open: [] }))).toHaveLength(1)
  })
})

describe('a response', () => {
  const target = {
    externalId: 'r',
    parentExternalId: null,
    postExternalId: null,
    ref: {},
    authorExternalId: null,
    authorHandle: null,
    private: false,
  }
  const wanted: FindInput = { target, text: 'Sorry to hear that', key: 'k', createdAt: now.toISOString(), since: now.toISOString() }

  test('is written once, waits to be shown, and is seen by its own path where the review does not show it', async () => {
    let there: Record<string, unknown> | null = null
    const { io, asked } = ioOf(({ method, url, body }) => {
      if (method === 'GET' && url.pathname.endsWith('/response')) return there === null ? refusal(404) : { data: there }
      if (method === 'GET') return { data: { ...review('r'), relationships: { response: { links: {} } } } }
      const sent = JSON.parse(body) as Sent
      there = response('s', sent.data.attributes.responseBody, 'PENDING_PUBLISH')
      return Response.json({ data: there }, { status: 201 })
    })
    expect((await appStore.find(io, wanted)).found).toBe('absent')
    const pending = 'Apple shows it in the App Store later'
    expect(await appStore.reply(io, wanted)).toMatchObject({ externalId: 's', pending, facts: [{ parentExternalId: 'r' }] })
    expect(await appStore.reply(io, wanted)).toMatchObject({ externalId: 's', pending })
    const posts = asked.filter(({ method }) => method === 'POST')
    expect(posts.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      {
        data: {
          type: 'customerReviewResponses',
          attributes: { responseBody: wanted.text },
          relationships: { review: { data: { type: 'customerReviews', id: 'r' } } },
        },
      },
    ])
    expect(await appStore.find(io, wanted)).toMatchObject({ found: 'landed', sent: { externalId: 's' } })
    const other = appStore.reply(io, { ...wanted, text: 'Something else' })
    await expect(other).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('Sorry to hear that') })
  })

  test('that was refused in words and stands there all the same has landed; a look that failed wrote nothing', async () => {
    let landed = false
    const { io } = ioOf(({ method }) => {
      if (method === 'GET')
        return landed ? { data: review('r', { response: 's' }), included: [response('s', wanted.text)] } : { data: review('r') }
      landed = true
      return refusal(409)
    })
    expect(await appStore.reply(io, wanted)).toMatchObject({ externalId: 's' })
    const broken = ioOf(() => refusal(500))
    await expect(appStore.reply(broken.io, wanted)).rejects.toMatchObject({ kind: 'unavailable', notSent: true })
  })

  test('is taken away by its own id, twice as once; other words keep its name', async () => {
    let standing = true
    const { io, asked } = ioOf(({ method, body }) => {
      if (method === 'POST')
        return Response.json({ data: response('s2', (JSON.parse(body) as Sent).data.attributes.responseBody) }, { status: 201 })
      if (!standing) return refusal(404)
      standing = false
      return new Response(null, { status: 204 })
    })
    const ours = { externalId: 's', ref: { review: 'r' } }
    expect(await appStore.editReply!(io, { ...ours, text: 'Better now?' })).toMatchObject({
      externalId: 's',
      facts: [{ externalId: 's', parentExternalId: 'r', text: 'Better now?' }],
    })
    await appStore.remove!(io, ours)
    await appStore.remove!(io, ours)
    expect(asked.map(({ method, url }) => [method, url.pathname])).toEqual([
      ['POST', '/v1/customerReviewResponses'],
      ['DELETE', '/v1/customerReviewResponses/s'],
      ['DELETE', '/v1/customerReviewResponses/s'],
    ])
  })

  test('is never called as its review', () => {
    const page = {
      kind: 'reviews',
      request: {},
      body: JSON.stringify({ data: [review('1', { response: '1' })], included: [response('1', 'Sorry!')] }),
    }
    expect(appStore.normalize({ ...page, receivedAt: now.toISOString() }, self).facts).toMatchObject([
      { externalId: '1', ours: false },
      { externalId: '1/reply', parentExternalId: '1', ours: true },
      { fact: 'hidden', externalId: '1/reply' },
    ])
  })
})
