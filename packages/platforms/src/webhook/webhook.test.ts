import { expect, test } from 'vitest'
import type { Io, ReplyInput, ReplyMedia } from '../platform.ts'
import { webhookSource } from './adapter.ts'
import { verifyStandard } from './sign.ts'

const webhook = webhookSource.webhook!
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const now = new Date('2026-11-22T12:00:00.000Z')
const at = { now, url: 'https://inbox.example/webhooks/webhook/1' }

type Call = { url: string; headers: Record<string, string>; body: Record<string, any>; raw: string }

/** A source that answers each call in turn, the last answer for good. */
function aSource(...answers: Response[]): { io: Io; calls: Call[] } {
  const calls: Call[] = []
  const fetch: Io['fetch'] = async (url, init) => {
    const raw = String(init?.body)
    calls.push({ url: String(url), headers: init?.headers as Record<string, string>, body: JSON.parse(raw), raw })
    return (answers.length > 1 ? answers.shift()! : answers[0]!).clone()
  }
  const settings = {
    source: 'shop',
    url: 'https://shop.example/replies',
    actionUrl: 'https://other.example/actions',
    apiUrl: 'https://shop.example/replies',
  }
  const self = { accountId: 'shop', handle: 'shop', ownedIds: ['shop'], host: 'shop.example', settings }
  return { io: { fetch, now: () => now, settings, credentials: { outboundSecret: secret }, save: async () => {}, self }, calls }
}

const input: ReplyInput = {
  target: {
    externalId: 'shop/c-812',
    parentExternalId: 'shop/post-40',
    postExternalId: 'shop/post-40',
    ref: { id: 'c-812', thread: 'post-40' },
    authorExternalId: 'shop/u-22',
    authorHandle: 'kai',
    private: false,
  },
  text: 'Ships Monday',
  key: '01994e1c-0000-7000-8000-000000000001',
  createdAt: now.toISOString(),
}
const json = (status: number, body: unknown): Response => Response.json(body, { status })

test('the published vector of Standard Webhooks verifies, and only near its time', () => {
  const body = Buffer.from('{"type":"comment.created","data":{"id":"c1"}}')
  const headers = {
    'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
    'webhook-timestamp': '1674087231',
    'webhook-signature': 'v1,kMglwzksLmNcLaj26V6ZQoU8ADtBzUBTQSv/CkoTGR0=',
  }
  const then = new Date(1_674_087_231_000)
  expect(verifyStandard(secret, headers, body, then)).toBe(true)
  expect(verifyStandard(secret, headers, body, now)).toBe(false)
  const list = (signature: string): boolean => verifyStandard(secret, { ...headers, 'webhook-signature': signature }, body, then)
  const other = `v1,${'A'.repeat(43)}=`
  expect(list(`${other} ${headers['webhook-signature']}`)).toBe(true)
  expect(list(`v1a,${'A'.repeat(86)}== ${headers['webhook-signature']}`)).toBe(true)
  expect([list(other), list(`${headers['webhook-signature']} `), list(`x ${headers['webhook-signature']}`)]).toEqual([false, false, false])
  expect(verifyStandard(secret, { ...headers, 'webhook-id': 'msg.2' }, body, then)).toBe(false)
  for (const weak of ['', 'whsec_', `whsec_${Buffer.alloc(23).toString('base64')}`, secret.slice(6)])
    expect(verifyStandard(weak, headers, body, then)).toBe(false)
})

test('an older scheme counts only where it was chosen', () => {
  const key = 's3cr3t-s3cr3t'
  const hex = '2c3af2a852f67a973e34c18ce016c82ea596fafc6396007526dfd08ac1bed54b'
  const taken = (scheme: string, headers: Record<string, string>, body = '{"zen":"ok"}'): boolean =>
    webhook.verify(key, headers, Buffer.from(body), { ...at, settings: { scheme } })
  const hub = { 'x-hub-signature-256': `sha256=${hex}` }
  const plain = { 'x-signature': hex }
  const bearer = { authorization: `Bearer ${key}` }
  expect([taken('x-hub-signature-256', hub), taken('x-signature', plain), taken('bearer', bearer)]).toEqual([true, true, true])
  for (const headers of [hub, plain, bearer]) expect(taken('standard', headers)).toBe(false)
  expect(webhook.verify(key, hub, Buffer.from('{"zen":"ok"}'), at)).toBe(false)
  expect([taken('x-hub-signature-256', plain), taken('x-signature', hub), taken('x-signature', plain, '{"zen":"no"}')]).toEqual([
    false,
    false,
    false,
  ])
  expect([taken('bearer', { authorization: 'Bearer ' }), taken('bearer', {}), taken('nonsense', hub)]).toEqual([false, false, false])
})

test('a secret that we make is one that we take, and so are ours', () => {
  const made = webhook.makeSecret!(new Uint8Array(32).fill(7))
  const { headers, body } = webhook.sample(made, 'shop', now)
  expect(webhook.verify(made, headers, Buffer.from(body), at)).toBe(true)
})

test('a reply is one signed POST with our key, the same on every try', async () => {
  const { io, calls } = aSource(
    json(201, { id: 'c-813', url: 'https://shop.example/p/40#c813', created_at: '2026-11-22T12:00:01Z' }),
    json(409, { id: 'c-813' }),
  )
  const sent = await webhookSource.reply(io, input)
  expect(sent).toMatchObject({ externalId: 'shop/c-813', url: 'https://shop.example/p/40#c813' })
  expect(sent.facts).toMatchObject([
    { externalId: 'shop/c-813', ours: true, parentExternalId: 'shop/c-812', platformAt: '2026-11-22T12:00:01.000Z', text: 'Ships Monday' },
  ])
  expect((await webhookSource.reply(io, input)).externalId).toBe('shop/c-813')
  expect(calls.map((each) => [each.url, each.headers['webhook-id']])).toEqual([
    ['https://shop.example/replies', input.key],
    ['https://shop.example/replies', input.key],
  ])
  expect(calls[0]!.body).toEqual({
    type: 'reply.requested',
    timestamp: now.toISOString(),
    data: {
      request_id: input.key,
      in_reply_to: 'c-812',
      thread_id: 'post-40',
      text: 'Ships Monday',
      author: { id: 'shop', name: 'shop' },
      attachments: [],
    },
  })
  expect(verifyStandard(secret, calls[0]!.headers, Buffer.from(calls[0]!.raw), now)).toBe(true)
})

test('files go along by their addresses, and where the source shows them is kept', async () => {
  const shown = [{ type: 'image', url: 'https://shop.example/files/1.png', alt: 'The bag' }]
  const { io, calls } = aSource(json(201, { id: 'c-813', attachments: shown }), json(201, { id: 'c-814' }), json(201, { id: 'c-815' }))
  const file = (type: string, url: string | null): ReplyMedia => ({
    ...{ id: '1', type, name: 'bag.png', alt: 'The bag', url, width: null, height: null },
    bytes: async () => new Uint8Array(),
  })
  const address = 'https://inbox.example/media/1.2.3'
  const reply = (...media: ReplyMedia[]) => webhookSource.reply(io, { ...input, text: '', media })
  expect((await reply(file('image/png', address))).facts).toMatchObject([
    { media: [{ kind: 'image', url: shown[0]!.url, alt: 'The bag' }] },
  ])
  expect((await reply(file('application/pdf', address))).facts).toMatchObject([{ media: [{ kind: 'other', url: address }] }])
  expect(calls.map((each) => each.body.data.attachments)).toEqual([
    [{ type: 'image', url: address, alt: 'The bag', mime_type: 'image/png', name: 'bag.png' }],
    [{ type: 'other', url: address, alt: 'The bag', mime_type: 'application/pdf', name: 'bag.png' }],
  ])
  await expect(reply(file('image/png', null))).rejects.toMatchObject({ kind: 'rejected', notSent: true })
  expect(calls).toHaveLength(2)
})

test('files are offered where the source says that it takes them', async () => {
  const { io } = aSource(json(200, {}))
  const open = async (actions: string) =>
    (await webhookSource.connect.open(io, { name: 'Shop', url: 'https://shop.example/replies', outboundSecret: secret, actions }))
      .replyLimit
  expect((await open('like'))?.media).toBeUndefined()
  expect((await open('like, files'))?.media).toMatchObject({ max: 10, byAddress: true })
  await expect(open('pictures')).rejects.toThrow('There are: like, hide, delete, files')
})

test('a reply that the source takes for later is pending, and its confirmation is the same message with our key', async () => {
  const { io } = aSource(json(202, {}))
  expect(await webhookSource.reply(io, input)).toMatchObject({ externalId: '', pending: expect.stringContaining('later'), facts: [] })
  const data = { id: 'c-813', parent_id: 'c-812', text: 'Ships Monday', author: { id: 'b', is_brand: true }, client_ref: input.key }
  const body = JSON.stringify({ type: 'reply.created', data })
  const read = webhookSource.normalize({ kind: 'webhook', request: {}, body, receivedAt: now.toISOString() }, io.self)
  expect(read.facts).toMatchObject([{ externalId: 'shop/c-813', ours: true, ref: { clientRef: input.key } }])
})

test('what the source said of a message is kept to before anything is sent', async () => {
  const { io, calls } = aSource(json(201, { id: '1' }))
  const to = (ref: Record<string, string>): ReplyInput => ({ ...input, target: { ...input.target, ref: { ...input.target.ref, ...ref } } })
  await expect(webhookSource.reply(io, to({ canReply: 'no' }))).rejects.toMatchObject({ kind: 'rejected', notSent: true })
  await expect(webhookSource.reply(io, to({ maxLength: '5' }))).rejects.toMatchObject({ kind: 'rejected', notSent: true })
  expect(calls).toEqual([])
})

test('an action names what and on what, and is another one when it is done again', async () => {
  const { io, calls } = aSource(json(200, {}), json(200, {}), json(404, {}))
  let ms = now.getTime()
  io.now = () => new Date((ms += 1))
  const message = { externalId: 'shop/c-812', ref: {} }
  await webhookSource.like!(io, { ...message, liked: true })
  await webhookSource.hide!(io, { ...message, hidden: false })
  await webhookSource.remove!(io, message)
  await expect(webhookSource.like!(io, { ...message, liked: true })).rejects.toMatchObject({ kind: 'gone' })
  expect(calls.map(({ url, body }) => [url, body.type, body.data.action, body.data.target])).toEqual(
    ['like', 'unhide', 'delete', 'like'].map((action) => ['https://other.example/actions', 'action.requested', action, 'c-812']),
  )
  expect(new Set(calls.map((each) => each.headers['webhook-id'])).size).toBe(4)
})

test('connecting tries the address for replies, and a source without one is only read', async () => {
  const open = (settings: Record<string, string>, ...answers: Response[]) => {
    const { io, calls } = aSource(...answers)
    return webhookSource.connect.open({ fetch: io.fetch, now: io.now }, settings).then((connected) => ({ connected, calls }))
  }
  const full = {
    name: 'Shop Questions!',
    url: 'https://shop.example/replies',
    outboundSecret: secret,
    actions: 'Like, delete',
    maxLength: '500',
  }
  const { connected, calls } = await open(full, json(202, {}))
  expect(calls.map(({ url, body }) => [url, body.type])).toEqual([['https://shop.example/replies', 'source.ping']])
  expect(connected).toMatchObject({
    account: { externalId: 'shop-questions', name: 'Shop Questions!' },
    settings: { source: 'shop-questions', url: full.url, actionUrl: full.url },
    credentials: { outboundSecret: secret },
    replyLimit: { max: 500 },
    cannot: ['hide'],
  })
  expect(JSON.stringify(connected.settings)).not.toContain(secret)
  const again = await open({ ...connected.settings, name: 'Renamed', outboundSecret: secret }, json(400, { error: 'unknown type' }))
  expect(again.connected.account).toMatchObject({ externalId: 'shop-questions', name: 'Renamed' })
  const readOnly = await open({ name: 'Feed' }, json(500, {}))
  expect([readOnly.calls, readOnly.connected.cannot]).toEqual([[], ['reply', 'like', 'hide', 'remove']])
  const refused: [Record<string, string>, Response, string][] = [
    [full, json(401, { message: 'bad signature' }), 'reauthorize'],
    [full, json(404, {}), 'rejected'],
    [full, json(502, {}), 'unavailable'],
    [{ ...full, outboundSecret: 'short' }, json(200, {}), 'rejected'],
    [{ ...full, actions: 'dance' }, json(200, {}), 'rejected'],
    [{ ...full, scheme: 'md5' }, json(200, {}), 'rejected'],
    [{ ...full, maxLength: 'long' }, json(200, {}), 'rejected'],
    [{ name: ' !' }, json(200, {}), 'rejected'],
  ]
  for (const [settings, answer, kind] of refused) await expect(open(settings, answer)).rejects.toMatchObject({ kind })
})

test('two sources that count alike have messages of their own', () => {
  const body = JSON.stringify({ type: 'comment.created', data: { id: '1', text: 'hi', author: { id: '1' } } })
  const idsOf = (source: string): unknown => {
    const self = { accountId: source, handle: source, ownedIds: [], host: '', settings: { source } }
    const { facts } = webhookSource.normalize({ kind: 'webhook', request: {}, body, receivedAt: now.toISOString() }, self)
    return facts.map((fact) => [fact.externalId, fact.fact === 'message' && fact.author?.externalId])
  }
  expect([idsOf('one'), idsOf('two')]).toEqual([[['one/1', 'one/1']], [['two/1', 'two/1']]])
})
