import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Happening, Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

type Node = { id: string; text?: string; parent_id?: string; username?: string; from?: { id: string; username: string }; replies?: Page }
type Page = { data: Node[]; paging?: { next?: string } }
type Body = Node & Page & { [name: string]: unknown; error?: { code: number; error_subcode?: number; type: string; message: string } }

let sandbox: Sandbox
let post: Item
const told: Happening[] = []
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('instagram', true)[0] as Item
  told.splice(0)
  sandbox.world.listen((happening) => void told.push(happening))
})
afterEach(() => sandbox.close())

async function call(path: string, form?: Record<string, string>, method = form ? 'POST' : 'GET', token = secrets().accessToken) {
  const url = path.startsWith('http') ? path : `${sandbox.urls.instagram}/v25.0/${path}`
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(url, { method, headers, ...(form ? { body: new URLSearchParams(form) } : {}) })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body }
}

function secrets() {
  return sandbox.secrets.instagram
}

function comment(text: string, parent: Item = post, name = 'Rosa'): Item {
  return speak(sandbox.world, { platform: 'instagram', author: { name }, text, parentId: parent.id })
}

/** What a subscriber is sent of the last happening. */
function lastEntry(): Record<string, unknown> {
  const [request] = sandbox.webhooks.of('instagram').requestsFor(told.at(-1) as Happening, 'secret')
  const { object, entry } = JSON.parse(request?.body ?? '{"object":"instagram","entry":[]}') as {
    object: string
    entry: Record<string, unknown>[]
  }
  expect(object).toBe('instagram')
  return entry[0] ?? {}
}

describe('reading', () => {
  test('the account by its own login: user_id is what webhooks call it', async () => {
    const { body } = await call('me?fields=user_id,username,name,profile_picture_url')
    expect(body).toMatchObject({ user_id: secrets().accountId, username: 'fieldnote' })
    expect(body.id).not.toBe(secrets().accountId)
    expect((await call(`${secrets().accountId}?fields=username`)).body).toEqual({ id: secrets().accountId, username: 'fieldnote' })
  })

  test('by the login of a Page: the account hangs on it', async () => {
    const fields = encodeURIComponent('id,name,access_token,instagram_business_account{id,username}')
    const { body } = await call(`me/accounts?fields=${fields}`, undefined, 'GET', secrets().userAccessToken)
    const [page] = body.data as unknown as { access_token: string; instagram_business_account: { id: string } }[]
    expect(page?.instagram_business_account.id).toBe(secrets().accountId)
    const url = `${sandbox.urls.instagram}/graph.facebook.com/v25.0/${secrets().accountId}/media?fields=id`
    expect((await call(url, undefined, 'GET', page?.access_token)).body.data).toHaveLength(1)
  })

  test('comments come newest first with their replies; a reply to a reply stands below the comment', async () => {
    const first = comment('Price?')
    const reply = comment('Me too', first, 'Bex')
    const below = comment('And me', reply, 'Cleo')
    const second = comment('Lovely')
    const fields = encodeURIComponent(
      'id,text,timestamp,username,from{id,username},like_count,hidden,parent_id,replies.limit(5){id,text,parent_id}',
    )
    const { body } = await call(`${post.id}/comments?fields=${fields}`)
    expect(body.data.map(({ id }) => id)).toEqual([second.id, first.id])
    expect(body.data[1]).toMatchObject({ text: 'Price?', username: 'rosa', from: { id: first.authorId, username: 'rosa' } })
    expect(body.data[1]?.replies?.data).toEqual([
      { id: reply.id, text: 'Me too', parent_id: first.id },
      { id: below.id, text: 'And me', parent_id: first.id },
    ])
    const media = await call(`${secrets().accountId}/media?fields=id,comments_count,permalink`)
    expect(media.body.data[0]).toMatchObject({ id: post.id, comments_count: 4 })
  })

  test('pages to the end, at most 50 at once, each comment once', async () => {
    const ids = Array.from({ length: 120 }, (_, n) => comment(`number ${n}`).id)
    const seen: string[] = []
    let next: string | undefined = `${post.id}/comments?fields=id&limit=100`
    for (let pages = 0; next !== undefined; pages += 1) {
      const { body }: { body: Body } = await call(next)
      expect(body.data.length).toBeLessThanOrEqual(50)
      seen.push(...body.data.map(({ id }) => id))
      next = body.paging?.next
      expect(pages).toBeLessThan(4)
    }
    expect(seen).toEqual(ids.toReversed())
  })

  test('an unknown field fails the whole call, and so does a refused `from`', async () => {
    comment('Price?')
    expect((await call(`${post.id}/comments?fields=id,message`)).body.error).toMatchObject({ code: 100 })
    sandbox.faults.setQuirks({ refusesInstagramFrom: true })
    expect((await call(`${post.id}/comments?fields=id,from`)).body.error).toMatchObject({ code: 100 })
    expect((await call(`${post.id}/comments?fields=id,username`)).body.data).toHaveLength(1)
  })

  test('a deleted comment is code 100 with subcode 33, and takes its replies along', async () => {
    const first = comment('Gone soon')
    const reply = comment('Me too', first)
    sandbox.world.remove(first)
    for (const { id } of [first, reply]) expect((await call(id)).body.error).toMatchObject({ code: 100, error_subcode: 33 })
  })

  test('dead tokens are code 190; the limit is code 80002 with its minutes', async () => {
    sandbox.faults.setToken('instagram', 'expired', new Date())
    expect((await call('me')).body.error).toMatchObject({ code: 190, error_subcode: 463 })
    sandbox.faults.setToken('instagram', 'revoked', new Date())
    expect((await call('me')).body.error).toMatchObject({ code: 190, type: 'IGApiException' })
    sandbox.faults.setToken('instagram', 'valid', new Date())
    sandbox.faults.add({ platform: 'instagram', match: { times: 1 }, fault: { kind: 'rate_limited', retryAfterSeconds: 120 } })
    const limited = await call('me')
    expect([limited.status, limited.body.error?.code]).toEqual([400, 80002])
    expect(limited.headers.get('x-business-use-case-usage')).toContain('"estimated_time_to_regain_access":2')
  })
})

describe('writing', () => {
  test('replies below the comment, also when it answers a reply; hides; deletes', async () => {
    const first = comment('Which one fades the least?')
    const reply = comment('I wonder too', first, 'Bex')
    const sent = await call(`${reply.id}/replies`, { message: 'The walnut one.' })
    expect(sandbox.world.find('instagram', sent.body.id)).toMatchObject({ text: 'The walnut one.', parentId: first.id })
    expect((await call(`${first.id}?hide=true`, {})).body).toEqual({ success: true })
    expect((await call(`${first.id}/replies`, { message: 'Hello?' })).body.error?.code).toBe(100)
    expect((await call(`${first.id}?hide=false`, {})).body).toEqual({ success: true })
    expect((await call(sent.body.id, undefined, 'DELETE')).body).toEqual({ success: true })
    expect(sandbox.world.find('instagram', sent.body.id)).toBeUndefined()
    expect((await call(`${first.id}/likes`, {})).body.error?.code).toBe(2500)
  })

  test('asking for fields creates the comment and then answers code 20', async () => {
    const first = comment('Hello?')
    expect((await call(`${first.id}/replies`, { message: 'Hi', fields: 'id' })).body.error).toMatchObject({
      code: 20,
      error_subcode: 1772107,
    })
    expect(sandbox.world.replies(first).map(({ text }) => text)).toEqual(['Hi'])
  })

  test('one private reply a comment; comments of a live video have no other', async () => {
    const live = speak(sandbox.world, { platform: 'instagram', author: 'brand', text: 'Live from the loom', extra: { live: true } })
    const first = comment('Hello from Porto', live)
    expect(lastEntry()).toMatchObject({ changes: [{ field: 'live_comments', value: { id: first.id } }] })
    expect((await call(`${first.id}/replies`, { message: 'Hi' })).body.error?.code).toBe(100)
    const form = { recipient: JSON.stringify({ comment_id: first.id }), message: '{"text":"Hello"}' }
    expect((await call('me/messages', form)).body).toMatchObject({ message_id: expect.stringMatching(/./) })
    expect((await call(`${secrets().accountId}/messages`, form)).body.error?.code).toBe(10900)
    expect(first.toldPrivately).toEqual(['Hello'])
  })
})

describe('webhooks', () => {
  test('tell of comments, of its own too, and of nothing else', () => {
    const first = comment('Price?')
    const value = {
      id: first.id,
      text: 'Price?',
      from: { id: first.authorId, username: 'rosa' },
      media: { id: post.id, media_product_type: 'FEED' },
    }
    expect(lastEntry()).toEqual({ id: secrets().accountId, time: expect.any(Number), changes: [{ field: 'comments', value }] })
    speak(sandbox.world, { platform: 'instagram', author: 'brand', text: '40', parentId: first.id })
    expect(lastEntry()).toMatchObject({
      changes: [{ value: { parent_id: first.id, from: { id: secrets().accountId, self_ig_scoped_id: secrets().appScopedId } } }],
    })
    sandbox.world.edit(first, 'Price please?')
    expect(lastEntry()).toEqual({})
    sandbox.world.remove(first)
    expect(lastEntry()).toEqual({})
  })

  test('come flat where the quirk says so', () => {
    sandbox.faults.setQuirks({ flatInstagramEntries: true })
    const { id } = comment('Price?')
    expect(lastEntry()).toMatchObject({ field: 'comments', value: { id } })
  })

  test('a mention elsewhere is told by ids alone, can be read, and answered', async () => {
    const caption = speak(sandbox.world, { platform: 'instagram', author: { name: 'Bex' }, text: 'my bag', mention: true })
    expect(lastEntry()).toMatchObject({ changes: [{ field: 'mentions', value: { media_id: caption.id } }] })
    const below = speak(sandbox.world, {
      platform: 'instagram',
      author: { name: 'Cleo' },
      text: 'ask them',
      parentId: caption.id,
      mention: true,
    })
    expect(lastEntry()).toMatchObject({ changes: [{ value: { media_id: caption.id, comment_id: below.id } }] })
    const read = (fields: string) => call(`${secrets().accountId}?fields=${encodeURIComponent(fields)}`)
    const media = await read(`mentioned_media.media_id(${caption.id}){id,caption,username,permalink}`)
    expect(media.body['mentioned_media']).toMatchObject({ caption: '@fieldnote my bag', username: 'bex' })
    const commented = await read(`mentioned_comment.comment_id(${below.id}){id,text,timestamp,like_count,media{id,permalink}}`)
    expect(commented.body['mentioned_comment']).toMatchObject({ text: '@fieldnote ask them', media: { id: caption.id } })
    const sent = await call(`${secrets().accountId}/mentions`, { media_id: caption.id, comment_id: below.id, message: 'Thank you' })
    expect(sandbox.world.find('instagram', sent.body.id)?.parentId).toBe(below.id)
    sandbox.faults.setQuirks({ mentionsNeedPage: true })
    expect((await read(`mentioned_media.media_id(${caption.id}){id}`)).body.error?.code).toBe(100)
  })

  test('fields are subscribed to on the account, not on the Page', async () => {
    expect((await call('me/subscribed_apps', { subscribed_fields: 'comments,mentions' })).body).toEqual({ success: true })
    expect(sandbox.webhooks.of('instagram').topics).toEqual(['comments', 'mentions'])
    expect((await call(`${secrets().pageId}/subscribed_apps`, { subscribed_fields: 'comments' })).body.error?.code).toBe(100)
    expect((await call('me/subscribed_apps', { subscribed_fields: 'nonsense' })).body.error?.code).toBe(100)
  })
})

test('a login gives a token for an hour, and that one for 60 days', async () => {
  const { appId, appSecret, accountId, accessToken } = secrets()
  const redirect = 'http://127.0.0.1:9/back'
  const asked = { client_id: appId, redirect_uri: redirect, response_type: 'code', state: 's1', scope: 'instagram_business_basic' }
  const agreed = await fetch(`${sandbox.urls.instagram}/www.instagram.com/oauth/authorize`, {
    method: 'POST',
    body: new URLSearchParams({ ...asked, answer: 'allow' }),
    redirect: 'manual',
  })
  const back = new URL(agreed.headers.get('location') ?? '')
  expect([back.searchParams.get('state'), back.hash]).toEqual(['s1', '#_'])
  const form = { client_id: appId, client_secret: appSecret, grant_type: 'authorization_code', redirect_uri: redirect }
  const spend = () =>
    call(`${sandbox.urls.instagram}/api.instagram.com/oauth/access_token`, { ...form, code: back.searchParams.get('code') ?? '' })
  const brief = (await spend()).body
  expect(brief).toMatchObject({ user_id: accountId, permissions: ['instagram_business_basic'] })
  expect((await spend()).body.error?.code).toBe(100)
  const query = new URLSearchParams({
    grant_type: 'ig_exchange_token',
    client_secret: appSecret,
    access_token: String(brief['access_token']),
  })
  const lasting = await (await fetch(`${sandbox.urls.instagram}/access_token?${query}`)).json()
  expect(lasting).toEqual({ access_token: accessToken, token_type: 'bearer', expires_in: 5_183_944 })
})
