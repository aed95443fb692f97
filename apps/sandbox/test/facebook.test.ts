import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sign } from '../src/graph/webhooks.ts'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { graph } from './graph.ts'
import { startReceiver, until } from './receiver.ts'

let sandbox: Sandbox
let post: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  post = sandbox.world.posts('facebook', true)[0] as Item
})
afterEach(() => sandbox.close())

function comment(text: string, parent: Item = post, name = 'Rosa'): Item {
  return speak(sandbox.world, { platform: 'facebook', author: { name }, text, parentId: parent.id })
}

test('signs a body as the documented vector says', () => {
  expect(sign('app_secret_test', '{"object":"page","entry":[]}')).toBe(
    'sha256=7c605ec144382de2b5475423fae08104da4c70edb2eec420a84f21899172103d',
  )
})

describe('reading', () => {
  test('expands nested fields, with the parent only on replies', async () => {
    const first = comment('Does the strap come off?')
    const reply = comment('Yes', first, 'Bex')
    const fields = 'id,comments.filter(stream).order(reverse_chronological).limit(50){id,from{id,name},message,parent{id},attachment}'
    const { body } = await graph(sandbox, `${sandbox.secrets.facebook.pageId}/feed?fields=${encodeURIComponent(fields)}&limit=25`)
    expect(body.data).toHaveLength(1)
    expect(body.data[0]?.comments?.data).toEqual([
      { id: reply.id, from: { id: reply.authorId, name: 'Bex' }, message: 'Yes', parent: { id: first.id } },
      { id: first.id, from: { id: first.authorId, name: 'Rosa' }, message: 'Does the strap come off?' },
    ])
  })

  test('pages to the end, each comment once, in both orders', async () => {
    const ids = Array.from({ length: 23 }, (_, n) => comment(`number ${n}`).id)
    for (const order of ['chronological', 'reverse_chronological']) {
      const seen: string[] = []
      let next: string | undefined = `${post.id}/comments?filter=stream&order=${order}&limit=5&summary=true`
      let pages = 0
      while (next) {
        const { body } = await graph(sandbox, next)
        seen.push(...body.data.map(({ id }) => id))
        next = body.paging?.next
        pages += 1
      }
      expect(seen).toEqual(order === 'chronological' ? ids : [...ids].reverse())
      expect(pages).toBe(5)
    }
  })

  test('a deleted comment is code 100 with subcode 33, and takes its replies along', async () => {
    const first = comment('Gone soon')
    const reply = comment('Me too', first)
    sandbox.world.remove(first)
    for (const { id } of [first, reply]) {
      const { status, body } = await graph(sandbox, id)
      expect([status, body.error?.code, body.error?.error_subcode]).toEqual([400, 100, 33])
    }
  })

  test('tells a wrong, an expired and a revoked token apart', async () => {
    const { secrets } = sandbox
    const wrong = await fetch(`${sandbox.urls.facebook}/v25.0/me?access_token=wrong`)
    expect([wrong.status, ((await wrong.json()) as { error: { code: number } }).error.code]).toEqual([401, 190])
    sandbox.faults.setToken('facebook', 'expired', new Date())
    expect((await graph(sandbox, 'me')).body.error).toMatchObject({ code: 190, error_subcode: 463 })
    sandbox.faults.setToken('facebook', 'revoked', new Date())
    expect((await graph(sandbox, 'me')).body.error).toMatchObject({ code: 190, error_subcode: 467 })
    const { appId, appSecret, pageAccessToken } = secrets.facebook
    const debug = await fetch(
      `${sandbox.urls.facebook}/v25.0/debug_token?input_token=${pageAccessToken}&access_token=${appId}%7C${appSecret}`,
    )
    expect(await debug.json()).toMatchObject({ data: { is_valid: false, type: 'PAGE', app_id: appId } })
  })
})

describe('writing', () => {
  test('replies, likes, hides, edits and deletes as the Page', async () => {
    const first = comment('Which one fades the least?')
    const reply = await graph(sandbox, `${first.id}/comments`, { message: 'The walnut one.' })
    expect(reply.status).toBe(200)
    const stored = sandbox.world.find('facebook', reply.body.id)
    expect(stored).toMatchObject({ text: 'The walnut one.', parentId: first.id })
    expect((await graph(sandbox, `${first.id}/likes`, {})).body).toEqual({ success: true })
    expect((await graph(sandbox, first.id, { is_hidden: 'true' })).body).toEqual({ success: true })
    expect((await graph(sandbox, reply.body.id, { message: 'Walnut.' })).body).toEqual({ success: true })
    const view = await graph(sandbox, `${first.id}?fields=is_hidden,user_likes,comments{message}`)
    expect(view.body).toMatchObject({ is_hidden: true, user_likes: true, comments: { data: [{ message: 'Walnut.' }] } })
    expect((await graph(sandbox, reply.body.id, undefined, 'DELETE')).body).toEqual({ success: true })
    expect(sandbox.world.find('facebook', reply.body.id)).toBeUndefined()
  })

  test('asking for fields on a comment creates it and then answers code 20', async () => {
    const first = comment('Hello?')
    const { status, body } = await graph(sandbox, `${first.id}/comments`, { message: 'Hi', fields: 'id' })
    expect([status, body.error?.code, body.error?.error_subcode]).toEqual([400, 20, 1772107])
    expect(sandbox.world.replies(first).map(({ text }) => text)).toEqual(['Hi'])
  })

  test('one private reply a comment, within 7 days', async () => {
    const { pageId } = sandbox.secrets.facebook
    const send = (id: string) =>
      graph(sandbox, `${pageId}/messages`, { recipient: JSON.stringify({ comment_id: id }), message: '{"text":"Hello"}' })
    const first = comment('Order 20418?')
    expect((await send(first.id)).status).toBe(200)
    expect((await send(first.id)).body.error?.code).toBe(10900)
    const createdAt = Date.now() - 8 * 86_400_000
    const old = speak(sandbox.world, { platform: 'facebook', author: { name: 'Hal' }, text: 'old', parentId: post.id, createdAt })
    expect((await send(old.id)).body.error?.code).toBe(10903)
  })
})

describe('webhooks', () => {
  test('shakes hands, then delivers signed changes in the documented shape', async () => {
    const receiver = await startReceiver()
    const { appId, appSecret, pageId } = sandbox.secrets.facebook
    const form = { object: 'page', callback_url: receiver.url, fields: 'feed', verify_token: 'hush', access_token: `${appId}|${appSecret}` }
    const answer = await fetch(`${sandbox.urls.facebook}/v25.0/${appId}/subscriptions`, { method: 'POST', body: new URLSearchParams(form) })
    expect(await answer.json()).toEqual({ success: true })
    expect(receiver.verifyTokens).toEqual(['hush'])

    const first = comment('Do you ship to Spain? 🧡')
    await until(() => receiver.received.length === 1)
    const native = speak(sandbox.world, { platform: 'facebook', author: 'brand', text: 'We do', parentId: first.id })
    await until(() => receiver.received.length === 2)
    sandbox.world.edit(first, 'Do you ship to Spain soon?')
    await until(() => receiver.received.length === 3)
    sandbox.world.remove(native)
    await until(() => receiver.received.length === 4)
    for (const { body, signature } of receiver.received)
      expect(signature).toBe(`sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`)
    const values = receiver.received.map(({ body }) => {
      const { entry } = JSON.parse(body.toString()) as { entry: { id: string; changes: { field: string; value: object }[] }[] }
      expect(entry[0]?.id).toBe(pageId)
      return entry[0]?.changes[0]?.value
    })
    expect(values).toMatchObject([
      { item: 'comment', verb: 'add', comment_id: first.id, post_id: post.id, parent_id: post.id, message: 'Do you ship to Spain? 🧡' },
      { item: 'comment', verb: 'add', comment_id: native.id, parent_id: first.id, from: { id: pageId } },
      { item: 'comment', verb: 'edited', comment_id: first.id, message: 'Do you ship to Spain soon?' },
      { item: 'comment', verb: 'remove', comment_id: native.id },
    ])
    expect(values[3]).not.toHaveProperty('message')
    await receiver.close()
  })

  test('tries again until the receiver says 2xx, and keeps a log of it', async () => {
    const answers = [500, 503, 200]
    const receiver = await startReceiver(() => answers.shift() ?? 200)
    sandbox.webhooks.of('facebook').target = { url: receiver.url, secret: 'x', verifyToken: 'y' }
    sandbox.webhooks.of('facebook').pausesMs = [1, 1]
    comment('Anybody there?')
    await until(() => receiver.received.length === 3 && sandbox.webhooks.pending === 0)
    expect(sandbox.webhooks.log.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 503],
      [3, 200],
    ])
    expect(new Set(receiver.received.map(({ body }) => body.toString())).size).toBe(1)
    await receiver.close()
  })

  test('doubles, loses, batches and shuffles on request', async () => {
    const receiver = await startReceiver()
    sandbox.webhooks.of('facebook').target = { url: receiver.url, secret: 'x', verifyToken: 'y' }
    sandbox.faults.setWebhooks({ duplicate: 1 })
    comment('twice')
    await until(() => receiver.received.length === 2)
    sandbox.faults.setWebhooks({ duplicate: 0, missing: 1 })
    comment('never')
    sandbox.faults.setWebhooks({ missing: 0, batch: 3 })
    const ids = ['one', 'two', 'three'].map((text) => comment(text).id)
    await until(() => receiver.received.length === 3)
    const batch = JSON.parse(String(receiver.received[2]?.body)) as { entry: { changes: { value: { comment_id: string } }[] }[] }
    expect(batch.entry.map(({ changes }) => changes[0]?.value.comment_id)).toEqual(ids)
    sandbox.faults.setWebhooks({ batch: 1, reorder: 8 })
    const sent = Array.from({ length: 8 }, (_, n) => comment(`shuffled ${n}`).id)
    await until(() => receiver.received.length === 11)
    const arrived = receiver.received.slice(3).map(({ body }) => /"comment_id":"([^"]+)"/.exec(body.toString())?.[1] ?? '')
    expect([...arrived].sort()).toEqual([...sent].sort())
    expect(arrived).not.toEqual(sent)
    await receiver.close()
  })
})
