import { describe, expect, test } from 'vitest'
import type { Io, ReplyTarget } from '../platform.ts'
import { telegram } from './adapter.ts'

type Answer = { status?: number; body: Record<string, unknown> }
type Call = { method: string; params: Record<string, unknown> }

/** The Bot API by its answers: what each method says, in order, the last one again and again. */
function bot(answers: Record<string, Answer[]>, settings: Record<string, string> = {}): { io: Io; calls: Call[] } {
  const calls: Call[] = []
  const fetch: Io['fetch'] = async (input, init) => {
    const method = new URL(input instanceof Request ? input.url : input).pathname.split('/').at(-1) ?? ''
    calls.push({ method, params: JSON.parse(String(init?.body)) as Call['params'] })
    const list = answers[method] ?? [{ body: { ok: true, result: true } }]
    const { status = 200, body } = (list.length > 1 ? list.shift() : list[0])!
    return new Response(JSON.stringify(body), { status })
  }
  const all = {
    group: '-100123',
    groupName: 'acmechat',
    channel: '-100987',
    channelName: 'acme',
    bot: '777',
    botName: 'acmebot',
    staff: '500',
    ...settings,
  }
  const self = { accountId: '-100987', handle: 'acme', ownedIds: ['-100987'], host: 'api.telegram.org', settings: all }
  const now = (): Date => new Date('2026-11-22T12:00:00Z')
  return { io: { fetch, now, settings: all, credentials: { botToken: '777:AA' }, save: async () => {}, self }, calls }
}

const refused = (code: number, description: string, parameters = {}): Answer => ({
  status: code,
  body: { ok: false, error_code: code, description, parameters },
})
const ok = (result: unknown): Answer => ({ body: { ok: true, result } })
const target: ReplyTarget = {
  externalId: '-100123:12',
  parentExternalId: '-100987:7',
  postExternalId: '-100987:7',
  ref: {},
  authorExternalId: '222',
  authorHandle: 'kai',
  private: false,
}
const input = { target, text: 'From Monday', key: 'k', createdAt: '2026-11-22T11:59:00Z' }

describe('reading', () => {
  const page = ok([
    { update_id: 41, message: { message_id: 1, date: 1, chat: { id: 222, type: 'private' }, from: { id: 222 }, text: 'hi' } },
  ])

  test('asks for one page at a time, since asking for the next makes Telegram forget it', async () => {
    const { io, calls } = bot({ getUpdates: [page] })
    const first = await telegram.poll(io, { cursor: null, posts: [], open: [] })
    expect({ calls: calls.length, more: first.more }).toEqual({ calls: 1, more: true })
    await telegram.poll(io, { cursor: first.cursor, posts: [], open: [] })
    expect(calls.map(({ params }) => params.offset)).toEqual([undefined, 42])
  })

  test('asks for reactions too, which nobody gets who does not', async () => {
    const { io, calls } = bot({ getUpdates: [ok([])] })
    await telegram.poll(io, { cursor: null, posts: [], open: [] })
    expect(calls[0]?.params.allowed_updates).toContain('message_reaction')
  })

  const hooked = refused(409, "Conflict: can't use getUpdates method while webhook is active")
  test.each([
    ['https://inbox.example/webhooks/telegram/0199', undefined],
    ['https://other.example/bot', 'rejected'],
  ])('is quiet while our own webhook is set, and says so of another (%s)', async (url, kind) => {
    const { io } = bot({ getUpdates: [hooked], getWebhookInfo: [ok({ url })] })
    const { pages, trouble } = await telegram.poll(io, { cursor: null, posts: [], open: [] })
    expect({ pages, kind: trouble?.kind }).toEqual({ pages: [], kind })
  })

  test('asks for nothing where a webhook was installed, and again once somebody took it away', async () => {
    const { io, calls } = bot(
      { getWebhookInfo: [ok({ url: 'https://inbox.example/x' }), ok({ url: '' })], getUpdates: [page] },
      { hook: 'on' },
    )
    expect((await telegram.poll(io, { cursor: null, posts: [], open: [] })).pages).toEqual([])
    expect((await telegram.poll(io, { cursor: null, posts: [], open: [] })).pages).toHaveLength(1)
    expect(calls.map(({ method }) => method)).toEqual(['getWebhookInfo', 'getWebhookInfo', 'getUpdates'])
  })
})

describe('answering', () => {
  const sent = ok({ message_id: 13, date: 1763800900, chat: { id: -100123 }, text: 'From Monday' })

  test('stands in the thread of what it answers, as plain text', async () => {
    const { io, calls } = bot({ sendMessage: [sent] })
    const { externalId, url } = await telegram.reply(io, input)
    expect({ externalId, url }).toEqual({ externalId: '-100123:13', url: 'https://t.me/acme/7?comment=13' })
    expect(calls[0]?.params).toMatchObject({ chat_id: -100123, reply_parameters: { message_id: 12, allow_sending_without_reply: false } })
    expect(calls[0]?.params).not.toHaveProperty('parse_mode')
    expect(calls[0]?.params).not.toHaveProperty('message_thread_id')
  })

  test('follows a group that got another number, once', async () => {
    const moved = refused(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -100555 })
    const { io, calls } = bot({ sendMessage: [moved, ok({ message_id: 2, date: 1763800900, chat: { id: -100555 }, text: 'x' })] })
    expect((await telegram.reply(io, input)).externalId).toBe('-100555:2')
    expect(calls.map(({ params }) => params.chat_id)).toEqual([-100123, -100555])
  })

  test('the same words once more are no failed edit', async () => {
    const same = refused(400, 'Bad Request: message is not modified: specified new message content and reply markup are exactly the same')
    const { io } = bot({ editMessageText: [same] })
    const { facts } = await telegram.editReply!(io, { externalId: '-100123:13', ref: { above: '-100123:12' }, text: 'From Monday' })
    expect(facts).toMatchObject([{ externalId: '-100123:13', ours: true, text: 'From Monday', parentExternalId: '-100123:12' }])
  })
})

test('an address is set with its secret, and taken back on the way out', async () => {
  const { io, calls } = bot({}, { hook: 'on' })
  expect(await telegram.webhook!.install!(io, { url: 'https://inbox.example/webhooks/telegram/1', secret: 'abc' })).toEqual({ hook: 'on' })
  await telegram.connect.close!(io)
  expect(calls).toMatchObject([{ method: 'setWebhook', params: { secret_token: 'abc' } }, { method: 'deleteWebhook' }])
})

describe('connecting', () => {
  const me = ok({ id: 777, is_bot: true, username: 'acmebot', can_read_all_group_messages: false })
  const group = ok({ id: -100123, type: 'supergroup', title: 'Acme chat', username: 'acmechat', linked_chat_id: -100987 })
  const channel = ok({ id: -100987, type: 'channel', title: 'Acme', username: 'acme' })
  const member = (id: number, more: object = {}): object => ({ status: 'administrator', user: { id }, ...more })
  const open = (answers: Record<string, Answer[]>) =>
    telegram.connect.open(bot({ getMe: [me], getChat: [group, channel], ...answers }).io, {
      botToken: '777:AA',
      chat: 'https://t.me/acmechat',
    })

  test('is the channel’s, with its group, and whoever writes for it', async () => {
    const { account, settings, cannot } = await open({
      getChatAdministrators: [ok([member(777, { can_delete_messages: true }), member(500)])],
    })
    expect(account).toMatchObject({ externalId: '-100987', handle: 'acme', name: 'Acme', url: 'https://t.me/acme' })
    expect(settings).toMatchObject({ group: '-100123', channel: '-100987', bot: '777', staff: '500' })
    expect(cannot).toBeUndefined()
  })

  test('says what is missing: a right, the whole role, the group', async () => {
    expect((await open({ getChatAdministrators: [ok([member(777)])] })).cannot).toEqual(['remove'])
    await expect(open({ getChatAdministrators: [ok([member(500)])] })).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('administrator') as string,
    })
    await expect(open({ getChat: [refused(400, 'Bad Request: chat not found')] })).rejects.toMatchObject({ kind: 'rejected' })
    await expect(open({ getChat: [channel] })).rejects.toMatchObject({ message: expect.stringContaining('channel itself') as string })
  })
})

test('no failure tells the token', async () => {
  const { io } = bot({ sendMessage: [refused(502, 'Bad Gateway')] })
  io.credentials = { botToken: '777:canary' }
  const failure = await telegram.reply(io, input).catch((error: unknown) => error as Error)
  expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain('canary')
  expect(failure).toMatchObject({ kind: 'unavailable', notSent: false })
})
