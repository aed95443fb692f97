import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import { signatureHeaders } from '../src/webhook/sign.ts'
import { bareOf } from '../src/webhook/ids.ts'
import type { Happening, Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { mp4, png } from './pictures.ts'

let sandbox: Sandbox
let product: Item
let asked: Item
const told: Happening[] = []
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  product = sandbox.world.posts('webhook', true)[0]!
  asked = speak(sandbox.world, { platform: 'webhook', author: { name: 'Kai' }, text: 'How does it look?', parentId: product.id })
  told.splice(0)
  sandbox.world.listen((happening) => void told.push(happening))
})
afterEach(() => sandbox.close())

/** The inbox's own address of files: by their path. `asks` counts. */
async function shelf(files: Record<string, Buffer>) {
  const asks: string[] = []
  const server = createServer((request, response) => {
    asks.push(request.url ?? '')
    const file = files[request.url?.slice(1) ?? '']
    response.writeHead(file ? 200 : 404).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))))
  return { at: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asks }
}

async function answer(text: string, attachments: object[], id = 'msg_1') {
  const data = { request_id: 'o_1', in_reply_to: bareOf(asked.id), text, author: { id: 's', name: 'Ana' }, attachments }
  const body = JSON.stringify({ type: 'reply.requested', timestamp: '2026-11-22T10:05:00Z', data })
  const { outboundSecret } = sandbox.secrets.webhook
  const headers = { 'content-type': 'application/json', ...signatureHeaders(outboundSecret, { id, at: new Date(), body }) }
  const taken = await fetch(`${sandbox.urls.webhook}/hooks/replies`, { method: 'POST', headers, body })
  return {
    status: taken.status,
    body: (await taken.json()) as { attachments?: { url: string; type: string; alt: string }[]; error?: string },
  }
}

test('files are fetched, kept in their order and shown; the answer and the event say where', async () => {
  const { at } = await shelf({ 'one.png': png({ shade: 1 }), 'two.mp4': mp4() })
  const { status, body } = await answer('', [
    { type: 'image', url: `${at}/one.png`, alt: 'A bag', mime_type: 'image/png', name: 'one.png' },
    { type: 'video', url: `${at}/two.mp4`, alt: '', mime_type: 'video/mp4', name: 'two.mp4' },
  ])
  expect([status, body.attachments?.map(({ type, alt }) => [type, alt])]).toEqual([
    201,
    [
      ['image', 'A bag'],
      ['video', ''],
    ],
  ])
  const shown = await fetch(body.attachments![0]!.url)
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(png({ shade: 1 }))
  const [event] = sandbox.webhooks.of('webhook').requestsFor(told[0]!, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
  expect(JSON.parse(event!.body)).toMatchObject({ type: 'reply.created', data: { attachments: body.attachments } })
  expect(await (await fetch(`${sandbox.url}/webhook/p/${product.key}`)).text()).toContain('alt="A bag"')
})

test('the same answer twice at once is written once, and its files fetched once', async () => {
  const { at, asks } = await shelf({ 'one.png': png() })
  const file = { type: 'image', url: `${at}/one.png`, alt: '', mime_type: 'image/png', name: 'one.png' }
  const both = await Promise.all([answer('Like this', [file]), answer('Like this', [file])])
  expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409])
  expect(both[0].body.attachments).toEqual(both[1].body.attachments)
  expect([asked.replyIds.length, asks.length]).toEqual([1, 1])
})

test.each([
  ['what is not there', { url: '/nothing.png', mime_type: 'image/png' }, 'file_not_there'],
  ['a program', { url: '/one.png', mime_type: 'application/x-msdownload' }, 'file_not_taken'],
  ['a film that says it is a picture', { url: '/two.mp4', mime_type: 'image/png' }, 'file_not_taken'],
])('%s is refused, and so is the answer', async (_, { url, mime_type }, error) => {
  const { at } = await shelf({ 'one.png': png(), 'two.mp4': mp4() })
  expect(await answer('Here', [{ url: `${at}${url}`, mime_type }])).toMatchObject({ status: 422, body: { error } })
  expect(asked.replyIds).toEqual([])
})

test('without words and files there is no answer', async () => {
  expect((await answer(' ', [])).status).toBe(422)
})
