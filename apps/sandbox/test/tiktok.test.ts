import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
let video: Item
let token: string
let business_id: string
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  video = sandbox.world.posts('tiktok', true)[0] as Item
  business_id = sandbox.secrets.tiktok.openId
  token = (await refresh()).data.access_token as string
})
afterEach(() => sandbox.close())

type Body = { code: number; message: string; request_id: string; data: Record<string, any> }

function at(path: string): string {
  return `${sandbox.urls.tiktok}/open_api/v1.3${path}`
}

async function send(path: string, body: object, method = 'POST'): Promise<Body> {
  const headers = { 'content-type': 'application/json', 'access-token': token ?? '' }
  const answer = await fetch(at(path), { method, headers, body: JSON.stringify(body) })
  expect(answer.status, path).toBe(200)
  return (await answer.json()) as Body
}

async function read(path: string, query: Record<string, string> = {}): Promise<Body> {
  const answer = await fetch(`${at(path)}?${new URLSearchParams({ business_id, ...query }).toString()}`, {
    headers: { 'access-token': token },
  })
  expect(answer.status, path).toBe(200)
  return (await answer.json()) as Body
}

function clientOf() {
  const { appId: client_id, appSecret: client_secret } = sandbox.secrets.tiktok
  return { client_id, client_secret }
}

function refresh(refresh_token = sandbox.secrets.tiktok.refreshToken): Promise<Body> {
  return send('/tt_user/oauth2/refresh_token/', { ...clientOf(), grant_type: 'refresh_token', refresh_token })
}

function say(text: string, parent: Item = video): Item {
  return speak(sandbox.world, { platform: 'tiktok', author: { name: 'Kai' }, text, parentId: parent.id })
}

describe('reading', () => {
  test('videos come with the fields that are asked for, comments with all of theirs, replies one level deep', async () => {
    const asked = say('restock when?')
    const below = say('yes when', asked)
    say('and me', below)
    const { data } = await read('/business/video/list/', { fields: '["item_id","caption","comments"]' })
    expect(data).toMatchObject({ videos: [{ item_id: video.id, caption: video.text, comments: 3 }], has_more: false })
    const list = await read('/business/comment/list/', { video_id: video.id, include_replies: 'true' })
    expect(list.data.comments).toMatchObject([
      {
        comment_id: asked.id,
        video_id: video.id,
        text: 'restock when?',
        owner: false,
        replies: 2,
        status: 'PUBLIC',
        username: 'kai',
        display_name: 'Kai',
      },
    ])
    expect(list.data.comments[0].comment_id).toMatch(/^\d{19}$/)
    expect(list.data.comments[0].reply_list.map((each: { parent_comment_id: string }) => each.parent_comment_id)).toEqual([
      asked.id,
      asked.id,
    ])
    const replies = await read('/business/comment/reply/list/', { video_id: video.id, comment_id: asked.id })
    expect(replies.data.comments.map((each: { text: string }) => each.text)).toEqual(['and me', 'yes when'])
  })

  test('a page can be short, or empty, and more can follow; hidden ones come only when all are asked for', async () => {
    const hidden = Array.from({ length: 4 }, (_, index) => say(`number ${index}`))
    say('last')
    for (const item of hidden.slice(2)) sandbox.world.hide(item, true)
    const pages = []
    for (let cursor = 0, more = true; more;) {
      const { data } = await read('/business/comment/list/', { video_id: video.id, max_count: '2', cursor: String(cursor) })
      pages.push(data.comments.length)
      cursor = data.cursor
      more = data.has_more
    }
    expect(pages).toEqual([1, 1, 1])
    const all = await read('/business/comment/list/', { video_id: video.id, status: 'ALL' })
    expect(all.data.comments.map((each: { status: string }) => each.status)).toEqual(['PUBLIC', 'HIDDEN', 'HIDDEN', 'PUBLIC', 'PUBLIC'])
  })

  test('below five hundred comments the list goes by likes and repeats some, and none is missing', async () => {
    const ids = Array.from({ length: 520 }, (_, index) => say(`number ${index}`).id)
    const seen: string[] = []
    for (let cursor = 0, more = true; more;) {
      const { data } = await read('/business/comment/list/', { video_id: video.id, max_count: '30', cursor: String(cursor) })
      seen.push(...data.comments.map((each: { comment_id: string }) => each.comment_id))
      cursor = data.cursor
      more = data.has_more
    }
    expect(seen.length).toBeGreaterThan(520)
    expect(new Set(seen)).toEqual(new Set(ids))
  })

  test('a comment or reply is found by its id, with who wrote it; what is gone is left out', async () => {
    const asked = say('?')
    const own = speak(sandbox.world, { platform: 'tiktok', author: 'brand', text: 'soon', parentId: asked.id })
    const gone = say('never mind')
    sandbox.world.remove(gone)
    const { data } = await read('/business/comment/list/', { comment_ids: JSON.stringify([own.id, gone.id]) })
    expect(data.comments).toMatchObject([{ comment_id: own.id, owner: true, parent_comment_id: asked.id }])
    expect(data.comments[0].unique_identifier).not.toBe(business_id)
  })

  test('comments asked for by id come in short pages as well', async () => {
    const ids = [say('one').id, say('two').id, say('three').id]
    sandbox.faults.setQuirks({ shortPages: true })
    const asked = { comment_ids: JSON.stringify(ids), max_count: '3' }
    const { data } = await read('/business/comment/list/', asked)
    expect([data.comments.length, data.has_more]).toEqual([2, true])
    const rest = await read('/business/comment/list/', { ...asked, cursor: String(data.cursor) })
    expect([rest.data.comments.length, rest.data.has_more]).toEqual([1, false])
  })
})

describe('writing', () => {
  test('answers, likes, hides, pins and deletes as the account', async () => {
    const asked = say('restock when?')
    const place = { business_id, video_id: video.id, comment_id: asked.id }
    const made = await send('/business/comment/reply/create/', { ...place, text: 'Friday' })
    expect(made).toMatchObject({ code: 0, message: 'OK', data: { parent_comment_id: asked.id, owner: true, text: 'Friday' } })
    for (const [path, action] of [
      ['like', 'LIKE'],
      ['hide', 'HIDE'],
      ['pin', 'PIN'],
    ])
      expect(await send(`/business/comment/${path}/`, { ...place, action })).toMatchObject({ code: 0 })
    const all = await read('/business/comment/list/', { video_id: video.id, status: 'ALL' })
    expect(all.data.comments).toMatchObject([{ liked: true, likes: 1, status: 'HIDDEN', pinned: true, replies: 1 }])
    expect(await send('/business/comment/delete/', { business_id, comment_id: made.data.comment_id })).toMatchObject({ code: 0 })
    expect(sandbox.world.replies(asked)).toEqual([])
    expect(sandbox.world.journal.ledger.filter(({ text }) => text !== null).map(({ inReplyTo, text }) => [inReplyTo, text])).toEqual([
      [asked.id, 'Friday'],
    ])
  })

  test('refuses with HTTP 200 and a code: what is missing by name, what is gone, what is not ours', async () => {
    const asked = say('?')
    const below = say('!', asked)
    const place = { business_id, video_id: video.id, comment_id: asked.id }
    const codeOf = async (path: string, body: object): Promise<[number, string]> => {
      const { code, message } = await send(`/business/comment/${path}/`, body)
      return [code, message.split(':')[0]!]
    }
    expect(await codeOf('like', { business_id, comment_id: asked.id, action: 'LIKE' })).toEqual([40002, 'video_id'])
    expect(await codeOf('reply/create', { ...place, text: 'x'.repeat(1_201) })).toEqual([40002, 'text'])
    expect(await codeOf('reply/create', { ...place, comment_id: below.id, text: 'x' })).toEqual([40002, 'comment_id'])
    expect((await codeOf('reply/create', { ...place, comment_id: '7000000000000000001', text: 'x' }))[0]).toBe(40007)
    expect((await codeOf('reply/create', { ...place, business_id: 'other', text: 'x' }))[0]).toBe(40001)
    expect((await codeOf('delete', place))[0]).toBe(40001)
    sandbox.faults.setQuirks({ takesTikTokReplyIds: true, numericTikTokIds: true })
    const headers = { 'content-type': 'application/json', 'access-token': token }
    const body = JSON.stringify({ ...place, comment_id: below.id, text: 'x' })
    const raw = await (await fetch(at('/business/comment/reply/create/'), { method: 'POST', headers, body })).text()
    expect(raw).toMatch(/"comment_id":\d{19},/)
    expect((await fetch(at('/business/comment/list'), { headers })).status).toBe(404)
  })
})

test('a login gives a code for the portal’s address, which gives a pair; a second visit comes back without one', async () => {
  const redirect_uri = 'http://127.0.0.1:3000/oauth/tiktok/'
  const query = { client_key: clientOf().client_id, response_type: 'code', scope: 'comment.list', redirect_uri, state: 's' }
  const url = `${sandbox.urls.tiktok}/www.tiktok.com/v2/auth/authorize?${new URLSearchParams(query).toString()}`
  const agreed = await fetch(url, { method: 'POST', body: new URLSearchParams({ ...query, answer: 'allow' }), redirect: 'manual' })
  const back = new URL(agreed.headers.get('location')!)
  expect(back.searchParams.get('state')).toBe('s')
  const spend = () =>
    send('/tt_user/oauth2/token/', {
      ...clientOf(),
      grant_type: 'authorization_code',
      auth_code: back.searchParams.get('auth_code'),
      redirect_uri,
    })
  expect(await spend()).toMatchObject({ code: 0, data: { open_id: business_id, expires_in: 86_400, scope: 'comment.list' } })
  expect(await spend()).toMatchObject({ code: 40110 })
  const again = await fetch(url, { redirect: 'manual' })
  expect(new URL(again.headers.get('location')!).searchParams.has('auth_code')).toBe(false)
  expect((await fetch(`${url}&disable_auto_auth=1`)).status).toBe(200)
  expect((await fetch(url.replace('tiktok%2F&', 'tiktok&'))).status).toBe(400)
})

test('a token ends after a day and is renewed by one that is good once; the codes tell what is wrong with it', async () => {
  sandbox.faults.setToken('tiktok', 'expired', new Date())
  expect(await read('/business/comment/list/', { video_id: video.id })).toMatchObject({ code: 40102 })
  const { data } = await refresh()
  token = data.access_token
  expect(await read('/business/comment/list/', { video_id: video.id })).toMatchObject({ code: 0 })
  expect(await refresh(data.refresh_token)).toMatchObject({ code: 0 })
  expect(await refresh(data.refresh_token)).toMatchObject({ code: 40107 })
  token = 'nonsense'
  expect(await read('/business/comment/list/')).toMatchObject({ code: 40105 })
  token = ''
  expect(await read('/business/comment/list/')).toMatchObject({ code: 40104 })
})

test('webhooks are signed with the time, their content is JSON in a text, its ids are bare numbers, and own words are confirmed', () => {
  const told: { headers: Record<string, string>; body: string }[] = []
  sandbox.world.listen((happening) => {
    if (happening.item.platform === 'tiktok') told.push(...sandbox.webhooks.of('tiktok').requestsFor(happening, 'tt_secret_test'))
  })
  const asked = say('restock when? {"comment_id":12}')
  speak(sandbox.world, { platform: 'tiktok', author: 'brand', text: 'Friday', parentId: asked.id })
  sandbox.world.hide(asked, true)
  sandbox.world.hide(asked, false)
  sandbox.world.remove(asked)
  const contents = told.map(({ body }) => (JSON.parse(body) as { content: string }).content)
  expect(contents.map((content) => JSON.parse(content) as object)).toMatchObject([
    { comment_type: 'comment', comment_action: 'insert' },
    { comment_type: 'reply', comment_action: 'insert' },
    { comment_type: 'reply', comment_action: 'set_to_public' },
    { comment_action: 'set_to_hidden' },
    { comment_action: 'set_to_public' },
    { comment_type: 'reply', comment_action: 'delete' },
    { comment_type: 'comment', comment_action: 'delete' },
  ])
  expect(contents[0]).toContain(`"comment_id":${asked.id},"video_id":${video.id},`)
  const { headers, body } = told[0]!
  const [, time, signature] = /^t=(\d+),s=([0-9a-f]{64})$/.exec(headers['tiktok-signature']!)!
  expect(signature).toBe(createHmac('sha256', 'tt_secret_test').update(`${time}.${body}`).digest('hex'))
  expect(JSON.parse(body)).toMatchObject({ event: 'comment.update', user_openid: business_id, client_key: clientOf().client_id })
})

test('the app orders its webhooks by a call, and they go there until it says otherwise', async () => {
  const app = { app_id: clientOf().client_id, secret: clientOf().client_secret, event_type: 'COMMENT' }
  await send('/business/webhook/update/', { ...app, callback_url: 'http://127.0.0.1:9/webhooks/tiktok' })
  expect(sandbox.webhooks.of('tiktok').target).toMatchObject({ url: 'http://127.0.0.1:9/webhooks/tiktok', secret: app.secret })
  await send('/business/webhook/delete/', app)
  expect(sandbox.webhooks.of('tiktok').target).toBeNull()
  expect(await send('/business/webhook/update/', { ...app, secret: 'wrong' })).toMatchObject({ code: 40101 })
})
