import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Happening, Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

type Node = {
  id: string
  text?: string
  username?: string
  status?: string
  replied_to?: { id: string }
  root_post?: { id: string }
  hide_status?: string
}
type Body = Node & { [name: string]: unknown; data: Node[]; paging?: { next?: string }; error?: { code: number; error_subcode?: number } }

let sandbox: Sandbox
let post: Item
const told: Happening[] = []
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('threads', true)[0] as Item
  told.splice(0)
  sandbox.world.listen((happening) => void told.push(happening))
})
afterEach(() => sandbox.close())

async function call(path: string, form?: Record<string, string>, method = form ? 'POST' : 'GET') {
  const url = path.startsWith('http') ? path : `${sandbox.urls.threads}/v1.0/${path}`
  const headers = { authorization: `Bearer ${sandbox.secrets.threads.accessToken}` }
  const answer = await fetch(url, { method, headers, ...(form ? { body: new URLSearchParams(form) } : {}) })
  return { status: answer.status, body: (await answer.json()) as Body }
}

function reply(text: string, parent: Item = post, name = 'Rosa'): Item {
  return speak(sandbox.world, { platform: 'threads', author: { name }, text, parentId: parent.id })
}

/** What a subscriber is sent of the last happening. */
function lastEvents(): Record<string, unknown>[] {
  const requests = sandbox.webhooks.of('threads').requestsFor(told.at(-1) as Happening, 'secret')
  return requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
}

describe('reading', () => {
  test('replies are the first level, a conversation all of them, newest first', async () => {
    const first = reply('Love it')
    const below = reply('Me too', first, 'Bex')
    const deeper = reply('And me', below, 'Cleo')
    const fields = 'fields=id,text,username,replied_to,root_post,is_reply,has_replies,hide_status'
    const replies = await call(`${post.id}/replies?${fields}`)
    expect(replies.body.data).toMatchObject([{ id: first.id, username: 'rosa', replied_to: { id: post.id }, root_post: { id: post.id } }])
    const all = await call(`${post.id}/conversation?${fields}`)
    expect(all.body.data.map(({ id }) => id)).toEqual([deeper.id, below.id, first.id])
    expect(all.body.data[0]).toMatchObject({ replied_to: { id: below.id }, root_post: { id: post.id } })
    const oldest = await call(`${post.id}/conversation?reverse=false&fields=id`)
    expect(oldest.body.data.map(({ id }) => id)).toEqual([first.id, below.id, deeper.id])
    sandbox.world.remove(below)
    expect((await call(`${post.id}/conversation?fields=id`)).body.data.map(({ id }) => id)).toEqual([deeper.id, first.id])
    expect((await call(below.id)).body.error).toMatchObject({ code: 100, error_subcode: 33 })
  })

  test('pages to the end, each reply once', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => reply(`number ${n}`).id)
    const seen: string[] = []
    let next: string | undefined = `${post.id}/conversation?fields=id&limit=25`
    while (next !== undefined) {
      const { body }: { body: Body } = await call(next)
      seen.push(...body.data.map(({ id }) => id))
      next = body.paging?.next
    }
    expect(seen).toEqual(ids.toReversed())
  })

  test('own posts, own replies and mentions have lists; an unknown field fails', async () => {
    const first = reply('Love it')
    const own = speak(sandbox.world, { platform: 'threads', author: 'brand', text: 'Thanks', parentId: first.id })
    const mention = speak(sandbox.world, { platform: 'threads', author: { name: 'Bex' }, text: 'ask them', mention: true })
    expect((await call('me/threads?fields=id')).body.data).toEqual([{ id: post.id }])
    expect((await call('me/replies?fields=id,is_reply_owned_by_me')).body.data).toEqual([{ id: own.id, is_reply_owned_by_me: true }])
    expect((await call('me/mentions?fields=id,text')).body.data).toEqual([{ id: mention.id, text: '@fieldnote ask them' }])
    expect((await call('me?fields=id,username')).body).toMatchObject({ id: sandbox.secrets.threads.userId, username: 'fieldnote' })
    expect((await call(`${post.id}/replies?fields=id,from`)).body.error?.code).toBe(100)
    expect((await call(`${post.id}/replies?after=a&before=b`)).body.error?.code).toBe(100)
  })

  test('replies wait for approval where the post asks for it', async () => {
    post.extra['approvals'] = true
    const first = reply('First!')
    expect((await call(`${post.id}/replies?fields=id`)).body.data).toEqual([])
    expect((await call(`${post.id}/pending_replies?fields=id,reply_approval_status`)).body.data).toEqual([
      { id: first.id, reply_approval_status: 'pending' },
    ])
    expect((await call(`${first.id}/manage_pending_reply`, { approve: 'true' })).body).toEqual({ success: true })
    expect((await call(`${post.id}/replies?fields=id`)).body.data).toEqual([{ id: first.id }])
  })

  test('dead tokens are code 190', async () => {
    sandbox.faults.setToken('threads', 'expired', new Date())
    expect((await call('me')).body.error).toMatchObject({ code: 190, error_subcode: 463 })
    sandbox.faults.setToken('threads', 'revoked', new Date())
    expect((await call('me')).body.error).toMatchObject({ code: 190, error_subcode: 467 })
  })
})

describe('writing', () => {
  test('in two steps, and the second one once', async () => {
    const first = reply('Which one fades?')
    const { body } = await call('me/threads', { media_type: 'TEXT', text: 'The walnut one.', reply_to_id: first.id })
    expect((await call(`${body.id}?fields=status`)).body.status).toBe('FINISHED')
    expect(sandbox.world.replies(first)).toEqual([])
    const sent = await call(`${sandbox.secrets.threads.userId}/threads_publish?creation_id=${body.id}`, {})
    expect(sandbox.world.find('threads', sent.body.id)).toMatchObject({ text: 'The walnut one.', parentId: first.id })
    expect((await call(`${body.id}?fields=status`)).body.status).toBe('PUBLISHED')
    expect((await call('me/threads_publish', { creation_id: body.id })).body.error?.code).toBe(24)
    expect(sandbox.world.replies(first)).toHaveLength(1)
    const limit = await call('me/threads_publishing_limit?fields=reply_quota_usage,reply_config')
    expect(limit.body.data[0]).toMatchObject({ reply_quota_usage: 1, reply_config: { quota_total: 1_000, quota_duration: 86_400 } })
  })

  test('in one where a text asks for it; a container that is not ready refuses', async () => {
    const first = reply('Which one fades?')
    const form = { media_type: 'TEXT', text: 'The walnut one.', reply_to_id: first.id }
    const { body } = await call('me/threads', { ...form, auto_publish_text: 'true' })
    expect(sandbox.world.find('threads', body.id)?.parentId).toBe(first.id)
    sandbox.faults.setQuirks({ slowThreadsContainers: true })
    const slow = await call('me/threads', form)
    expect((await call(`${slow.body.id}?fields=status`)).body.status).toBe('IN_PROGRESS')
    expect((await call('me/threads_publish', { creation_id: slow.body.id })).body.error?.code).toBe(24)
    expect((await call('me/threads', { ...form, text: 'a'.repeat(501) })).body.error?.code).toBe(100)
    sandbox.world.remove(first)
    expect((await call('me/threads', form)).body.error).toMatchObject({ code: 100, error_subcode: 33 })
  })

  test('hides a first-level reply with all below it, and deletes only its own', async () => {
    const first = reply('Spam')
    const below = reply('More spam', first)
    expect((await call(`${below.id}/manage_reply`, { hide: 'true' })).body.error?.code).toBe(100)
    expect((await call(`${first.id}/manage_reply`, { hide: 'true' })).body).toEqual({ success: true })
    expect([first.hidden, below.hidden]).toEqual([true, true])
    expect((await call(first.id, undefined, 'DELETE')).body.error?.code).toBe(10)
    const own = speak(sandbox.world, { platform: 'threads', author: 'brand', text: 'Thanks', parentId: first.id })
    expect((await call(own.id, undefined, 'DELETE')).body).toEqual({ success: true, deleted_id: own.id })
  })
})

describe('webhooks', () => {
  test('a reply, in the envelope that only Threads has', () => {
    const first = reply('Love it')
    const [event] = lastEvents()
    expect(event).toMatchObject({ topic: 'moderate', target_id: post.id, has_uid_field: false })
    expect(event?.['values']).toMatchObject({
      field: 'replies',
      value: {
        id: first.id,
        username: 'rosa',
        text: 'Love it',
        media_type: 'TEXT_POST',
        replied_to: { id: post.id },
        root_post: { id: post.id, owner_id: sandbox.secrets.threads.userId, username: 'fieldnote' },
      },
    })
  })

  test('an own answer comes twice, once without its words; a mention below an own post twice too', () => {
    const first = reply('Love it')
    const own = speak(sandbox.world, { platform: 'threads', author: 'brand', text: 'Thanks', parentId: first.id })
    const [publish, replies] = lastEvents().map((event) => event['values'] as { field: string; value: Record<string, unknown> })
    expect([publish?.field, replies?.field]).toEqual(['publish', 'replies'])
    expect(Object.keys(publish?.value ?? {}).toSorted()).toEqual(['id', 'media_type', 'permalink', 'timestamp', 'username'])
    expect(replies?.value).toMatchObject({ id: own.id, text: 'Thanks' })
    reply('ask @fieldnote', first, 'Bex')
    expect(lastEvents().map((event) => (event['values'] as { field: string }).field)).toEqual(['replies', 'mentions'])
  })

  test('own deletions are told, nothing of what others change or delete', () => {
    const first = reply('Love it')
    const own = speak(sandbox.world, { platform: 'threads', author: 'brand', text: 'Thanks', parentId: first.id })
    sandbox.world.edit(first, 'Loved it')
    expect(lastEvents()).toEqual([])
    sandbox.world.remove(own)
    expect(lastEvents()).toMatchObject([{ values: { field: 'delete', value: { id: own.id } } }])
    sandbox.world.remove(first)
    expect(lastEvents()).toEqual([])
  })

  test('other envelopes by quirk', () => {
    sandbox.faults.setQuirks({ listedThreadsValues: true })
    reply('Love it')
    expect(lastEvents()).toMatchObject([{ values: [{ field: 'replies' }] }])
    sandbox.faults.setQuirks({ classicThreadsEnvelope: true })
    expect(lastEvents()).toMatchObject([{ object: 'threads', entry: [{ changes: [{ field: 'replies' }] }] }])
  })
})

test('a login gives a token for an hour, and that one for 60 days, which can be renewed', async () => {
  const { appId, appSecret, userId, accessToken } = sandbox.secrets.threads
  const redirect = 'http://127.0.0.1:9/back'
  const asked = {
    client_id: appId,
    redirect_uri: redirect,
    response_type: 'code',
    state: 's1',
    scope: 'threads_basic,threads_read_replies',
  }
  const dialog = `${sandbox.urls.threads}/www.threads.net/oauth/authorize`
  expect(await (await fetch(`${dialog}?${new URLSearchParams(asked)}`)).text()).toContain('threads_read_replies')
  const agreed = await fetch(dialog, { method: 'POST', body: new URLSearchParams({ ...asked, answer: 'allow' }), redirect: 'manual' })
  const code = new URL(agreed.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const form = { client_id: appId, client_secret: appSecret, grant_type: 'authorization_code', redirect_uri: redirect, code }
  const brief = (await call(`${sandbox.urls.threads}/oauth/access_token`, form)).body
  expect(brief).toEqual({ access_token: expect.stringMatching(/^THAAS/), user_id: userId })
  const get = async (path: string, query: Record<string, string>) =>
    (await fetch(`${sandbox.urls.threads}/${path}?${new URLSearchParams(query)}`)).json()
  const lasting = { access_token: accessToken, token_type: 'bearer', expires_in: 5_183_944 }
  const exchange = { grant_type: 'th_exchange_token', client_secret: appSecret, access_token: String(brief['access_token']) }
  expect(await get('access_token', exchange)).toEqual(lasting)
  expect(await get('refresh_access_token', { grant_type: 'th_refresh_token', access_token: accessToken })).toEqual(lasting)
})
