import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

const platform = 'stack-exchange'
let sandbox: Sandbox
let settings: Record<string, string>
let nowMs: number
beforeEach(async () => {
  nowMs = Date.parse('2026-11-23T10:00:00Z')
  sandbox = await startSandbox({ port: 0, brand: 'empty', now: () => new Date(nowMs) })
  settings = sandbox.platforms.find(({ id }) => id === platform)?.settings ?? {}
})
afterEach(() => sandbox.close())

type Answered = { status: number; packed: boolean; body: any }

async function send(method: 'GET' | 'POST', path: string, fields: Record<string, string>): Promise<Answered> {
  const given = new URLSearchParams(fields)
  const url = `${sandbox.urls[platform]}/2.3${path}${method === 'GET' ? `?${given.toString()}` : ''}`
  const answer = await fetch(url, { method, ...(method === 'POST' ? { body: given } : {}) })
  return { status: answer.status, packed: answer.headers.get('content-encoding') === 'gzip', body: await answer.json() }
}
const own = (): Record<string, string> => ({ site: 'stackoverflow', key: settings['key']!, access_token: settings['accessToken']! })
const get = (path: string, fields: Record<string, string> = {}): Promise<Answered> =>
  send('GET', path, { ...own(), filter: 'withbody', ...fields })
const post = (path: string, fields: Record<string, string> = {}): Promise<Answered> =>
  send('POST', path, { ...own(), filter: 'withbody', ...fields })

const say = (name: string, text: string, parent: Item | null, mention?: boolean): Item =>
  speak(sandbox.world, { platform, author: { name }, text, parentId: parent?.id ?? null, mention })
const numberOf = (item: Item): number => Number(item.id.split('/').at(-1))

test('answers and comments come packed, each below its post, newest first, with HTML for words', async () => {
  const question = sandbox.world.posts(platform, true)[0]!
  const answer = say('Ana R', 'Try 30° & see', question)
  nowMs += 1_000
  const first = say('Bo', 'How thick?\nSee https://example.org/thread.', answer)
  nowMs += 1_000
  const second = say('Ana R', 'Very', first)
  const answers = await get(`/questions/${numberOf(question)};1/answers`, { sort: 'creation' })
  expect(answers).toMatchObject({ status: 200, packed: true, body: { has_more: false, quota_max: 10_000 } })
  expect(answers.body.items).toMatchObject([
    { answer_id: numberOf(answer), question_id: numberOf(question), owner: { display_name: 'Ana R' }, body: '<p>Try 30° &amp; see</p>\n' },
  ])
  const comments = await get(`/posts/${numberOf(answer)}/comments`)
  expect(comments.body.items).toMatchObject([
    { comment_id: numberOf(second), post_id: numberOf(answer), post_type: 'answer', body: '@Bo Very' },
    { body: 'How thick?<br>See <a href="https://example.org/thread" rel="nofollow noreferrer">example.org/thread</a>.' },
  ])
  expect(comments.body.items[0].creation_date).toBe(nowMs / 1_000)
  expect('body' in (await get(`/posts/${numberOf(answer)}/comments`, { filter: 'default' })).body.items[0]).toBe(false)
  expect((await get(`/posts/${numberOf(answer)}/comments`, { pagesize: '1' })).body).toMatchObject({
    has_more: true,
    items: [{ body: '@Bo Very' }],
  })
  sandbox.world.remove(first)
  expect((await get(`/posts/${numberOf(answer)}/comments`)).body.items).toHaveLength(1)
  sandbox.world.remove(answer)
  expect((await get(`/comments/${numberOf(second)}`)).body.items).toEqual([])
})

test('the inbox tells of what others wrote to the brand, and mentions of where they named it', async () => {
  const answer = say('Ana', 'Thirty degrees', sandbox.world.posts(platform, true)[0]!)
  nowMs += 1_000
  const named = say('Chen', 'ask them', null, true)
  nowMs += 1_000
  say('Bo', 'agreed', answer)
  const inbox = await get('/me/inbox')
  expect(inbox.body.items).toMatchObject([
    { item_type: 'comment', comment_id: numberOf(named), body: '@Fieldnote ask them' },
    { item_type: 'new_answer', question_id: expect.any(Number), is_unread: true },
  ])
  const mentioned = await get('/me/mentioned')
  expect(mentioned.body.items).toMatchObject([{ comment_id: numberOf(named), post_id: named.extra['question'], post_type: 'question' }])
  expect((await get('/me/inbox', { since: String(nowMs / 1_000 - 1) })).body.items).toHaveLength(1)
})

test('takes a comment of 15 to 600 characters once in five seconds, changes and deletes it', async () => {
  const answer = say('Ana', 'Thirty degrees', sandbox.world.posts(platform, true)[0]!)
  const path = `/posts/${numberOf(answer)}/comments/add`
  expect((await post(path, { body: 'Too short' })).body).toMatchObject({ error_id: 400, error_name: 'bad_parameter' })
  expect((await post(path, { body: 'x'.repeat(601) })).body.error_id).toBe(400)
  const made = await post(path, { body: '@Ana that is what we use, too' })
  expect(made.body.items).toMatchObject([{ post_id: numberOf(answer), owner: { display_name: 'Fieldnote' } }])
  const id = made.body.items[0].comment_id as number
  expect(sandbox.world.journal.ledger).toMatchObject([{ externalId: `stackoverflow/comments/${id}`, inReplyTo: answer.id }])
  expect((await post(path, { body: '@Ana that is what we use, too' })).body).toMatchObject({
    error_id: 409,
    error_name: 'duplicate_request',
  })
  expect((await post(`/comments/${id}/edit`, { body: 'That is what we use, too' })).body.items).toMatchObject([
    { comment_id: id, edited: true },
  ])
  expect((await post(`/comments/${id}/upvote`)).body).toMatchObject({ error_id: 407, error_name: 'write_failed' })
  expect((await post(`/comments/${id}/delete`)).body.items).toEqual([])
  expect((await get(`/comments/${id}`)).body.items).toEqual([])
  sandbox.faults.setQuirks({ lowReputation: true })
  expect((await post(path, { body: 'Somebody new would like to say' })).body.error_id).toBe(407)
})

test('who calls needs a site, a key beside a token, and patience', async () => {
  const { site, key, access_token: token } = own() as { site: string; key: string; access_token: string }
  const errorOf = async (path: string, fields: Record<string, string>): Promise<number> => (await send('GET', path, fields)).body.error_id
  expect(await errorOf('/me', { site, key })).toBe(401)
  expect(await errorOf('/me', { site, access_token: token })).toBe(405)
  expect(await errorOf('/me', { site, key, access_token: `${token}x` })).toBe(402)
  expect(await errorOf('/me', { key, access_token: token })).toBe(400)
  expect((await send('GET', '/me', { site, key, access_token: token })).body.items).toMatchObject([{ display_name: 'Fieldnote' }])
  sandbox.faults.setQuirks({ asksForBackoff: true })
  expect((await get('/me/posts')).body.backoff).toBe(10)
  expect((await get('/me/posts')).body).toMatchObject({ error_id: 502, error_name: 'throttle_violation' })
  nowMs += 10_000
  expect((await get('/me/posts')).status).toBe(200)
  sandbox.faults.setToken(platform, 'revoked', new Date(nowMs))
  expect((await get('/me')).body).toMatchObject({ error_id: 402, error_name: 'invalid_access_token' })
})

test('somebody agrees on a page, and the app gets a token without an end for the code', async () => {
  const { clientId, clientSecret } = sandbox.secrets[platform]
  const redirect = 'http://127.0.0.1:3000/back'
  const query = { client_id: clientId, scope: 'read_inbox,no_expiry,write_access', redirect_uri: redirect, state: 's' }
  const page = `${sandbox.urls[platform]}/stackoverflow.com/oauth`
  expect(await (await fetch(`${page}?${new URLSearchParams(query).toString()}`)).text()).toContain('no_expiry')
  const agreed = await fetch(page, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...query, answer: 'allow' }) })
  const back = new URL(agreed.headers.get('location') ?? '')
  expect(back.searchParams.get('state')).toBe('s')
  const form = { client_id: clientId, client_secret: clientSecret, code: back.searchParams.get('code') ?? '', redirect_uri: redirect }
  const given = await (await fetch(`${page}/access_token/json`, { method: 'POST', body: new URLSearchParams(form) })).json()
  expect(given).toEqual({ access_token: expect.any(String) })
  const { access_token: token } = given as { access_token: string }
  nowMs += 40 * 86_400_000
  expect((await get('/me', { access_token: token })).status).toBe(200)
})
