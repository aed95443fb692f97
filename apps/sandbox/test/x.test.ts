import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { recordOf } from '../src/x/activity.ts'
import { timeOfId } from '../src/x/ids.ts'
import { weightOf } from '../src/x/text.ts'
import { startReceiver } from './receiver.ts'

let sandbox: Sandbox
let post: Item
let token: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('x', true)[0] as Item
  token = sandbox.secrets.x.accessToken
})
afterEach(() => sandbox.close())

async function call(method: string, path: string, body?: object, as = token): Promise<{ status: number; body: any; headers: Headers }> {
  const headers = { authorization: `Bearer ${as}`, ...(body ? { 'content-type': 'application/json' } : {}) }
  const answer = await fetch(`${sandbox.urls.x}/2/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  return { status: answer.status, body: await answer.json(), headers: answer.headers }
}

const say = (text: string, parent: Item = post, more: object = {}): Item =>
  speak(sandbox.world, { platform: 'x', author: { name: 'Kai' }, text, parentId: parent.id, ...more })
const fields = 'tweet.fields=author_id,conversation_id,referenced_tweets,entities,note_tweet&expansions=author_id'

describe('reading', () => {
  test('mentions hold what names the brand, implicitly too, newest first, page by page from `since_id`', async () => {
    const { userId } = sandbox.secrets.x
    const first = say('does it ship?')
    const others = Array.from({ length: 12 }, (_, n) => say(`number ${n}`))
    const silent = say('no name', post, { mention: false })
    const path = `users/${userId}/mentions?max_results=5&since_id=${first.id}&${fields}`
    const one = await call('GET', path)
    expect(one.body.meta).toMatchObject({ result_count: 5, newest_id: others[11]?.id })
    expect(one.body.data[0]).toMatchObject({
      text: '@fieldnote number 11',
      conversation_id: post.id,
      referenced_tweets: [{ type: 'replied_to', id: post.id }],
      entities: { mentions: [{ start: 0, end: 10, username: 'fieldnote', id: userId }] },
    })
    expect(one.body.includes.users).toMatchObject([{ username: 'kai' }])
    const two = await call('GET', `${path}&pagination_token=${one.body.meta.next_token}`)
    const three = await call('GET', `${path}&pagination_token=${two.body.meta.next_token}`)
    const seen = [one, two, three].flatMap(({ body }) => body.data.map(({ id }: { id: string }) => id))
    expect(seen).toEqual(others.map(({ id }) => id).toReversed())
    expect(seen).not.toContain(silent.id)
    expect((await call('GET', `users/${userId}/mentions?since_id=${others[11]?.id}`)).body).toEqual({ meta: { result_count: 0 } })
    expect((await call('GET', `users/${userId}/mentions?max_results=3`)).body).toMatchObject({
      title: 'Invalid Request',
      type: 'https://api.x.com/2/problems/invalid-request',
    })
  })

  test('a conversation is found whole by searching, and quotes where they are listed', async () => {
    const asked = say('?', post, { mention: false })
    const below = say('!', asked, { mention: false })
    const quote = speak(sandbox.world, { platform: 'x', author: { name: 'Noor' }, text: 'look', quotedId: post.id })
    const found = await call('GET', `tweets/search/recent?query=conversation_id:${post.id}%20-from:fieldnote`)
    expect(found.body.data.map(({ id }: { id: string }) => id)).toEqual([below.id, asked.id])
    expect((await call('GET', `tweets/${post.id}/quote_tweets`)).body.data).toMatchObject([{ id: quote.id }])
  })

  test('ids tell what is gone, an edit is another id of the same post, a long text is a note', async () => {
    const [gone, kept] = [
      say('gone'),
      speak(sandbox.world, { platform: 'x', author: { name: 'Kai' }, text: 'a'.repeat(400), mention: true }),
    ]
    sandbox.world.remove(gone)
    sandbox.world.edit(kept, 'b'.repeat(300))
    const { body } = await call('GET', `tweets?ids=${gone.id},${kept.id}&${fields}`)
    expect(body.errors).toMatchObject([{ resource_id: gone.id, type: 'https://api.x.com/2/problems/resource-not-found' }])
    expect(body.data[0].edit_history_tweet_ids).toEqual([kept.id, body.data[0].id])
    expect([body.data[0].text.length, body.data[0].note_tweet.text.length]).toEqual([280, 300])
    expect(Math.abs(timeOfId(kept.id) - kept.createdAt)).toBeLessThan(2)
  })

  test('links are shortened, and say what they stand for', async () => {
    const item = say('like https://example.org/a/b, or not')
    const { body } = await call('GET', `tweets/${item.id}?${fields}`)
    expect(body.data.text).toMatch(/^@fieldnote like https:\/\/t\.co\/\w{10}, or not$/)
    expect(body.data.entities.urls).toMatchObject([{ expanded_url: 'https://example.org/a/b' }])
  })
})

describe('writing', () => {
  test('answers who named the brand, with the name in front, and nobody else', async () => {
    const asked = say('does it ship?')
    const made = await call('POST', 'tweets', { text: 'Monday', reply: { in_reply_to_tweet_id: asked.id } })
    expect([made.status, made.body.data.text]).toEqual([201, '@kai Monday'])
    expect(sandbox.world.replies(asked).map(({ id }) => id)).toEqual([made.body.data.id])
    const again = await call('POST', 'tweets', { text: 'Monday', reply: { in_reply_to_tweet_id: asked.id } })
    expect(again).toMatchObject({
      status: 403,
      body: { detail: 'You are not allowed to create a Tweet with duplicate content.', type: 'about:blank' },
    })
    const silent = say('talking among us', post, { mention: false })
    const refused = await call('POST', 'tweets', { text: 'Hello', reply: { in_reply_to_tweet_id: silent.id } })
    expect(refused).toMatchObject({ status: 403, body: { title: 'Forbidden' } })
    sandbox.faults.setQuirks({ explicitSummonsOnly: true })
    expect((await call('POST', 'tweets', { text: 'Hello', reply: { in_reply_to_tweet_id: asked.id } })).status).toBe(403)
    expect((await call('POST', 'tweets', { text: 'Hello', reply: { in_reply_to_tweet_id: say('dear @fieldnote hm').id } })).status).toBe(
      201,
    )
    expect(sandbox.world.journal.ledger).toHaveLength(2)
  })

  test('hides, deletes, and likes only on the largest plan', async () => {
    const asked = say('?')
    expect((await call('PUT', `tweets/${asked.id}/hidden`, { hidden: true })).body).toEqual({ data: { hidden: true } })
    expect(asked.hidden).toBe(true)
    const made = await call('POST', 'tweets', { text: 'x', reply: { in_reply_to_tweet_id: asked.id } })
    expect((await call('DELETE', `tweets/${asked.id}`)).status).toBe(403)
    for (let time = 0; time < 2; time += 1)
      expect((await call('DELETE', `tweets/${made.body.data.id}`)).body).toEqual({ data: { deleted: true } })
    const like = () => call('POST', `users/${sandbox.secrets.x.userId}/likes`, { tweet_id: asked.id })
    expect((await like()).status).toBe(403)
    sandbox.faults.setQuirks({ enterpriseX: true })
    expect((await like()).body).toEqual({ data: { liked: true } })
  })

  test('refuses what it does not know, what is too long, and what is gone', async () => {
    const asked = say('?')
    const refuse = async (body: object) => (await call('POST', 'tweets', body)).status
    expect(await refuse({ text: 'x', tone: 'kind' })).toBe(400)
    expect(await refuse({ text: 'x'.repeat(281) })).toBe(403)
    sandbox.world.remove(asked)
    expect((await call('POST', 'tweets', { text: 'x', reply: { in_reply_to_tweet_id: asked.id } })).body.detail).toContain(
      'deleted or not visible',
    )
    expect(sandbox.world.journal.ledger).toEqual([])
  })

  test.each([
    ['Hello, world! 👋', 16],
    ['你好', 4],
    ['see https://example.org/a/very/long/address/indeed', 27],
    ['👨‍👩‍👧', 2],
  ])('counts %s', (text, weight) => expect(weightOf(text)).toBe(weight))

  test('without credits every call is refused, and the limits look well', async () => {
    sandbox.faults.setQuirks({ creditsGone: true })
    const { status, body, headers } = await call('GET', 'users/me')
    expect([status, body.type, headers.get('x-rate-limit-remaining')]).toEqual([402, 'https://api.x.com/2/problems/credits-depleted', '74'])
  })
})

describe('signing in', () => {
  const tokenOf = async (form: Record<string, string>, basic = true) => {
    const { clientId, clientSecret } = sandbox.secrets.x
    const headers = basic ? { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` } : undefined
    const answer = await fetch(`${sandbox.urls.x}/2/oauth2/token`, { method: 'POST', headers, body: new URLSearchParams(form) })
    return { status: answer.status, body: (await answer.json()) as Record<'access_token' | 'refresh_token' | 'error', string> }
  }

  test('refresh tokens are good once; an access token that ran out is a plain 401', async () => {
    const renew = (refreshToken: string) => tokenOf({ grant_type: 'refresh_token', refresh_token: refreshToken })
    sandbox.faults.setToken('x', 'expired', new Date())
    expect((await call('GET', 'users/me')).body).toEqual({
      title: 'Unauthorized',
      type: 'about:blank',
      status: 401,
      detail: 'Unauthorized',
    })
    const one = await renew(sandbox.secrets.x.refreshToken)
    expect(one.body).toMatchObject({ token_type: 'bearer', expires_in: 7_200 })
    expect((await call('GET', 'users/me')).status, 'the old one stays dead').toBe(401)
    token = one.body.access_token
    expect((await call('GET', 'users/me')).body.data).toMatchObject({ id: sandbox.secrets.x.userId, username: 'fieldnote' })
    expect((await renew(sandbox.secrets.x.refreshToken)).body).toEqual({
      error: 'invalid_request',
      error_description: 'Value passed for the token was invalid.',
    })
    expect((await renew(one.body.refresh_token)).status).toBe(200)
    expect((await renew(one.body.refresh_token)).status).toBe(400)
    expect((await tokenOf({ grant_type: 'refresh_token', refresh_token: 'x' }, false)).body.error).toBe('unauthorized_client')
  })

  test('a login gives a code for thirty seconds, proven by its verifier', async () => {
    const challenge = createHash('sha256').update('verifier').digest('base64url')
    const query = {
      response_type: 'code',
      client_id: sandbox.secrets.x.clientId,
      redirect_uri: 'http://127.0.0.1:1/back',
      scope: 'tweet.read offline.access',
      state: 's-1',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }
    const address = `${sandbox.urls.x}/x.com/i/oauth2/authorize`
    expect(await (await fetch(`${address}?${new URLSearchParams(query).toString()}`)).text()).toContain('offline.access')
    const answer = await fetch(address, {
      method: 'POST',
      body: new URLSearchParams({ ...query, answer: 'authorize' }),
      redirect: 'manual',
    })
    const back = new URL(answer.headers.get('location') ?? '')
    expect(back.searchParams.get('state')).toBe('s-1')
    const code = back.searchParams.get('code') ?? ''
    const grant = { grant_type: 'authorization_code', code, redirect_uri: query.redirect_uri }
    expect((await tokenOf({ ...grant, code_verifier: 'another' })).status).toBe(400)
    const given = await tokenOf({ ...grant, code_verifier: 'verifier' })
    expect((await call('GET', 'users/me', undefined, given.body.access_token)).status).toBe(200)
    expect((await tokenOf({ ...grant, code_verifier: 'verifier' })).status).toBe(400)
  })

  test('the app alone may read, and not write', async () => {
    const { bearerToken } = sandbox.secrets.x
    expect((await call('GET', `tweets/${post.id}`, undefined, bearerToken)).status).toBe(200)
    expect((await call('POST', 'tweets', { text: 'x' }, bearerToken)).body.type).toBe(
      'https://api.x.com/2/problems/unsupported-authentication',
    )
  })
})

test('tells of direct replies, names and quotes by webhook once the address answered its CRC', async () => {
  const { bearerToken, apiKeySecret, userId } = sandbox.secrets.x
  const receiver = await startReceiver()
  expect((await call('POST', 'webhooks', { url: receiver.url }, bearerToken)).body.title).toBe('CrcValidationFailed')
  await receiver.close()
  const seen = (item: Item): string[] =>
    sandbox.webhooks
      .of('x')
      .requestsFor({ kind: 'added', item, at: 0 }, apiKeySecret)
      .map(({ headers, body }) => {
        expect(headers['x-twitter-webhooks-signature']).toMatch(/^sha256=[\w+/]{43}=$/)
        return String(recordOf((JSON.parse(body) as { data: unknown }).data)['event_type'])
      })
  expect(seen(say('?'))).toEqual(['post.reply.create'])
  expect(seen(say('hello', say('?')))).toEqual([])
  expect(seen(say('and @fieldnote too'))).toEqual(['post.reply.create', 'post.mention.create'])
  expect(seen(speak(sandbox.world, { platform: 'x', author: 'brand', text: 'here', parentId: post.id }))).toEqual(['post.create'])
  const subscribe = (type: string, as: string) =>
    call('POST', 'activity/subscriptions', { event_type: type, filter: { user_id: userId } }, as)
  expect((await subscribe('post.reply.create', bearerToken)).status, 'private').toBe(403)
  expect((await subscribe('post.reply.create', token)).body.data).toMatchObject({ event_type: 'post.reply.create' })
  expect(sandbox.webhooks.of('x').topics).toEqual(['post.reply.create'])
})
