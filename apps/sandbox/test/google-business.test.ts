import { createPublicKey, verify } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { until } from './receiver.ts'

const platform = 'google-business'
let sandbox: Sandbox
let token: string
let location: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0, brand: 'empty' })
  location = sandbox.platforms.find(({ id }) => id === platform)?.settings['location'] ?? ''
  token = await signIn()
})
afterEach(() => sandbox.close())

async function signIn(): Promise<string> {
  const { clientId, clientSecret, refreshToken } = sandbox.secrets[platform]
  const form = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken }
  const answer = await fetch(`${sandbox.urls[platform]}/oauth2.googleapis.com/token`, { method: 'POST', body: new URLSearchParams(form) })
  return ((await answer.json()) as { access_token: string }).access_token
}

async function call(method: string, path: string, body?: object): Promise<{ status: number; body: any }> {
  const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) }
  const answer = await fetch(`${sandbox.urls[platform]}/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  return { status: answer.status, body: await answer.json() }
}

const review = (name: string, text: string, rating: number, more: object = {}): Item =>
  speak(sandbox.world, { platform, author: { name }, text, rating, ...more })

test('lists accounts, then shops without the account in their names, each from its own host', async () => {
  const { accountId, locationId, otherLocationId } = sandbox.secrets[platform]
  const { body } = await call('GET', 'mybusinessaccountmanagement.googleapis.com/v1/accounts')
  expect(body.accounts).toMatchObject([{ name: `accounts/${accountId}` }])
  const path = `mybusinessbusinessinformation.googleapis.com/v1/accounts/${accountId}/locations`
  expect((await call('GET', path)).body.error.status).toBe('INVALID_ARGUMENT')
  const found = await call('GET', `${path}?readMask=name,title`)
  expect(found.body.locations).toEqual([
    { name: `locations/${locationId}`, title: 'Fieldnote' },
    { name: `locations/${otherLocationId}`, title: 'Fieldnote Repairs' },
  ])
  const other = `v4/accounts/${accountId}/locations/${otherLocationId}`
  expect((await call('GET', `${other}/reviews`)).body).toEqual({})
  expect((await call('PUT', `${other}/reviews/x/reply`, { comment: 'Hi' })).body.error.status).toBe('FAILED_PRECONDITION')
})

test('reviews come with stars as words, newest change first, fifty at most, page by page', async () => {
  const old = review('Ana R', 'Good', 4)
  for (let n = 0; n < 60; n += 1) review(`P${n}`, n === 0 ? '' : `number ${n}`, 5)
  sandbox.world.edit(old, 'Good, then better', { rating: 5, at: old.createdAt + 60_000 })
  const one = await call('GET', `v4/${location}/reviews?orderBy=updateTime%20desc`)
  expect(one.body.reviews).toHaveLength(50)
  expect(one.body).toMatchObject({ totalReviewCount: 61, averageRating: 5 })
  expect(one.body.reviews[0]).toMatchObject({
    name: `${location}/reviews/${old.id}`,
    reviewId: old.id,
    reviewer: { displayName: 'Ana R' },
    starRating: 'FIVE',
    comment: 'Good, then better',
  })
  expect(one.body.reviews[0].updateTime > one.body.reviews[0].createTime).toBe(true)
  const two = await call('GET', `v4/${location}/reviews?pageToken=${one.body.nextPageToken}`)
  expect([two.body.reviews.length, two.body.nextPageToken]).toEqual([11, undefined])
  const silent = [...one.body.reviews, ...two.body.reviews].filter((each) => !('comment' in each))
  expect(silent).toHaveLength(1)
  expect((await call('GET', `v4/${location}/reviews?pageSize=51`)).status).toBe(400)
  const both = await call('POST', `v4/${location.split('/locations')[0]}/locations:batchGetReviews`, {
    locationNames: [location],
    pageSize: 2,
  })
  expect(both.body.locationReviews).toMatchObject([{ name: location, review: { reviewId: old.id } }, { name: location }])
})

test('takes one reply, other words in its place, and takes it away', async () => {
  const item = review('Ana R', 'Good', 4)
  const path = `v4/${location}/reviews/${item.id}`
  for (const comment of ['Thanks', 'Thanks', 'Thank you'])
    expect((await call('PUT', `${path}/reply`, { comment })).body).toMatchObject({ comment, reviewReplyState: 'APPROVED' })
  expect(sandbox.world.replies(item).map(({ id, text }) => [id, text])).toEqual([[`${item.id}/reply`, 'Thank you']])
  expect(sandbox.world.journal.ledger.map(({ repeated }) => repeated)).toEqual([false, true, false])
  expect((await call('GET', path)).body.reviewReply).toMatchObject({ comment: 'Thank you' })
  expect((await call('DELETE', `${path}/reply`)).body).toEqual({})
  expect((await call('GET', path)).body.reviewReply).toBeUndefined()
  expect((await call('DELETE', `${path}/reply`)).body.error.status).toBe('NOT_FOUND')
  await call('PUT', `${path}/reply`, { comment: 'Once more' })
  expect(sandbox.world.replies(item)).toHaveLength(1)
})

test('refuses by status: too many bytes, a review that is gone, no token, no quota', async () => {
  const item = review('Ana R', 'Good', 4)
  const path = `v4/${location}/reviews/${item.id}`
  expect((await call('PUT', `${path}/reply`, { comment: 'é'.repeat(2_049) })).body.error.status).toBe('INVALID_ARGUMENT')
  expect((await call('PUT', `${path}/reply`, { comment: 'é'.repeat(2_048) })).status).toBe(200)
  sandbox.world.remove(item)
  expect((await call('GET', path)).body.error).toMatchObject({ code: 404, status: 'NOT_FOUND' })
  expect((await call('PUT', `${path}/reply`, { comment: 'Hi' })).status).toBe(404)
  sandbox.faults.setQuirks({ quotaZero: true })
  expect((await call('GET', `v4/${location}/reviews`)).body.error).toMatchObject({ code: 429, status: 'RESOURCE_EXHAUSTED' })
  sandbox.faults.setToken(platform, 'expired', new Date())
  expect((await call('GET', `v4/${location}/reviews`)).body.error.status).toBe('UNAUTHENTICATED')
  token = await signIn()
  expect((await call('GET', `v4/${location}/reviews`)).status, 'signed in again, without quota').toBe(429)
})

test('a reply may wait or be refused there, a review may be translated, a reviewer may have no name', async () => {
  const item = review('Ana R', 'Muito bom', 4, { lang: 'pt' })
  const path = `v4/${location}/reviews/${item.id}`
  sandbox.faults.setQuirks({ moderatesReplies: true, translatesReviews: true, anonymousAuthors: 1 })
  expect((await call('PUT', `${path}/reply`, { comment: 'Thanks' })).body.reviewReplyState).toBe('PENDING')
  expect((await call('GET', path)).body).toMatchObject({
    reviewer: { displayName: 'A Google user', isAnonymous: true },
    comment: '(Translated by Google) Muito bom\n\n(Original)\nMuito bom',
  })
  sandbox.faults.setQuirks({ rejectsReplies: true })
  expect((await call('PUT', `${path}/reply`, { comment: 'www.example.org' })).body).toMatchObject({
    reviewReplyState: 'REJECTED',
    policyViolation: 'URL',
  })
})

test('tells the topic of new and changed reviews once the account asks for it, signed for whom the subscription names', async () => {
  const { accountId, pushAccount, project } = sandbox.secrets[platform]
  const pushes: { authorization: string; body: any }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      pushes.push({ authorization: String(request.headers.authorization), body: JSON.parse(text) })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const audience = 'https://inbox.example/push'
  sandbox.webhooks.of(platform).target = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    secret: audience,
    verifyToken: '',
  }

  const path = `mybusinessnotifications.googleapis.com/v1/accounts/${accountId}/notificationSetting`
  const name = `accounts/${accountId}/notificationSetting`
  const set = (topic: string, notificationTypes: string[], mask = '?updateMask=pubsubTopic,notificationTypes') =>
    call('PATCH', `${path}${mask}`, { name, pubsubTopic: topic, notificationTypes })
  review('Early', 'before anybody asked', 3)
  expect((await call('GET', path)).body).toEqual({ name })
  const topic = `projects/${project}/topics/reviews`
  expect((await set(topic, ['NEW_REVIEW'], '')).body.error.status).toBe('INVALID_ARGUMENT')
  expect((await set('reviews', ['NEW_REVIEW'])).body.error.message).toContain('INVALID_PUBSUB_TOPIC')
  expect((await set('projects/else/topics/t', ['NEW_REVIEW'])).body.error.message).toContain('PUBLISH_PERMISSIONS_MISSING')
  expect((await set(topic, ['NEW_POEM'])).status).toBe(400)
  expect((await set(topic, ['NEW_REVIEW', 'UPDATED_REVIEW'])).body).toEqual({
    name,
    pubsubTopic: topic,
    notificationTypes: ['NEW_REVIEW', 'UPDATED_REVIEW'],
  })

  const item = review('Ana R', 'Good', 4)
  sandbox.world.edit(item, 'Better', { rating: 5 })
  await call('PUT', `v4/${location}/reviews/${item.id}/reply`, { comment: 'Thank you' })
  sandbox.world.remove(item)
  await until(() => pushes.length >= 2 && sandbox.webhooks.pending === 0)
  const told = pushes.map(({ body }) => JSON.parse(Buffer.from(body.message.data, 'base64').toString()) as Record<string, string>)
  expect(told.map((each) => each['notificationType']).toSorted()).toEqual(['NEW_REVIEW', 'UPDATED_REVIEW'])
  expect(told[0]).toMatchObject({ reviewName: `${location}/reviews/${item.id}`, locationName: location })
  expect(pushes[0]?.body).toMatchObject({
    message: { messageId: expect.any(String), attributes: {} },
    subscription: expect.stringContaining(project),
  })

  const certs = (await (await fetch(`${sandbox.urls[platform]}/www.googleapis.com/oauth2/v3/certs`)).json()) as {
    keys: (JsonWebKey & { kid: string })[]
  }
  const [head = '', claims = '', signature = ''] = (pushes[0]?.authorization ?? '').replace('Bearer ', '').split('.')
  const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string; alg: string }
  const jwk = certs.keys.find((each) => each.kid === kid)!
  expect(alg).toBe('RS256')
  expect(
    verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${claims}`),
      createPublicKey({ key: jwk, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    ),
  ).toBe(true)
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    iss: 'https://accounts.google.com',
    aud: audience,
    email: pushAccount,
    email_verified: true,
  })

  expect((await set(topic, [])).body).toEqual({ name, pubsubTopic: topic })
  review('Late', 'after nobody asks any more', 2)
  expect([pushes.length, sandbox.webhooks.pending]).toEqual([2, 0])
})
