import { expect, test } from 'vitest'
import { aSocket } from '../../test/fake-socket.ts'
import type { ListenIo } from '../platform.ts'
import { discord } from './adapter.ts'

const usual = { url: 'wss://gateway.discord.gg', session_start_limit: { total: 1000, remaining: 10, reset_after: 7_000 } }

/** Listens to a Gateway that a test plays; `answer` is what `GET /gateway/bot` says. */
function listening(answer: object = usual, settings: Record<string, string> = {}) {
  const socket = aSocket()
  const heard: string[] = []
  const end = new AbortController()
  const io: ListenIo = {
    fetch: async () => Response.json(answer),
    openSocket: socket.openSocket,
    now: () => new Date(),
    settings: { guildId: '100', channels: '1290', forums: '1280', ...settings },
    credentials: { botToken: 'token' },
    save: async () => {},
    self: { accountId: '999', handle: 'acmebot', ownedIds: ['999'], host: 'discord.com' },
  }
  const on = { ready: () => void heard.push('ready'), hint: () => void heard.push('hint'), signal: end.signal }
  const done = discord.listen!(io, on).then(
    () => 'ended',
    (error: unknown) => error,
  )
  return { socket, heard, end, done }
}

const dispatch = (t: string, d: object, s = 1) => ({ op: 0, t, s, d })
const said = (channel: string, more: object = {}) =>
  dispatch('MESSAGE_CREATE', { id: '1', channel_id: channel, guild_id: '100', author: { id: '222' }, ...more })

test('says hello, identifies without asking for words, beats with the last number, and is live with READY', async () => {
  const { socket, heard, end, done } = listening()
  await expect.poll(() => socket.opened.map(({ url }) => url)).toEqual(['wss://gateway.discord.gg/?v=10&encoding=json'])
  socket.say({ op: 10, d: { heartbeat_interval: 41_250 } })
  await expect.poll(() => socket.sent[0]).toMatchObject({ op: 2, d: { token: 'token', intents: 513 } })
  socket.say(dispatch('READY', { session_id: 'x' }, 7))
  await expect.poll(() => heard).toEqual(['ready'])
  socket.say({ op: 1, d: null })
  await expect.poll(() => socket.sent.slice(1)).toEqual([{ op: 1, d: 7 }])
  end.abort()
  expect(await done).toBe('ended')
})

test('hints for what comes, changes or goes where we watch, and for nothing else', async () => {
  const { socket, heard, end, done } = listening()
  const channels = [{ id: '1290' }, { id: '1280' }, { id: '1270' }]
  const threads = [
    { id: '5', parent_id: '1290' },
    { id: '6', parent_id: '1270' },
  ]
  socket.say(dispatch('GUILD_CREATE', { id: '100', channels, threads }))
  const silent = [
    said('1270'),
    said('6'),
    said('5', { author: { id: '999' } }),
    said('5', { guild_id: '200' }),
    dispatch('TYPING_START', { channel_id: '5', guild_id: '100' }),
    dispatch('THREAD_CREATE', { id: '8', parent_id: '1270', guild_id: '100' }),
    said('8'),
    'no json',
    '[1]',
  ]
  const telling = [
    said('1290'),
    said('5'),
    dispatch('MESSAGE_UPDATE', { id: '1', channel_id: '5', guild_id: '100' }),
    dispatch('MESSAGE_DELETE', { id: '1', channel_id: '5', guild_id: '100' }),
    dispatch('MESSAGE_DELETE_BULK', { ids: ['1'], channel_id: '5', guild_id: '100' }),
    dispatch('THREAD_CREATE', { id: '7', parent_id: '1280', guild_id: '100' }),
    said('7'),
    said('77'),
  ]
  for (const frame of [...silent, ...telling]) socket.say(frame)
  await expect.poll(() => heard).toEqual(Array.from({ length: 7 }, () => 'hint'))
  end.abort()
  await done
})

test('beats as often as it was told to, a beat that nobody answers ends it, and so does being asked to come again', async () => {
  const deaf = listening()
  deaf.socket.say({ op: 10, d: { heartbeat_interval: 15 } })
  expect(await deaf.done).toMatchObject({ kind: 'unavailable' })
  expect([deaf.socket.isClosed(), deaf.socket.sent.filter(({ op }) => op === 1).length]).toEqual([4000, 1])
  for (const op of [7, 9]) {
    const { socket, done } = listening()
    socket.say({ op, d: false })
    expect(await done).toMatchObject({ kind: 'unavailable' })
  }
})

test('codes say whether it is worth another try', async () => {
  for (const [code, kind] of [
    [4004, 'reauthorize'],
    [4014, 'rejected'],
    [4010, 'rejected'],
    [4009, 'unavailable'],
    [1006, 'unavailable'],
  ] as const) {
    const { socket, done } = listening()
    socket.end(code)
    expect(await done, String(code)).toMatchObject({ kind })
  }
})

test('begins no session when none is left, and gives the token to nobody but Discord or who stands in for it', async () => {
  expect(await listening({ ...usual, session_start_limit: { remaining: 0, reset_after: 7_000 } }).done).toMatchObject({
    kind: 'rate_limited',
    retryAfterMs: 7_000,
  })
  for (const url of ['wss://gateway.example', 'ws://gateway.discord.gg', 'wss://discord.gg.example', 'nowhere', undefined]) {
    const { socket, done } = listening({ ...usual, url })
    expect(await done).toMatchObject({ kind: 'unavailable' })
    expect(socket.opened).toEqual([])
  }
  const stand = { apiUrl: 'http://127.0.0.1:4000/discord/api/v10' }
  expect(await listening(usual, stand).done).toMatchObject({ kind: 'unavailable' })
  const { socket, end, done } = listening({ ...usual, url: 'ws://127.0.0.1:4000/discord/gateway' }, stand)
  await expect.poll(() => socket.opened).toHaveLength(1)
  end.abort()
  expect(await done).toBe('ended')
})
