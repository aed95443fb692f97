import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
let post: Item
let groupId: number
let channelId: number
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  const { secrets } = sandbox
  ;[groupId, channelId] = [Number(secrets.telegram.groupId), Number(secrets.telegram.channelId)]
  post = sandbox.world.posts('telegram', true)[0] as Item
  await updates()
})
afterEach(() => sandbox.close())

type Message = {
  message_id: number
  message_thread_id?: number
  text: string
  edit_date?: number
  chat: { id: number }
  from: { id: number; is_bot: boolean; first_name: string }
  sender_chat?: { id: number }
  is_automatic_forward?: boolean
  forward_origin?: { chat: { id: number }; message_id: number }
  reply_to_message?: Message
  entities?: { type: string; offset: number; length: number }[]
}
type Update = {
  update_id: number
  message?: Message
  edited_message?: Message
  channel_post?: Message
  message_reaction?: { new_reaction: unknown[] }
}
type Answer<Result> = { ok: boolean; result: Result; error_code: number; description: string; parameters?: { retry_after: number } }

async function call<Result = Message>(
  method: string,
  params: object = {},
  token?: string,
): Promise<{ status: number; body: Answer<Result> }> {
  const { botId, token: secret } = sandbox.secrets.telegram
  const answer = await fetch(`${sandbox.urls.telegram}/bot${token ?? `${botId}:${secret}`}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  })
  return { status: answer.status, body: (await answer.json()) as Answer<Result> }
}

/** What came since the last call; the next one starts behind it. */
async function updates(params: object = {}): Promise<Update[]> {
  const { body } = await call<Update[]>('getUpdates', params)
  const last = body.result.at(-1)
  if (last) await call('getUpdates', { offset: last.update_id + 1 })
  return body.result
}

function say(text: string, parent: Item | null = post): Item {
  return speak(sandbox.world, { platform: 'telegram', author: { name: 'Kai Berg' }, text, parentId: parent?.id ?? null })
}

const numberOf = (item: Item): number => Number(item.extra['messageId'])
const answer = (item: Item, text = 'Ships Monday', more: object = {}) =>
  call('sendMessage', {
    chat_id: groupId,
    text,
    reply_parameters: { message_id: numberOf(item), allow_sending_without_reply: false },
    ...more,
  })

describe('what comes', () => {
  test('a post comes twice, in the channel and forwarded; a comment stands below the forward, a reply below the comment', async () => {
    const made = speak(sandbox.world, { platform: 'telegram', author: 'brand', text: 'New blue one!' })
    const comment = say('@fieldnote_bot does it ship?', made)
    const reply = say('same here', comment)
    const [inChannel, forward, first, second] = await updates()
    expect(inChannel?.channel_post).toMatchObject({
      message_id: numberOf(made),
      chat: { id: channelId, type: 'channel' },
      text: 'New blue one!',
    })
    expect(forward?.message).toMatchObject({
      chat: { id: groupId },
      is_automatic_forward: true,
      sender_chat: { id: channelId },
      forward_origin: { type: 'channel', chat: { id: channelId }, message_id: numberOf(made) },
    })
    expect(first?.message).toMatchObject({
      message_id: numberOf(comment),
      message_thread_id: forward?.message?.message_id,
      reply_to_message: { message_id: forward?.message?.message_id, is_automatic_forward: true },
      entities: [{ type: 'mention', offset: 0, length: 14 }],
      from: { is_bot: false, first_name: 'Kai', last_name: 'Berg' },
    })
    expect(second?.message).toMatchObject({
      message_thread_id: forward?.message?.message_id,
      reply_to_message: { message_id: numberOf(comment), text: '@fieldnote_bot does it ship?' },
    })
    expect(second?.message?.reply_to_message?.reply_to_message, 'one level').toBeUndefined()
    expect(reply.id).toBe(`${groupId}:${second?.message?.message_id}`)
  })

  test('edits come, deletions do not; reactions only to who asks for them', async () => {
    const comment = say('does it ship?')
    const liker = sandbox.world.author(comment).id
    sandbox.world.edit(comment, 'does it ship today?')
    const own = (await answer(comment)).body.result
    const sent = sandbox.world.find('telegram', `${groupId}:${own.message_id}`) as Item
    sandbox.world.like(sent, liker)
    sandbox.world.remove(comment)
    expect((await updates()).map((each) => Object.keys(each)[1])).toEqual(['message', 'edited_message'])
    await updates({ allowed_updates: ['message', 'message_reaction'] })
    sandbox.world.unlike(sent, liker)
    expect(await updates()).toMatchObject([
      { message_reaction: { message_id: own.message_id, old_reaction: [{ emoji: '👍' }], new_reaction: [] } },
    ])
  })

  test('staff answers as the channel, or hidden behind the group', async () => {
    const comment = say('does it ship?')
    speak(sandbox.world, { platform: 'telegram', author: 'brand', text: 'Monday', parentId: comment.id })
    expect((await updates()).at(-1)?.message).toMatchObject({ from: { id: 136_817_688 }, sender_chat: { id: channelId } })
    sandbox.faults.setQuirks({ staffHidesBehindGroup: true })
    speak(sandbox.world, { platform: 'telegram', author: 'brand', text: 'or Tuesday', parentId: comment.id })
    expect((await updates()).at(-1)?.message).toMatchObject({ from: { id: 1_087_968_824 }, sender_chat: { id: groupId } })
  })

  test('an offset forgets what lies before it, and a waiting call ends with what comes', async () => {
    say('one')
    say('two')
    const [one, two] = (await call<Update[]>('getUpdates')).body.result
    expect((await call<Update[]>('getUpdates', { offset: two?.update_id })).body.result.map((each) => each.update_id)).toEqual([
      two?.update_id,
    ])
    expect((await call<Update[]>('getUpdates', { offset: one?.update_id })).body.result).toHaveLength(1)
    await updates()
    const [first, second] = [1, 2].map(() => call<Update[]>('getUpdates', { timeout: 30 }))
    expect(await Promise.race([first, second]), 'only one may wait').toMatchObject({
      status: 409,
      body: { description: expect.stringContaining('terminated') as string },
    })
    say('three')
    const statuses = (await Promise.all([first, second])).map((each) => each?.status)
    expect(statuses.toSorted()).toEqual([200, 409])
  })
})

describe('what is sent', () => {
  test('stands below what it answers, and the bot is told nothing of it', async () => {
    const comment = say('does it ship?')
    await updates()
    const { body } = await answer(comment, '<b>Ships</b> &amp; arrives', { parse_mode: 'HTML' })
    expect(body.result).toMatchObject({
      text: 'Ships & arrives',
      from: { is_bot: true, username: 'fieldnote_bot' },
      reply_to_message: { message_id: numberOf(comment) },
      message_thread_id: post.extra['threadId'],
    })
    expect(sandbox.world.find('telegram', `${groupId}:${body.result.message_id}`)?.parentId).toBe(comment.id)
    expect(await updates()).toEqual([])
    const below = await call('sendMessage', {
      chat_id: '@fieldnote_chat',
      text: 'below the post',
      reply_parameters: JSON.stringify({ message_id: post.extra['threadId'] }),
    })
    expect(sandbox.world.find('telegram', `${groupId}:${below.body.result.message_id}`)?.parentId).toBe(post.id)
    expect(sandbox.world.journal.ledger.map(({ endpoint, inReplyTo }) => [endpoint, inReplyTo])).toEqual([
      ['/sendMessage', comment.id],
      ['/sendMessage', post.id],
    ])
  })

  test('is refused in the words of the server', async () => {
    const comment = say('does it ship?')
    const words = async (sent: ReturnType<typeof call>) => {
      const { status, body } = await sent
      return [status, body.error_code, body.description]
    }
    expect(await words(answer(comment, ' '))).toEqual([400, 400, 'Bad Request: message text is empty'])
    expect(await words(answer(comment, 'x'.repeat(4097)))).toEqual([400, 400, 'Bad Request: message is too long'])
    expect(await words(answer(comment, '<x>', { parse_mode: 'HTML' }))).toEqual([400, 400, expect.stringContaining("can't parse entities")])
    expect(await words(answer(comment, 'x', { chat_id: 1 }))).toEqual([400, 400, 'Bad Request: chat not found'])
    sandbox.world.remove(comment)
    expect(await words(answer(comment))).toEqual([400, 400, 'Bad Request: message to be replied not found'])
    sandbox.faults.setQuirks({ botWasKicked: true })
    expect(await words(answer(comment))).toEqual([403, 403, 'Forbidden: bot was kicked from the supergroup chat'])
  })

  test('is edited once for the same words, deleted, and reacted to', async () => {
    const comment = say('does it ship?')
    const own = (await answer(comment)).body.result
    const edit = { chat_id: groupId, message_id: own.message_id, text: 'Ships Tuesday' }
    expect((await call('editMessageText', edit)).body.result).toMatchObject({ text: 'Ships Tuesday', message_id: own.message_id })
    expect((await call('editMessageText', edit)).body.description).toContain('message is not modified')
    expect((await call('editMessageText', { ...edit, message_id: numberOf(comment) })).body.description).toContain(
      "message can't be edited",
    )
    const react = { chat_id: groupId, message_id: numberOf(comment), reaction: [{ type: 'emoji', emoji: '👍' }] }
    for (const _ of [1, 2]) expect((await call<boolean>('setMessageReaction', react)).body.result).toBe(true)
    expect(comment.likes.size).toBe(1)
    await call('setMessageReaction', { ...react, reaction: [] })
    expect(comment.likes.size).toBe(0)
    expect((await call<boolean>('deleteMessage', { chat_id: groupId, message_id: own.message_id })).body.result).toBe(true)
    expect((await call('deleteMessage', { chat_id: groupId, message_id: own.message_id })).body.description).toContain(
      'message to delete not found',
    )
  })

  test('too fast: twenty a minute, and the wait is in the body alone', async () => {
    await sandbox.close()
    sandbox = await startSandbox({ port: 0, enforceLimits: true })
    groupId = Number(sandbox.secrets.telegram.groupId)
    let last = await call('sendMessage', { chat_id: groupId, text: 'x' })
    for (let n = 0; n < 20; n += 1) last = await call('sendMessage', { chat_id: groupId, text: `x${n}` })
    expect(last).toMatchObject({ status: 429, body: { parameters: { retry_after: expect.any(Number) as number } } })
  })
})

test('says who the bot is, and which chats belong together', async () => {
  expect((await call('getMe')).body.result).toMatchObject({ is_bot: true, username: 'fieldnote_bot', can_read_all_group_messages: true })
  expect((await call('getChat', { chat_id: '@fieldnote' })).body.result).toMatchObject({ id: channelId, linked_chat_id: groupId })
  expect((await call('getChat', { chat_id: groupId })).body.result).toMatchObject({ type: 'supergroup', linked_chat_id: channelId })
  expect((await call('getMe', {}, '1:wrong')).body).toMatchObject({ error_code: 401, description: 'Unauthorized' })
  expect((await call('getMe', {}, 'nonsense')).status).toBe(404)
  sandbox.faults.setToken('telegram', 'revoked', new Date())
  expect((await call('getMe')).status).toBe(401)
})

test('a webhook takes what waits and what comes, with its secret, and ends the asking', async () => {
  const got: { secret: unknown; update: Update }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      got.push({
        secret: request.headers['x-telegram-bot-api-secret-token'],
        update: JSON.parse(Buffer.concat(chunks).toString()) as Update,
      })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  say('before')
  expect((await call<boolean>('setWebhook', { url: `http://127.0.0.1:${port}/`, secret_token: 's3cret_-' })).body.result).toBe(true)
  expect((await call('setWebhook', { url: 'http://127.0.0.1/', secret_token: 'no spaces' })).status).toBe(400)
  expect(await call('getUpdates')).toMatchObject({
    status: 409,
    body: { description: expect.stringContaining('webhook is active') as string },
  })
  say('after')
  await expect.poll(() => got.length).toBe(2)
  server.close()
  expect(got.map(({ update }) => update.message?.text).toSorted()).toEqual(['after', 'before'])
  expect(got.every(({ secret }) => secret === 's3cret_-')).toBe(true)
  expect((await call<{ url: string }>('getWebhookInfo')).body.result.url).toContain(String(port))
  await call('deleteWebhook')
  say('now')
  expect((await updates()).map((each) => each.message?.text)).toEqual(['now'])
})
