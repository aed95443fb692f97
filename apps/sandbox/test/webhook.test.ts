import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import { checkSignature, signatureHeaders } from '../src/webhook/sign.ts'
import { bareOf } from '../src/webhook/ids.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { until } from './receiver.ts'

let sandbox: Sandbox
let product: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  product = sandbox.world.posts('webhook', true)[0] as Item
})
afterEach(() => sandbox.close())

function say(text: string, parent: Item = product): Item {
  return speak(sandbox.world, { platform: 'webhook', author: { name: 'Kai' }, text, parentId: parent.id })
}

/** A signed POST, as the inbox sends them. */
async function call(
  path: string,
  body: object,
  change: { id?: string; secret?: string; at?: Date } = {},
): Promise<{ status: number; body: Record<string, string> }> {
  const { id = 'msg_1', secret = sandbox.secrets.webhook.outboundSecret, at = new Date() } = change
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', ...signatureHeaders(secret, { id, at, body: text }) }
  const answer = await fetch(`${sandbox.urls.webhook}/hooks/${path}`, { method: 'POST', headers, body: text })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

const requested = (to: string, text: string, more: object = {}): object => ({
  type: 'reply.requested',
  timestamp: '2026-11-22T10:05:00Z',
  data: {
    request_id: 'o_1',
    in_reply_to: to,
    thread_id: bareOf(product.id),
    text,
    author: { id: 's', name: 'Ana' },
    attachments: [],
    ...more,
  },
})

describe('signatures', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const id = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W'
  const body = '{"type":"comment.created","data":{"id":"c1"}}'
  const at = new Date(1_674_087_231_000)
  const right = 'v1,kMglwzksLmNcLaj26V6ZQoU8ADtBzUBTQSv/CkoTGR0='

  test('are those of Standard Webhooks', () => {
    expect(signatureHeaders(secret, { id, at, body })).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1674087231',
      'webhook-signature': right,
    })
  })

  test('are taken beside others, and refused late, for another body, and with strange ids', () => {
    const headers = { 'webhook-id': id, 'webhook-timestamp': '1674087231', 'webhook-signature': `v1a,AAAA v1,BBBB ${right}` }
    expect(checkSignature(secret, headers, body, at)).toBe(id)
    const late = new Date(at.getTime() + 301_000)
    expect([
      checkSignature(secret, headers, body, late),
      checkSignature(secret, headers, `${body} `, at),
      checkSignature(secret, { ...headers, 'webhook-id': 'a.b' }, body, at),
      checkSignature(secret, {}, body, at),
    ]).toEqual([null, null, null, null])
  })
})

describe('replies', () => {
  test('are written once a webhook-id, and the first answer is given again', async () => {
    const asked = say('Does it ship to Spain?')
    const first = await call('replies', requested(bareOf(asked.id), 'Ships Monday'))
    expect(first).toMatchObject({ status: 201, body: { url: expect.stringContaining('/webhook/questions/c-') as string } })
    const again = await call('replies', requested(bareOf(asked.id), 'Ships Monday'))
    expect(again).toEqual({ status: 409, body: first.body })
    expect(sandbox.world.replies(asked).map(({ text }) => text)).toEqual(['Ships Monday'])
    expect(sandbox.world.journal.ledger.map(({ key, repeated }) => [key, repeated])).toEqual([
      ['msg_1', false],
      ['msg_1', true],
    ])
    const page = await (await fetch(first.body['url'] ?? '')).text()
    expect(page).toContain('Ships Monday')
  })

  test('are refused by name: unsigned, to nothing, to what is gone, without words, with too many', async () => {
    const asked = say('?')
    const id = bareOf(asked.id)
    expect(await call('replies', requested(id, 'x'), { secret: 'whsec_AAAA' })).toEqual({
      status: 401,
      body: { error: 'invalid_signature' },
    })
    expect((await call('replies', requested(id, 'x'), { at: new Date(Date.now() - 400_000) })).status).toBe(401)
    expect((await call('replies', requested('c-1', 'x'))).status).toBe(404)
    expect(await call('replies', requested(id, ' '))).toMatchObject({ status: 422, body: { error: 'empty' } })
    expect(await call('replies', requested(id, '😀'.repeat(10_001)))).toMatchObject({ status: 422, body: { error: 'too_long' } })
    sandbox.world.remove(asked)
    expect((await call('replies', requested(id, 'x'))).status).toBe(410)
    sandbox.faults.setToken('webhook', 'revoked', new Date())
    expect((await call('replies', requested(id, 'x'))).status).toBe(401)
    expect(sandbox.world.journal.ledger).toEqual([])
  })

  test('can be promised for later, and are told of with our name for them', async () => {
    sandbox.faults.setQuirks({ answersLater: true })
    const events = await listen()
    const asked = say('?')
    expect(await call('replies', requested(bareOf(asked.id), 'Monday'))).toEqual({ status: 202, body: {} })
    await until(() => events.length === 2)
    expect(events.map(({ type, data }) => [type, data['client_ref'], data['parent_id']])).toEqual([
      ['comment.created', undefined, null],
      ['reply.created', 'o_1', bareOf(asked.id)],
    ])
  })
})

test('likes, hides and deletes on request, each once, and answers a ping', async () => {
  const asked = say('?')
  const act = (action: string, id: string) =>
    call('actions', { type: 'action.requested', data: { request_id: id, action, target: bareOf(asked.id) } }, { id })
  const brandId = sandbox.world.brand('webhook').id
  expect((await act('like', 'm1')).status).toBe(200)
  expect(asked.likes.has(brandId)).toBe(true)
  expect((await act('unlike', 'm2')).status).toBe(200)
  expect((await act('like', 'm1')).status).toBe(200)
  expect(asked.likes.has(brandId), 'a repeated id does nothing').toBe(false)
  await act('hide', 'm3')
  expect(asked.hidden).toBe(true)
  await act('unhide', 'm4')
  expect(asked.hidden).toBe(false)
  expect((await act('fly', 'm5')).status).toBe(422)
  await act('delete', 'm6')
  expect(asked.deletedAt).not.toBeNull()
  expect((await act('delete', 'm7')).status).toBe(410)
  expect((await call('replies', { type: 'source.ping', data: {} })).status).toBe(200)
})

type Event = { type: string; timestamp: string; data: Record<string, unknown> }

/** Takes the shop's webhooks over the wire, and checks each signature. */
async function listen(): Promise<Event[]> {
  const secret = `whsec_${Buffer.from('x'.repeat(32)).toString('base64')}`
  const events: Event[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const id = checkSignature(secret, request.headers, body, new Date())
      if (id !== null) events.push(JSON.parse(body) as Event)
      response.statusCode = id === null ? 401 : 200
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => void (server.closeAllConnections(), server.close()))
  const { port } = server.address() as AddressInfo
  sandbox.webhooks.of('webhook').target = { url: `http://127.0.0.1:${port}/`, secret, verifyToken: '' }
  return events
}

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

test('tells of all that happens, signed: questions, answers, reviews, mentions, edits, deletions, products', async () => {
  const events = await listen()
  const asked = say('Does it ship?')
  say('I wonder too', asked)
  speak(sandbox.world, { platform: 'webhook', author: 'brand', text: 'It does', parentId: asked.id })
  speak(sandbox.world, { platform: 'webhook', author: { name: 'Bo' }, text: 'Lovely', rating: 5 })
  speak(sandbox.world, { platform: 'webhook', author: { name: 'Cy' }, text: 'ask Fieldnote', mention: true })
  sandbox.world.edit(asked, 'Does it ship to Spain?')
  sandbox.world.remove(asked)
  speak(sandbox.world, { platform: 'webhook', author: 'brand', text: 'New: a felt sleeve' })
  await until(() => events.length === 8)
  const told = events.map(({ type, data }) => [type, data['kind'], data['rating'], data['text'] ?? data['title']])
  expect(told.toSorted()).toEqual(
    [
      ['comment.created', 'comment', null, 'Does it ship?'],
      ['comment.created', 'reply', null, 'I wonder too'],
      ['reply.created', 'reply', null, 'It does'],
      ['comment.created', 'review', 5, 'Lovely'],
      ['comment.created', 'mention', null, 'ask Fieldnote'],
      ['comment.updated', 'comment', null, 'Does it ship to Spain?'],
      ['comment.deleted', undefined, undefined, undefined],
      ['post.published', undefined, undefined, 'New: a felt sleeve'],
    ].toSorted(),
  )
  const first = events.find(({ data }) => data['text'] === 'Does it ship?')
  expect(first?.data).toMatchObject({ parent_id: null, thread_id: bareOf(product.id), post: { id: bareOf(product.id) } })
})

test('several events go as one batch when a fault says so', async () => {
  const events = await listen()
  sandbox.faults.setWebhooks({ batch: 3 })
  for (const text of ['one', 'two', 'three']) say(text)
  await until(() => events.length === 1)
  expect(events[0]).toMatchObject({ type: 'batch', data: [{ type: 'comment.created' }, { data: { text: 'two' } }, {}] })
})
