import { expect, test } from 'vitest'
import type { Io, PollInput } from '../platform.ts'
import { discord } from './adapter.ts'
import { isNewer, snowflakeAt } from './snowflake.ts'

const now = new Date('2026-11-22T12:00:00.000Z')
const thread = '1299999999999999999'
/** A day after that thread was begun. */
const dayAfter = new Date('2024-10-28T07:00:00.000Z')
type Call = { method: string; path: string; query: URLSearchParams; body: any; headers: Record<string, string> }

/** A Discord that answers by path; what it is not told of is a 404. */
function aDiscord(answers: Record<string, (call: Call) => unknown>, at = now): { io: Io; calls: Call[] } {
  const calls: Call[] = []
  const fetch: Io['fetch'] = async (input, init) => {
    const url = new URL(String(input))
    const path = url.pathname.replace('/api/v10', '')
    const body = init?.body ? JSON.parse(String(init.body)) : null
    const call = { method: init?.method ?? 'GET', path, query: url.searchParams, body, headers: init?.headers as Record<string, string> }
    calls.push(call)
    const answer = answers[`${call.method} ${path}`]
    return answer ? Response.json(answer(call)) : Response.json({ message: 'Unknown Message', code: 10008 }, { status: 404 })
  }
  const self = { accountId: '999', handle: 'acmebot', ownedIds: ['999'], host: 'discord.com' }
  const settings = { guildId: '100', channels: '1290000000000000000', forums: '1280000000000000000' }
  return { io: { fetch, now: () => at, settings, credentials: { botToken: 'token' }, save: async () => {}, self }, calls }
}

const message = (id: string, more: object = {}) => ({
  id,
  channel_id: thread,
  type: 0,
  content: 'hi',
  timestamp: '2026-11-22T11:00:00Z',
  author: { id: '222', username: 'kai' },
  ...more,
})
const input: PollInput = { cursor: null, posts: [], open: [] }

test('ids are compared as numbers, and an instant becomes one', () => {
  expect([isNewer('10', '9'), isNewer('9', '10'), isNewer('11', '10'), isNewer('10', '10')]).toEqual([true, false, true, false])
  expect(snowflakeAt(new Date(1_420_070_400_000 + 41_944_705_796))).toBe(String(41_944_705_796n << 22n))
  expect(snowflakeAt(new Date(0))).toBe('0')
})

test('reads what came after the last id, to the end, and goes on from there', async () => {
  const ids = Array.from({ length: 250 }, (_, index) => String(BigInt(thread) + BigInt(index)))
  const { io, calls } = aDiscord(
    {
      'GET /guilds/100/threads/active': () => ({
        threads: [
          { id: thread, parent_id: '1280000000000000000', last_message_id: ids.at(-1) },
          { id: '7', parent_id: '5', last_message_id: '8' },
        ],
      }),
      'GET /channels/1290000000000000000/messages': () => [],
      [`GET /channels/${thread}/messages`]: ({ query }) =>
        ids
          .filter((id) => isNewer(id, query.get('after')!))
          .slice(0, Number(query.get('limit')))
          .toReversed()
          .map((id) => message(id)),
    },
    dayAfter,
  )
  const first = await discord.poll(io, { ...input, backTo: '2024-01-01T00:00:00.000Z' })
  const read = first.pages.flatMap((page) => discord.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
  expect(read.map((fact) => fact.externalId)).toEqual(ids)
  const before = calls.length
  const second = await discord.poll(io, { ...input, cursor: JSON.parse(JSON.stringify(first.cursor)) })
  expect([second.pages, calls.slice(before).map((call) => call.path)]).toEqual([
    [],
    [
      '/guilds/100/threads/active',
      '/channels/1290000000000000000/threads/archived/public',
      '/channels/1280000000000000000/threads/archived/public',
      '/channels/1290000000000000000/messages',
    ],
  ])
})

test('what was said before comes in pieces, newest first, of every channel and thread in turn', async () => {
  const begun = BigInt(snowflakeAt(new Date('2026-11-01T00:00:00Z')))
  const idsIn: Record<string, string[]> = { [thread]: [], '1290000000000000000': [] }
  for (let index = 0; index < 1_000; index += 1) idsIn[thread]!.push(String(begun + BigInt(index)))
  for (let index = 0; index < 20; index += 1) idsIn['1290000000000000000']!.push(String(begun - BigInt(index + 1)))
  const list = (channel: string) => (call: Call) =>
    idsIn[channel]!.filter((id) => !call.query.has('before') || isNewer(call.query.get('before')!, id))
      .toSorted((a, b) => (isNewer(a, b) ? -1 : 1))
      .slice(0, 100)
      .map((id) => message(id, { channel_id: channel }))
  const { io } = aDiscord({
    'GET /guilds/100/threads/active': () => ({ threads: [{ id: thread, parent_id: '1280000000000000000' }] }),
    'GET /channels/1280000000000000000/threads/archived/public': () => ({ threads: [], has_more: false }),
    'GET /channels/1290000000000000000/messages': list('1290000000000000000'),
    [`GET /channels/${thread}/messages`]: list(thread),
  })
  const found: string[] = []
  const reached: (string | undefined)[] = []
  let cursor: unknown = null
  for (let [done, pieces] = [false, 0]; !done && pieces < 5; pieces += 1) {
    const piece = await discord.backfill!(io, { cursor: JSON.parse(JSON.stringify(cursor)), backTo: '2026-10-01T00:00:00.000Z' })
    for (const page of piece.pages)
      found.push(...discord.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts.map((fact) => fact.externalId))
    ;({ cursor, done } = piece)
    reached.push(piece.reachedAt)
  }
  expect(found.toSorted()).toEqual(Object.values(idsIn).flat().toSorted())
  expect(reached).toEqual(['2026-11-01T00:00:00.000Z', undefined])
})

test('a busy forum is read to the last thread that was put away since then, in small pieces, and only then is it done', async () => {
  const forum = '1280000000000000000'
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000)
  const aThread = (index: number, closedAt?: Date) => ({
    id: snowflakeAt(daysAgo(1 + index / 10)),
    parent_id: forum,
    ...(closedAt && { thread_metadata: { archive_timestamp: closedAt.toISOString().replace('Z', '123+00:00') } }),
  })
  const living = Array.from({ length: 150 }, (_, index) => aThread(index))
  // Put away half a day after it was begun; the last ones before `backTo`.
  const archived = Array.from({ length: 1_000 }, (_, index) => aThread(index + 150, daysAgo(0.5 + (index + 150) / 10)))
  const wanted = [...living, ...archived].map(({ id }) => id).filter((id) => isNewer(id, snowflakeAt(daysAgo(90))))
  const list = (channel: string) => (call: Call) => (call.query.has('before') ? [] : [message(channel, { channel_id: channel })])
  const { io, calls } = aDiscord({
    'GET /guilds/100/threads/active': () => ({ threads: living }),
    'GET /channels/1290000000000000000/messages': () => [],
    [`GET /channels/${forum}/threads/archived/public`]: ({ query }) => {
      const before = Date.parse(query.get('before') ?? '9999-01-01')
      const rest = archived.filter((each) => Date.parse(each.thread_metadata!.archive_timestamp) < before)
      return { threads: rest.slice(0, 100), has_more: rest.length > 100 }
    },
    ...Object.fromEntries([...living, ...archived].map(({ id }) => [`GET /channels/${id}/messages`, list(id)])),
  })
  const found: string[] = []
  const reached: string[] = []
  let cursor: unknown = null
  let done = false
  for (let pieces = 0; !done && pieces < 1_000; pieces += 1) {
    const before = calls.length
    const piece = await discord.backfill!(io, { cursor: JSON.parse(JSON.stringify(cursor)), backTo: daysAgo(90).toISOString() })
    expect(calls.length - before).toBeLessThan(10)
    expect(JSON.stringify(piece.cursor).length).toBeLessThan(20_000)
    for (const page of piece.pages)
      found.push(...discord.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts.map((fact) => fact.externalId))
    ;({ cursor, done } = piece)
    if (piece.reachedAt !== undefined) reached.push(piece.reachedAt)
  }
  expect(done).toBe(true)
  expect(found.toSorted()).toEqual(wanted.toSorted())
  expect(reached).toEqual(reached.toSorted().toReversed())
})

test('of a thread older than what is read, what it is about is read all the same', async () => {
  const { io, calls } = aDiscord({
    'GET /guilds/100/threads/active': () => ({
      threads: [{ id: thread, parent_id: '1290000000000000000', last_message_id: '1999999999999999999' }],
    }),
    'GET /channels/1290000000000000000/messages': () => [],
    [`GET /channels/1290000000000000000/messages/${thread}`]: () =>
      message(thread, { channel_id: '1290000000000000000', content: 'Out long ago', author: { id: '999', username: 'acmebot' } }),
    [`GET /channels/${thread}/messages`]: ({ query }) =>
      query.get('after') === '1999999999999999998' ? [] : [message('1999999999999999998')],
  })
  const first = await discord.poll(io, input)
  const facts = first.pages.flatMap((page) => discord.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
  expect(facts).toMatchObject([
    { fact: 'post', externalId: thread, text: 'Out long ago' },
    { externalId: '1999999999999999998', kind: 'comment', parentExternalId: thread },
  ])
  const before = calls.length
  await discord.poll(io, { ...input, cursor: first.cursor })
  expect(calls.slice(before).map((call) => call.path)).not.toContain(`/channels/1290000000000000000/messages/${thread}`)
})

test('a thread that was begun and put away between two rounds is read, once', async () => {
  const closedAt = '2026-11-22T11:59:00.123456+00:00'
  let archived: object[] = []
  const { io, calls } = aDiscord(
    {
      'GET /guilds/100/threads/active': () => ({ threads: [] }),
      'GET /channels/1290000000000000000/messages': () => [],
      'GET /channels/1280000000000000000/threads/archived/public': () => ({ threads: archived, has_more: true }),
      [`GET /channels/${thread}/messages`]: ({ query }) =>
        isNewer('1300000000000000001', query.get('after')!) ? [message('1300000000000000001'), message(thread)] : [],
    },
    dayAfter,
  )
  const first = await discord.poll(io, { ...input, backTo: '2024-01-01T00:00:00.000Z' })
  archived = [
    {
      id: thread,
      parent_id: '1280000000000000000',
      last_message_id: '1300000000000000001',
      thread_metadata: { archive_timestamp: closedAt },
    },
  ]
  const second = await discord.poll(io, { ...input, cursor: JSON.parse(JSON.stringify(first.cursor)) })
  const facts = second.pages.flatMap((page) => discord.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
  expect(facts.map((fact) => fact.externalId)).toEqual([thread, '1300000000000000001'])
  const before = calls.length
  const third = await discord.poll(io, { ...input, cursor: JSON.parse(JSON.stringify(second.cursor)) })
  expect(third.pages).toEqual([])
  expect(calls.slice(before).map((call) => call.path)).not.toContain(`/channels/${thread}/messages`)
})

test('an open message that is not there any more is gone, and one channel that may not be read costs no other', async () => {
  const { io } = aDiscord({
    'GET /guilds/100/threads/active': () => ({ threads: [] }),
    [`GET /channels/${thread}/messages/2`]: () => message('2', { content: 'edited', edited_timestamp: '2026-11-22T11:30:00Z' }),
  })
  const open = ['1', '2'].map((externalId) => ({ externalId, ref: { channel: thread } }))
  const { pages, trouble } = await discord.poll(io, { ...input, open })
  expect(trouble).toBeUndefined()
  const facts = pages.flatMap((page) => discord.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
  expect(facts).toMatchObject([
    { fact: 'removal', externalId: '1' },
    { externalId: '2', text: 'edited' },
  ])
})

const target = {
  externalId: '1300000000000000001',
  parentExternalId: thread,
  postExternalId: thread,
  ref: { channel: thread, guild: '100' },
  authorExternalId: '222',
  authorHandle: 'kai',
  private: false,
}
const reply = { target, text: 'Ships Monday @everyone', key: '01994e1c-0000-7000-8000-000000000001', createdAt: now.toISOString() }

test('a reply refers to its target, pings nobody else, and carries a short key that stays the same', async () => {
  const sent = message('1300000000000000009', { content: reply.text, author: { id: '999', username: 'acmebot', bot: true } })
  const { io, calls } = aDiscord({ [`POST /channels/${thread}/messages`]: () => sent })
  const { externalId, url, facts } = await discord.reply(io, reply)
  await discord.reply(io, reply)
  expect({ externalId, url }).toEqual({ externalId: sent.id, url: `https://discord.com/channels/100/${thread}/${sent.id}` })
  expect(facts).toMatchObject([{ externalId: sent.id, ours: true, parentExternalId: target.externalId, postExternalId: thread }])
  expect(calls[0]).toMatchObject({
    headers: { authorization: 'Bot token' },
    body: {
      message_reference: { message_id: target.externalId, fail_if_not_exists: true },
      allowed_mentions: { parse: [], replied_user: true },
      enforce_nonce: true,
    },
  })
  expect(calls[0]!.body.nonce).toHaveLength(25)
  expect(calls[1]!.body.nonce).toBe(calls[0]!.body.nonce)
})

test('find sees our own words below the target, and nobody else’s', async () => {
  const landed = (author: string, above: string) =>
    message('1300000000000000009', { content: reply.text, type: 19, author: { id: author }, message_reference: { message_id: above } })
  const look = (answer: unknown) =>
    discord.find(aDiscord({ [`GET /channels/${thread}/messages`]: () => [answer] }).io, { ...reply, since: now.toISOString() })
  expect(await look(landed('999', target.externalId))).toMatchObject({ found: 'landed', sent: { externalId: '1300000000000000009' } })
  expect(await look(landed('222', target.externalId))).toEqual({ found: 'unsure' })
  expect(await look(landed('999', '1'))).toEqual({ found: 'unsure' })
})

test('connecting sorts channels from forums, and wants them of one server', async () => {
  const { io } = aDiscord({
    'GET /users/@me': () => ({ id: '999', username: 'acmebot' }),
    'GET /channels/1': () => ({ id: '1', type: 0, guild_id: '100' }),
    'GET /channels/2': () => ({ id: '2', type: 15, guild_id: '100' }),
    'GET /channels/3': () => ({ id: '3', type: 0, guild_id: '200' }),
  })
  const open = (channels: string) => discord.connect.open(io, { botToken: 'Bot token', channels, staffIds: '333' })
  expect(await open('1, 2')).toMatchObject({
    account: { externalId: '999', handle: 'acmebot' },
    settings: { guildId: '100', channels: '1', forums: '2', staffIds: '333' },
    credentials: { botToken: 'token' },
  })
  const refused: [string, string][] = [
    ['', 'rejected'],
    ['general', 'rejected'],
    ['1 3', 'rejected'],
    ['4', 'gone'],
  ]
  for (const [channels, kind] of refused) await expect(open(channels)).rejects.toMatchObject({ kind })
})
