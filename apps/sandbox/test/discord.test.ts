import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
let post: Item
let nowMs: number
beforeEach(async () => {
  nowMs = Date.parse('2026-11-23T10:00:00.250Z')
  sandbox = await startSandbox({ port: 0, now: () => new Date(nowMs) })
  post = speak(sandbox.world, { platform: 'discord', author: 'brand', text: 'Open bench on Thursday' })
})
afterEach(() => sandbox.close())

type Message = {
  id: string
  channel_id: string
  type: number
  content: string
  timestamp: string
  edited_timestamp: string | null
  author: { id: string; username: string; bot?: boolean }
  mentions: { id: string }[]
  flags: number
  nonce?: string
  thread?: Thread
  message_reference?: { message_id: string; channel_id: string; guild_id: string }
  referenced_message?: Message | null
  reactions?: { count: number; me: boolean; emoji: { name: string } }[]
}
type Thread = { id: string; type: number; name: string; parent_id: string; message_count: number; thread_metadata: { archived: boolean } }
type Failure = { message: string; code: number; errors?: object; retry_after?: number; global?: boolean }

async function call<Body = Message>(method: string, path: string, form?: object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${sandbox.urls.discord}/api/v10${path}`, {
    method,
    headers: {
      'user-agent': 'DiscordBot (https://example.org, 1.0)',
      authorization: `Bot ${sandbox.secrets.discord.token}`,
      ...(form ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(form ? { body: JSON.stringify(form) } : {}),
  })
  return { status: answer.status, headers: answer.headers, body: (answer.status === 204 ? null : await answer.json()) as Body }
}

function say(text: string, parent: Item | null = post, mention?: boolean): Item {
  nowMs += 1000
  return speak(sandbox.world, { platform: 'discord', author: { name: 'Kai Berg' }, text, parentId: parent?.id ?? null, mention })
}

const reply = (item: Item, more: object = {}) =>
  call('POST', `/channels/${post.id}/messages`, { content: 'Monday', message_reference: { message_id: item.id }, ...more })

describe('what is there', () => {
  test('an announcement has a thread of its id, in which its comments stand, behind a pointer without words', async () => {
    const asked = say('is it recorded?')
    const { announcementsId, guildId, staffId } = sandbox.secrets.discord
    const announced = await call<Message[]>('GET', `/channels/${announcementsId}/messages?limit=1`)
    expect(announced.body).toMatchObject([
      {
        id: post.id,
        type: 0,
        content: 'Open bench on Thursday',
        flags: 32,
        author: { id: staffId },
        timestamp: '2026-11-23T10:00:00.250000+00:00',
      },
    ])
    expect(announced.body[0]?.thread).toMatchObject({ id: post.id, type: 10, parent_id: announcementsId, message_count: 1 })
    const inThread = await call<Message[]>('GET', `/channels/${post.id}/messages`)
    expect(inThread.body.map(({ type, content }) => [type, content])).toEqual([
      [0, 'is it recorded?'],
      [21, ''],
    ])
    expect(inThread.body[0]).toMatchObject({ id: asked.id, channel_id: post.id, author: { username: 'kai_berg' } })
    expect(inThread.body[1]).toMatchObject({
      message_reference: { message_id: post.id, channel_id: announcementsId, guild_id: guildId },
      referenced_message: { id: post.id },
    })
  })

  test('a post in the forum begins its thread with itself; people begin some too', async () => {
    const titled = speak(sandbox.world, { platform: 'discord', author: 'brand', title: 'Stitch along', text: 'Step one is up' })
    const visit = say('Which thread do you use for the corners of a heavy bag?', null)
    const { body } = await call<{ threads: Thread[] }>('GET', `/guilds/${sandbox.secrets.discord.guildId}/threads/active`)
    expect(body.threads.map(({ id, type }) => [id, type]).slice(0, 3)).toEqual([
      [visit.id, 11],
      [titled.id, 11],
      [post.id, 10],
    ])
    expect(body.threads[0]?.name).toBe('Which thread do you use for the corners')
    const first = await call('GET', `/channels/${titled.id}/messages/${titled.id}`)
    expect(first.body).toMatchObject({ content: 'Step one is up', channel_id: titled.id, type: 0 })
    const forum = await call<Failure>('GET', `/channels/${sandbox.secrets.discord.forumId}/messages`)
    expect(forum).toMatchObject({ status: 400, body: { code: 50024 } })
  })

  test('replies point at what they answer and ping its writer; a mention stands in the open room and names the bot by id', async () => {
    const asked = say('is it recorded?')
    const below = say('I want to know too', asked)
    const mention = say('do you mend zips?', null, true)
    const { botId, generalId, guildId } = sandbox.secrets.discord
    const { body } = await call('GET', `/channels/${post.id}/messages/${below.id}`)
    expect(body).toMatchObject({ type: 19, message_reference: { message_id: asked.id, channel_id: post.id, guild_id: guildId } })
    expect(body.referenced_message).toMatchObject({ id: asked.id, content: 'is it recorded?' })
    const general = await call<Message[]>('GET', `/channels/${generalId}/messages`)
    expect(general.body).toMatchObject([{ id: mention.id, content: `<@${botId}> do you mend zips?`, mentions: [{ id: botId }] }])
    sandbox.world.remove(asked)
    expect((await call('GET', `/channels/${post.id}/messages/${below.id}`)).body.referenced_message).toBeNull()
    expect(await call<Failure>('GET', `/channels/${post.id}/messages/${asked.id}`)).toMatchObject({ status: 404, body: { code: 10008 } })
  })

  test('pages upwards from an id, newest first within each page', async () => {
    const ids = Array.from({ length: 7 }, (_, n) => say(`number ${n}`).id)
    const page = async (query: string) => (await call<Message[]>('GET', `/channels/${post.id}/messages?${query}`)).body.map(({ id }) => id)
    expect(await page(`after=${ids[0]}&limit=3`)).toEqual([ids[3], ids[2], ids[1]])
    expect(await page(`after=${ids[3]}&limit=100`)).toEqual([ids[6], ids[5], ids[4]])
    expect(await page(`before=${ids[2]}&limit=2`)).toEqual([ids[1], ids[0]])
    expect(await page(`around=${ids[3]}&limit=3`)).toEqual([ids[4], ids[3], ids[2]])
    expect(await call<Failure>('GET', `/channels/${post.id}/messages?limit=101`)).toMatchObject({
      status: 400,
      body: { code: 50035, errors: { limit: { _errors: [{ code: 'NUMBER_TYPE_MAX' }] } } },
    })
  })

  test('a thread is put away after three quiet days, and listed there, last one first', async () => {
    const { guildId, announcementsId } = sandbox.secrets.discord
    nowMs += 3 * 86_400_000 + 1000
    const archived = await call<{ threads: Thread[]; has_more: boolean }>('GET', `/channels/${announcementsId}/threads/archived/public`)
    expect(archived.body.threads.map(({ id }) => id)).toContain(post.id)
    expect(archived.body.has_more).toBe(false)
    const active = async () =>
      (await call<{ threads: Thread[] }>('GET', `/guilds/${guildId}/threads/active`)).body.threads.map(({ id }) => id)
    expect(await active()).toEqual([])
    sandbox.faults.setQuirks({ refusesArchived: true })
    expect(await call<Failure>('POST', `/channels/${post.id}/messages`, { content: 'x' })).toMatchObject({
      status: 400,
      body: { code: 50083 },
    })
    await call('PATCH', `/channels/${post.id}`, { archived: false })
    expect((await call('POST', `/channels/${post.id}/messages`, { content: 'x' })).status).toBe(200)
    expect(await active()).toEqual([post.id])
  })

  test('without the privileged intent only what is meant for the bot has words', async () => {
    sandbox.faults.setQuirks({ withoutMessageContent: true })
    const [silent, named] = [say('is it recorded?'), say('@fieldnote is it recorded?')]
    const words = async (item: Item) => (await call('GET', `/channels/${post.id}/messages/${item.id}`)).body.content
    expect([await words(silent), await words(named)]).toEqual(['', `<@${sandbox.secrets.discord.botId}> is it recorded?`])
  })
})

describe('what is written', () => {
  test('a reply points, pings as allowed, and is made once for one nonce within some minutes', async () => {
    const asked = say('is it recorded?')
    const wish = { nonce: 'o_1', enforce_nonce: true, allowed_mentions: { parse: [], replied_user: true } }
    const first = await reply(asked, wish)
    expect(first).toMatchObject({ status: 200, body: { type: 19, content: 'Monday', nonce: 'o_1', author: { bot: true } } })
    expect(first.body.message_reference?.message_id).toBe(asked.id)
    expect(first.body.mentions.map(({ id }) => id)).toEqual([asked.authorId])
    expect((await reply(asked, { ...wish, content: 'other words' })).body).toMatchObject({ id: first.body.id, content: 'Monday' })
    expect((await reply(asked, { ...wish, enforce_nonce: false })).body.id, 'without the wish the nonce is only a mark').not.toBe(
      first.body.id,
    )
    nowMs += 5 * 60_000
    expect((await reply(asked, { ...wish, allowed_mentions: { parse: [] } })).body).toMatchObject({ mentions: [] })
    expect(sandbox.world.replies(asked)).toHaveLength(3)
    expect(sandbox.world.journal.ledger.map(({ key, repeated, inReplyTo }) => [key, repeated, inReplyTo])).toEqual([
      ['o_1', false, asked.id],
      ['o_1', true, asked.id],
      ['o_1', false, asked.id],
      ['o_1', false, asked.id],
    ])
    const history = await call<Message[]>('GET', `/channels/${post.id}/messages?limit=1`)
    expect(history.body[0]?.nonce, 'the history does not tell it').toBeUndefined()
  })

  test('a reply to what is gone is refused, or stands alone where that is wished', async () => {
    const asked = say('is it recorded?')
    sandbox.world.remove(asked)
    expect((await reply(asked)).body).toMatchObject({
      code: 50035,
      errors: { message_reference: { _errors: [{ code: 'REPLIES_UNKNOWN_MESSAGE' }] } },
    })
    const alone = await reply(asked, { message_reference: { message_id: asked.id, fail_if_not_exists: false } })
    expect(alone.body).toMatchObject({ type: 0 })
    expect(alone.body.message_reference).toBeUndefined()
  })

  test('edits its own words alone, reacts, and deletes anybody’s', async () => {
    const asked = say('is it recorded?')
    const made = await reply(asked)
    const path = `/channels/${post.id}/messages`
    expect((await call('PATCH', `${path}/${made.body.id}`, { content: 'Tuesday' })).body).toMatchObject({
      content: 'Tuesday',
      edited_timestamp: '2026-11-23T10:00:01.250000+00:00',
    })
    expect(await call<Failure>('PATCH', `${path}/${asked.id}`, { content: 'x' })).toMatchObject({ status: 403, body: { code: 50005 } })
    const thumb = `${path}/${asked.id}/reactions/${encodeURIComponent('👍')}/@me`
    for (let n = 0; n < 2; n += 1) expect((await call('PUT', thumb)).status).toBe(204)
    expect((await call('GET', `${path}/${asked.id}`)).body.reactions).toMatchObject([{ count: 1, me: true, emoji: { name: '👍' } }])
    expect((await call('DELETE', thumb)).status).toBe(204)
    expect((await call('DELETE', `${path}/${asked.id}`)).status).toBe(204)
    expect(await call<Failure>('DELETE', `${path}/${asked.id}`)).toMatchObject({ status: 404, body: { code: 10008 } })
  })

  test('counts 2,000 UTF-16 units, or code points where it is told to', async () => {
    const asked = say('?')
    expect((await reply(asked, { content: '😀'.repeat(1_001) })).body).toMatchObject({ code: 50035 })
    expect((await reply(asked, { content: '😀'.repeat(1_000) })).status).toBe(200)
    sandbox.faults.setQuirks({ countsCodePoints: true })
    expect((await reply(asked, { content: '😀'.repeat(2_000) })).status).toBe(200)
    expect((await reply(asked, { content: ' ' })).body).toMatchObject({ code: 50006 })
  })

  test('refuses by code: rights, moderation, slowmode, a locked thread', async () => {
    const asked = say('?')
    const codeWith = async (quirk: string) => {
      sandbox.faults.setQuirks({ [quirk]: true })
      const { status, body } = await reply(asked)
      sandbox.faults.setQuirks({ [quirk]: false })
      return [status, (body as unknown as Failure).code]
    }
    expect(await codeWith('botMayOnlyRead')).toEqual([403, 50013])
    expect(await codeWith('autoModerates')).toEqual([400, 200000])
    expect(await codeWith('slowmode')).toEqual([429, 20016])
    await call('PATCH', `/channels/${post.id}`, { locked: true })
    expect((await reply(asked)).body).toMatchObject({ code: 160005 })
    expect(sandbox.world.replies(asked)).toEqual([])
  })
})

describe('at the door', () => {
  test('who has no token, does not say who they are, or asks for what is closed or nowhere is told so', async () => {
    const path = '/users/@me'
    expect(await call<Failure>('GET', path, undefined, { authorization: 'Bot nonsense' })).toMatchObject({
      status: 401,
      body: { message: '401: Unauthorized', code: 0 },
    })
    expect(await call<Failure>('GET', path, undefined, { 'user-agent': 'node' })).toMatchObject({ status: 403, body: { code: 40333 } })
    const { staffRoomId, guildId } = sandbox.secrets.discord
    expect(await call<Failure>('GET', `/channels/${staffRoomId}/messages`)).toMatchObject({ status: 403, body: { code: 50001 } })
    expect(await call<Failure>('GET', '/channels/5/messages')).toMatchObject({ status: 404, body: { code: 10003 } })
    expect(await call<Failure>('GET', '/guilds/5')).toMatchObject({ status: 404, body: { code: 10004 } })
    const { body } = await call<{ id: string; type: number }[]>('GET', `/guilds/${guildId}/channels`)
    expect(body.map(({ type }) => type)).toEqual([5, 0, 15, 2, 0])
    expect(body.at(-1)?.id).toBe(staffRoomId)
  })

  test('buckets count down by channel, in seconds, and a full one is refused when limits are enforced', async () => {
    await sandbox.close()
    sandbox = await startSandbox({ port: 0, enforceLimits: true, now: () => new Date(nowMs) })
    post = speak(sandbox.world, { platform: 'discord', author: 'brand', text: 'Open bench' })
    const asked = say('?')
    const first = await reply(asked)
    expect(
      Object.fromEntries(['limit', 'remaining', 'reset-after', 'reset'].map((name) => [name, first.headers.get(`x-ratelimit-${name}`)])),
    ).toEqual({
      limit: '5',
      remaining: '4',
      'reset-after': '5.000',
      reset: ((nowMs + 5000) / 1000).toFixed(3),
    })
    for (let n = 0; n < 4; n += 1) expect((await reply(asked)).status).toBe(200)
    nowMs += 500
    const refused = await call<Failure>('POST', `/channels/${post.id}/messages`, { content: 'x' })
    expect(refused).toMatchObject({ status: 429, body: { message: 'You are being rate limited.', retry_after: 4.5, global: false } })
    expect([refused.headers.get('retry-after'), refused.headers.get('x-ratelimit-scope')]).toEqual(['5', 'user'])
    const { generalId } = sandbox.secrets.discord
    expect((await call('POST', `/channels/${generalId}/messages`, { content: 'x' })).status, 'another channel is another bucket').toBe(200)
  })

  test('addresses of messages lead to the page', async () => {
    const asked = say('?')
    const { guildId } = sandbox.secrets.discord
    for (const path of ['/channels', '/discord.com/channels']) {
      const answer = await fetch(`${sandbox.urls.discord}${path}/${guildId}/${post.id}/${asked.id}`, { redirect: 'manual' })
      expect(answer.headers.get('location')).toBe(`/discord/p/${post.key}#c-${asked.key}`)
    }
  })
})
