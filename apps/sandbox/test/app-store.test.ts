import { createSign, generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

const platform = 'app-store'
let sandbox: Sandbox
let settings: Record<string, string>
let nowMs: number
beforeEach(async () => {
  nowMs = Date.parse('2026-11-23T10:00:00Z')
  sandbox = await startSandbox({ port: 0, brand: 'empty', now: () => new Date(nowMs) })
  settings = sandbox.platforms.find(({ id }) => id === platform)?.settings ?? {}
})
afterEach(() => sandbox.close())

/** A token as Apple documents it; what is given differs. */
function sign(more: { header?: object; claims?: object; key?: string } = {}): string {
  const now = Math.floor(nowMs / 1000)
  const header = { alg: 'ES256', kid: settings['keyId'], typ: 'JWT', ...more.header }
  const claims = { iss: settings['issuerId'], iat: now, exp: now + 1_200, aud: 'appstoreconnect-v1', ...more.claims }
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const key = { key: more.key ?? settings['privateKey'] ?? '', dsaEncoding: 'ieee-p1363' as const }
  return `${signed}.${createSign('sha256').update(signed).sign(key).toString('base64url')}`
}

async function call(method: string, path: string, body?: object, token = sign()): Promise<{ status: number; headers: Headers; body: any }> {
  const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) }
  const url = path.startsWith('http') ? path : `${sandbox.urls[platform]}${path}`
  const answer = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) }
}

const review = (name: string, text: string, rating: number, more: object = {}): Item =>
  speak(sandbox.world, { platform, author: { name }, text, rating, ...more })
const response = (reviewId: string, responseBody: string, type = 'customerReviews'): object => ({
  data: {
    type: 'customerReviewResponses',
    attributes: { responseBody },
    relationships: { review: { data: { type, id: reviewId } } },
  },
})
const list = (): string => `/v1/apps/${settings['appId']}/customerReviews`

test('lets in who signed with the key of its team, for twenty minutes at most', async () => {
  const statusOf = async (more: Parameters<typeof sign>[0]): Promise<number> =>
    (await call('GET', '/v1/apps', undefined, sign(more))).status
  const now = nowMs / 1000
  expect(await statusOf({})).toBe(200)
  expect(await statusOf({ claims: { scope: ['GET /v1/apps?limit=2'] } })).toBe(200)
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  const refused = [
    { key: String(stranger) },
    { header: { kid: 'ABCDEFGHIJ' } },
    { header: { alg: 'HS256' } },
    { claims: { iss: '57246542-96fe-1a63-e053-0824d011072a' } },
    { claims: { aud: 'somebody-else' } },
    { claims: { exp: now + 1_201 } },
    { claims: { iat: now - 900, exp: now } },
    { claims: { scope: ['GET /v1/users'] } },
  ]
  for (const each of refused) expect(await statusOf(each), JSON.stringify(each).slice(0, 60)).toBe(401)
  const nobody = await call('GET', '/v1/apps', undefined, 'x.y.z')
  expect(nobody.body.errors).toMatchObject([
    { status: '401', code: 'NOT_AUTHORIZED', title: expect.any(String), detail: expect.any(String) },
  ])
  sandbox.faults.setToken(platform, 'revoked', new Date(nowMs))
  expect(await statusOf({})).toBe(401)
})

test('lists the app’s reviews newest first, page by page, with their responses included', async () => {
  const ids = Array.from(
    { length: 5 },
    (_, n) => review('Ana', `number ${n}`, n + 1, { createdAt: nowMs - n * 60_000, lang: 'es', title: `Title ${n}` }).id,
  )
  review('Silent', '', 3)
  await call('POST', '/v1/customerReviewResponses', response(ids[1]!, 'Sorry…'))
  const query = 'sort=-createdDate&include=response&limit=2&fields[customerReviews]=rating,title,body,createdDate,territory,response'
  const one = await call('GET', `${list()}?${query}`)
  expect(one.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2))
  expect(one.body.data[0]).toMatchObject({
    type: 'customerReviews',
    attributes: { rating: 1, title: 'Title 0', body: 'number 0', createdDate: '2026-11-23T02:00:00-08:00', territory: 'ESP' },
  })
  expect('reviewerNickname' in one.body.data[0].attributes).toBe(false)
  expect('data' in one.body.data[0].relationships.response).toBe(false)
  const { id } = one.body.data[1].relationships.response.data
  expect(one.body.included).toMatchObject([{ type: 'customerReviewResponses', id, attributes: { responseBody: 'Sorry…' } }])
  expect(one.body.meta.paging).toEqual({ total: 5, limit: 2 })
  expect(one.headers.get('x-rate-limit')).toMatch(/^user-hour-lim:3600;user-hour-rem:35\d\d;$/)
  const two = await call('GET', one.body.links.next)
  const three = await call('GET', two.body.links.next)
  expect([...two.body.data, ...three.body.data].map((each) => each.id)).toEqual(ids.slice(2))
  expect(three.body.links.next).toBeUndefined()
  expect((await call('GET', `${list()}?limit=201`)).body.errors[0]).toMatchObject({ status: '400', source: { parameter: 'limit' } })
  expect((await call('GET', `${list()}?sort=stars`)).status).toBe(400)
  const stars = await call('GET', `${list()}?filter[rating]=2,4&sort=rating`)
  expect(stars.body.data.map(({ id: each }: { id: string }) => each)).toEqual([ids[1], ids[3]])
})

test('takes one response, published a little later, other words in its place, and takes it away', async () => {
  const item = review('Ana', 'Crashes on open', 2)
  const path = `/v1/customerReviews/${item.id}`
  expect((await call('GET', `${path}/response`)).body.data).toBeNull()
  const first = await call('POST', '/v1/customerReviewResponses', response(item.id, 'Sorry'))
  expect(first).toMatchObject({ status: 201, body: { data: { attributes: { responseBody: 'Sorry', state: 'PENDING_PUBLISH' } } } })
  const unanswered = async (): Promise<number> => (await call('GET', `${list()}?exists[publishedResponse]=false`)).body.data.length
  expect(await unanswered()).toBe(1)
  nowMs += 30_000
  expect(await unanswered()).toBe(0)
  await call('POST', '/v1/customerReviewResponses', response(item.id, 'Sorry'))
  const second = await call('POST', '/v1/customerReviewResponses', response(item.id, 'Very sorry'))
  expect(second.body.data.id).toBe(first.body.data.id)
  expect(sandbox.world.journal.ledger.map(({ repeated }) => repeated)).toEqual([false, true, false])
  const read = await call('GET', `${path}?include=response`)
  expect(read.body.included).toMatchObject([{ attributes: { responseBody: 'Very sorry', state: 'PENDING_PUBLISH' } }])
  sandbox.faults.setQuirks({ slowResponses: true })
  nowMs += 86_400_000
  expect((await call('GET', `${path}/response`)).body.data.attributes.state).toBe('PENDING_PUBLISH')
  const gone = await call('DELETE', `/v1/customerReviewResponses/${first.body.data.id}`)
  expect([gone.status, gone.body]).toEqual([204, null])
  expect((await call('GET', `${path}/response`)).body.data).toBeNull()
  expect((await call('DELETE', `/v1/customerReviewResponses/${first.body.data.id}`)).body.errors[0]).toMatchObject({ code: 'NOT_FOUND' })
})

test('refuses by code what is missing, too long, or about a review that is gone', async () => {
  const item = review('Ana', 'Crashes on open', 2)
  const post = (body: object) => call('POST', '/v1/customerReviewResponses', body)
  expect((await post(response(item.id, ' '))).body.errors[0]).toMatchObject({ status: '409', code: 'ENTITY_ERROR.ATTRIBUTE.REQUIRED' })
  expect((await post(response(item.id, 'x'.repeat(5_971)))).body.errors[0].code).toBe('ENTITY_ERROR.ATTRIBUTE.INVALID')
  expect((await post(response(item.id, 'x'.repeat(5_970)))).status).toBe(201)
  expect((await post(response(item.id, 'x', 'apps'))).body.errors[0].code).toBe('ENTITY_ERROR.RELATIONSHIP.INVALID')
  sandbox.world.remove(item)
  expect((await post(response(item.id, 'Hello'))).status).toBe(409)
  expect((await call('GET', `/v1/customerReviews/${item.id}`)).body.errors[0]).toMatchObject({ status: '404', code: 'NOT_FOUND' })
  expect((await call('GET', '/v1/apps/1/customerReviews')).status).toBe(404)
  sandbox.faults.setQuirks({ cannotRespond: true })
  expect((await post(response(item.id, 'Hello'))).body.errors[0].code).toBe('FORBIDDEN_ERROR')
})

test('a change leaves a review in its place, or dates it anew', async () => {
  const old = review('Ana', 'Good', 4, { createdAt: nowMs - 60_000 })
  const newer = review('Bo', 'Fine', 3)
  nowMs += 60_000
  sandbox.world.edit(old, 'Good, then better', { rating: 5 })
  const order = async (): Promise<string[]> => (await call('GET', list())).body.data.map(({ id }: { id: string }) => id)
  expect(await order()).toEqual([newer.id, old.id])
  sandbox.faults.setQuirks({ datesEditsAnew: true })
  expect(await order()).toEqual([old.id, newer.id])
})
