import { generateKeyPairSync, sign } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

const platform = 'google-play'
const dayMs = 86_400_000
const scope = 'https://www.googleapis.com/auth/androidpublisher'
const aud = 'https://oauth2.googleapis.com/token'
let sandbox: Sandbox
let offsetMs = 0
let token: string
let reviews: string
beforeEach(async () => {
  offsetMs = 0
  sandbox = await startSandbox({ port: 0, brand: 'empty', now: () => new Date(Date.now() + offsetMs) })
  reviews = `androidpublisher/v3/applications/${sandbox.secrets[platform].packageName}/reviews`
  token = ((await askToken()).body as { access_token: string }).access_token
})
afterEach(() => sandbox.close())

function assertion(claims: object = {}, key = sandbox.secrets[platform].privateKey): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { clientEmail, privateKeyId } = sandbox.secrets[platform]
  const iat = Math.floor((Date.now() + offsetMs) / 1000)
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: privateKeyId })}.${part({ iss: clientEmail, scope, aud, iat, exp: iat + 3_600, ...claims })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}

async function askToken(given = assertion()): Promise<{ status: number; body: any }> {
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: given }
  const answer = await fetch(`${sandbox.urls[platform]}/oauth2.googleapis.com/token`, { method: 'POST', body: new URLSearchParams(form) })
  return { status: answer.status, body: await answer.json() }
}

async function call(method: string, path: string, body?: object): Promise<{ status: number; body: any }> {
  const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) }
  const answer = await fetch(`${sandbox.urls[platform]}/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  return { status: answer.status, body: await answer.json() }
}

const review = (name: string, text: string, rating: number, more: object = {}): Item =>
  speak(sandbox.world, { platform, author: { name }, text, rating, ...more })

test('announces the key file of a service account, whose assertions buy tokens of an hour', async () => {
  const settings = sandbox.platforms.find(({ id }) => id === platform)?.settings ?? {}
  expect(JSON.parse(settings['serviceAccountKey'] ?? '')).toMatchObject({ type: 'service_account', token_uri: aud })
  const { status, body } = await askToken()
  expect({ status, ...body }).toMatchObject({ status: 200, expires_in: 3_599, token_type: 'Bearer' })
  expect(body).not.toHaveProperty('refresh_token')
  const iat = Math.floor(Date.now() / 1000)
  const stranger = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  for (const wrong of [
    assertion({}, stranger),
    assertion({ iss: 'x@y.iam.gserviceaccount.com' }),
    assertion({ aud: 'https://elsewhere.example' }),
    assertion({ exp: iat - 1 }),
    assertion({ exp: iat + 7_200 }),
    'nonsense',
  ])
    expect(await askToken(wrong)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  expect(await askToken(assertion({ scope: 'openid' }))).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
})

test('tokens end after an hour, at the command of a test, and for good when the account is gone', async () => {
  expect((await call('GET', reviews)).body).toEqual({})
  offsetMs = 3_601_000
  expect((await call('GET', reviews)).body.error.status).toBe('UNAUTHENTICATED')
  token = ((await askToken()).body as { access_token: string }).access_token
  expect((await call('GET', reviews)).status).toBe(200)
  sandbox.faults.setToken(platform, 'revoked', new Date(Date.now() + offsetMs))
  expect((await call('GET', reviews)).status).toBe(401)
  expect(await askToken()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('lists a week of reviews that have words, the last changed first, with seconds as text', async () => {
  const now = Date.now()
  const old = review('Otto', 'Older than a week', 4, { createdAt: now - 7 * dayMs - 60_000 })
  const changed = review('Ana', 'First words', 2, { createdAt: now - 6 * dayMs, title: 'Slow', lang: 'es' })
  const silent = review('Bo', ' ', 5)
  const others = Array.from({ length: 12 }, (_, index) => review(`P${index}`, `review ${index}`, 5, { createdAt: now - dayMs + index }))
  sandbox.world.edit(changed, 'Better words', { rating: 4, at: now - 1_000 })
  const one = await call('GET', reviews)
  expect(one.body.reviews).toHaveLength(10)
  expect(one.body.pageInfo).toEqual({ totalResults: 13 })
  expect(one.body.reviews[0]).toMatchObject({
    reviewId: changed.id,
    authorName: 'Ana',
    comments: [
      {
        userComment: {
          text: 'Slow\tBetter words',
          starRating: 4,
          reviewerLanguage: 'es',
          lastModified: { seconds: String(Math.floor(changed.editedAt! / 1000)) },
        },
      },
    ],
  })
  const two = await call('GET', `${reviews}?maxResults=100&token=${one.body.tokenPagination.nextPageToken}`)
  expect(two.body.tokenPagination).toBeUndefined()
  const ids = [...one.body.reviews, ...two.body.reviews].map((each: { reviewId: string }) => each.reviewId)
  expect(new Set(ids)).toEqual(new Set([changed.id, ...others.map(({ id }) => id)]))
  expect((await call('GET', `${reviews}?maxResults=101`)).status).toBe(400)
  for (const { id } of [old, silent])
    expect((await call('GET', `${reviews}/${encodeURIComponent(id)}`)).body.error.status).toBe('NOT_FOUND')
})

test('takes one reply, other words in its place, without markup, and 350 characters at most', async () => {
  const item = review('Ana', 'Good', 4)
  const path = `${reviews}/${item.id}`
  const say = (replyText: string) => call('POST', `${path}:reply`, { replyText })
  for (const [given, stands] of [
    ['Thanks', 'Thanks'],
    ['Thanks', 'Thanks'],
    ['<b>Thank</b> you', 'Thank you'],
  ])
    expect((await say(given!)).body).toMatchObject({
      result: { replyText: stands, lastEdited: { seconds: expect.stringMatching(/^\d+$/) } },
    })
  expect(sandbox.world.replies(item).map(({ id, text }) => [id, text])).toEqual([[`${item.id}/reply`, 'Thank you']])
  expect(sandbox.world.journal.ledger.map(({ repeated }) => repeated)).toEqual([false, true, false])
  const { comments } = (await call('GET', path)).body
  expect(comments).toMatchObject([{ userComment: { text: 'Good' } }, { developerComment: { text: 'Thank you' } }])
  expect((await say('x'.repeat(351))).body.error.status).toBe('INVALID_ARGUMENT')
  expect((await say('<i></i>')).status).toBe(400)
  expect((await say('x'.repeat(350))).status).toBe(200)
  offsetMs = 7 * dayMs + 60_000
  token = ((await askToken()).body as { access_token: string }).access_token
  expect((await say('Too late')).body.error).toMatchObject({ code: 404, status: 'NOT_FOUND' })
})

test('an account that was not invited may nothing; words may be translated; a reader may have no name', async () => {
  review('Ana', 'Muito bom', 4, { lang: 'pt' })
  sandbox.faults.setQuirks({ translatesReviews: true, anonymousAuthors: 1, tabBeforeBody: true })
  const { body } = await call('GET', `${reviews}?translationLanguage=en`)
  expect(body.reviews).toMatchObject([
    { authorName: '', comments: [{ userComment: { text: '(en) \tMuito bom', originalText: '\tMuito bom' } }] },
  ])
  expect((await call('GET', 'androidpublisher/v3/applications/other.app/reviews')).status).toBe(404)
  sandbox.faults.setQuirks({ notInvited: true })
  expect((await call('GET', reviews)).body.error).toMatchObject({ code: 403, status: 'PERMISSION_DENIED' })
})
