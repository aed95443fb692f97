import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

const agent = 'node-test:answerback-sandbox:1.0 (by /u/fieldnote)'
let sandbox: Sandbox
let post: Item
let token: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('reddit', true)[0] as Item
  token = (await grant({ grant_type: 'refresh_token', refresh_token: sandbox.secrets.reddit.refreshToken })).body.access_token
})
afterEach(() => sandbox.close())

type Data = {
  name: string
  author: string
  body: string
  type?: string
  parent_id?: string
  context?: string
  children: string[]
  replies: Listing | ''
}
type Listing = { kind: string; data: { children: { kind: string; data: Data }[]; before: string | null; after: string | null } }
type Written = { json: { errors: [string, string, string][]; ratelimit?: number; data: { things: { data: Data }[] } } }

async function grant(form: Record<string, string>) {
  const { clientId, clientSecret } = sandbox.secrets.reddit
  const headers = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`, 'user-agent': agent }
  const address = `${sandbox.urls.reddit}/www.reddit.com/api/v1/access_token`
  const answer = await fetch(address, { method: 'POST', headers, body: new URLSearchParams(form) })
  return { status: answer.status, body: (await answer.json()) as { access_token: string; refresh_token?: string; error?: string } }
}

async function call<T = Listing>(path: string, form?: Record<string, string>) {
  const headers = { authorization: `bearer ${token}`, 'user-agent': agent }
  const init = form ? { method: 'POST', body: new URLSearchParams(form) } : {}
  const answer = await fetch(`${sandbox.urls.reddit}${path}`, { ...init, headers, redirect: 'manual' })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as T }
}

const say = (text: string, parent: Item | null = post, name = 'Kai'): Item =>
  speak(sandbox.world, { platform: 'reddit', author: { name }, text, parentId: parent?.id ?? null, mention: parent === null })
const names = ({ body }: { body: Listing }): string[] => body.data.children.map(({ data }) => data.name)
const reply = (thing: string, text = 'Monday', more: Record<string, string> = {}) =>
  call<Written>('/api/comment?raw_json=1', { api_type: 'json', thing_id: thing, text, ...more })

test('the inbox holds answers below the brand and comments that name it, each as its type', async () => {
  const answer = say('does it ship?')
  const own = speak(sandbox.world, { platform: 'reddit', author: 'brand', text: 'yes', parentId: answer.id })
  const again = say('great', own)
  say('between us', answer, 'Bo')
  const named = say('does anybody know a good bag?', null)
  const inbox = await call('/message/inbox?limit=100')
  expect(inbox.body.data.children.map(({ data }) => [data.name, data.type])).toEqual([
    [named.id, 'username_mention'],
    [again.id, 'comment_reply'],
    [answer.id, 'post_reply'],
  ])
  const [mention] = inbox.body.data.children
  expect(mention?.data.body).toBe('u/fieldnote does anybody know a good bag?')
  expect(mention?.data.context).toMatch(/^\/r\/handmade\/comments\/\w+\/weekly_questions_thread\/\w+\/\?context=3$/)
  expect(names(await call('/message/mentions'))).toEqual([named.id])
  await call('/api/read_message', { id: `${named.id},${again.id}` })
  expect(names(await call('/message/unread'))).toEqual([answer.id])
  expect((await call('/message/messages')).status).toBe(302)
})

test('`before` gives what is newer, and nothing ever again once its thing is deleted', async () => {
  const [first, second, third] = ['1', '2', '3'].map((text) => say(text)) as [Item, Item, Item]
  expect(names(await call(`/message/inbox?before=${first.id}`))).toEqual([third.id, second.id])
  const page = await call('/message/inbox?limit=2')
  expect(names(await call(`/message/inbox?after=${page.body.data.after}`))).toEqual([first.id])
  sandbox.world.remove(first)
  expect(names(await call(`/message/inbox?before=${first.id}`))).toEqual([])
})

test('a thread is a tree with `more`, which is asked for by ids; what is too deep has none', async () => {
  const tops = Array.from({ length: 5 }, (_, n) => say(`number ${n}`))
  let above = tops[4] as Item
  for (let depth = 1; depth < 12; depth += 1) above = say(`depth ${depth}`, above)
  const [link, tree] = (await call<[Listing, Listing]>(`/comments/${post.id.slice(3)}?limit=3&raw_json=1`)).body
  expect(link.data.children[0]?.data.name).toBe(post.id)
  const more = tree.data.children.at(-1)
  expect(more).toMatchObject({ kind: 'more', data: { parent_id: post.id } })
  const children = more?.data.children ?? []
  const rest = await call<Written>(`/api/morechildren?api_type=json&link_id=${post.id}&children=${children.join()}`)
  expect(rest.body.json.data.things.map(({ data }) => data.name)).toEqual([tops[1]?.id, tops[0]?.id])
  let [thing] = (await call<[Listing, Listing]>(`/comments/${post.id.slice(3)}?limit=500`)).body[1].data.children
  let depth = 0
  while (thing && thing.kind !== 'more') {
    thing = thing.data.replies === '' ? undefined : thing.data.replies.data.children[0]
    depth += 1
  }
  expect([depth, thing?.data.children]).toEqual([10, []])
})

test('answers by fullname, edits, votes and deletes; what is deleted keeps its place', async () => {
  const asked = say('does it ship?')
  const made = await reply(asked.id)
  expect(made.body.json).toMatchObject({
    errors: [],
    data: { things: [{ kind: 't1', data: { parent_id: asked.id, link_id: post.id, author: 'fieldnote' } }] },
  })
  const name = made.body.json.data.things[0]?.data.name ?? ''
  await call('/api/editusertext', { api_type: 'json', thing_id: name, text: 'Tuesday' })
  expect(sandbox.world.find('reddit', name)?.text).toBe('Tuesday')
  await call('/api/vote', { id: asked.id, dir: '1' })
  expect(asked.likes.size).toBe(1)
  await call('/api/del', { id: name })
  const { body } = await call(`/api/info?id=${name}`)
  expect(body.data.children[0]?.data).toMatchObject({ author: '[deleted]', body: '[deleted]' })
  expect(sandbox.world.journal.ledger).toHaveLength(4)
})

test('refuses a write with 200 and a code', async () => {
  const asked = say('?')
  const code = async (thing: string, text?: string) => (await reply(thing, text)).body.json.errors[0]?.[0]
  expect(await code(asked.id, ' ')).toBe('NO_TEXT')
  expect(await code(asked.id, 'x'.repeat(10_001))).toBe('TOO_LONG')
  expect(await code('t1_none')).toBe('DELETED_COMMENT')
  await call('/api/lock', { id: post.id })
  const locked = await reply(asked.id)
  expect([locked.status, locked.body.json.errors[0]?.[0]]).toEqual([200, 'THREAD_LOCKED'])
  sandbox.faults.setQuirks({ rateLimitsComments: true })
  expect((await reply(asked.id)).body.json).toMatchObject({
    ratelimit: 178.2,
    errors: [['RATELIMIT', expect.stringContaining('3 minutes'), 'ratelimit']],
  })
  expect((await reply(asked.id, 'x', { api_type: '' })).body, 'the site’s own form').toEqual({ jquery: [], success: false })
})

test('texts come escaped unless raw ones are asked for, and every answer tells the window', async () => {
  const asked = say('a < b && c')
  const plain = await call('/message/inbox')
  expect(plain.body.data.children[0]?.data.body).toBe('a &lt; b &amp;&amp; c')
  expect((await call('/message/inbox?raw_json=1')).body.data.children[0]?.data.body).toBe(asked.text)
  expect(plain.headers.get('x-ratelimit-remaining')).toMatch(/^\d+\.0$/)
  expect(Number(plain.headers.get('x-ratelimit-reset'))).toBeLessThanOrEqual(600)
})

test('turns away whoever does not say who they are, and whoever has no token', async () => {
  const blocked = await fetch(`${sandbox.urls.reddit}/api/v1/me`, { headers: { authorization: `bearer ${token}` } })
  expect([blocked.status, blocked.headers.get('content-type')]).toEqual([403, 'text/html; charset=UTF-8'])
  token = 'nothing'
  const refused = await call('/api/v1/me')
  expect(refused).toMatchObject({ status: 401, body: { message: 'Unauthorized', error: 401 } })
  expect(refused.headers.get('www-authenticate')).toContain('invalid_token')
})

test('gives tokens for a password and for a grant, refuses the one with 200 and the other with 400', async () => {
  const { username, password, refreshToken } = sandbox.secrets.reddit
  token = (await grant({ grant_type: 'password', username, password })).body.access_token
  expect((await call<{ name: string }>('/api/v1/me')).body.name).toBe('fieldnote')
  expect(await grant({ grant_type: 'password', username, password: 'x' })).toEqual({ status: 200, body: { error: 'invalid_grant' } })
  sandbox.faults.setToken('reddit', 'revoked', new Date())
  expect((await call('/api/v1/me')).status).toBe(401)
  expect(await grant({ grant_type: 'refresh_token', refresh_token: refreshToken })).toEqual({
    status: 400,
    body: { error: 'invalid_grant' },
  })
})

test('a code gives a lasting grant to whoever asked for one', async () => {
  const address = `${sandbox.urls.reddit}/www.reddit.com/api/v1/authorize`
  const redirect = 'http://127.0.0.1:9/back'
  const query = {
    client_id: sandbox.secrets.reddit.clientId,
    response_type: 'code',
    state: 's',
    redirect_uri: redirect,
    duration: 'permanent',
    scope: 'identity read',
  }
  expect(await (await fetch(`${address}?${new URLSearchParams(query)}`)).text()).toContain('Connect with your Reddit account')
  const form = new URLSearchParams({ ...query, authorize: 'Allow' })
  const back = new URL((await fetch(address, { method: 'POST', body: form, redirect: 'manual' })).headers.get('location') ?? '')
  const { body } = await grant({ grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', redirect_uri: redirect })
  expect(body).toMatchObject({ scope: 'identity read', token_type: 'bearer', expires_in: 3_600 })
  expect((await grant({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' })).status).toBe(200)
})
