import { expect, test } from 'vitest'
import { aSocket } from '../../test/fake-socket.ts'
import type { ListenIo } from '../platform.ts'
import { mastodon } from './adapter.ts'

function listening(instance: object, apiUrl = 'https://m.test') {
  const socket = aSocket()
  const heard: string[] = []
  const end = new AbortController()
  const io: ListenIo = {
    fetch: async () => Response.json(instance),
    openSocket: socket.openSocket,
    now: () => new Date(),
    settings: { apiUrl, accountId: '14715' },
    credentials: { accessToken: 'token' },
    save: async () => {},
    self: { accountId: '14715', handle: 'brand@m.test', ownedIds: [], host: 'm.test' },
  }
  const on = { ready: () => void heard.push('ready'), hint: () => void heard.push('hint'), signal: end.signal }
  const done = mastodon.listen!(io, on).then(
    () => 'ended',
    (error: unknown) => error,
  )
  return { socket, heard, end, done }
}

const event = (name: string, payload: unknown) => ({
  stream: ['user'],
  event: name,
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
})

test('hints for notifications and for what is ours or answers us; the home timeline of others says nothing', async () => {
  const { socket, heard, end, done } = listening({})
  const telling = [
    event('notification', { id: '1', type: 'mention', status: { id: '2' } }),
    event('notification', { id: '1', type: 'quote' }),
    event('notifications_merged', ''),
    event('update', { id: '3', account: { id: '14715' } }),
    event('status.update', { id: '2', account: { id: '7' }, in_reply_to_account_id: '14715' }),
  ]
  const silent = [
    event('update', { id: '4', account: { id: '7' } }),
    event('status.update', { id: '4', account: { id: '7' } }),
    event('notification', { type: 'favourite' }),
    event('delete', '115600000000000001'),
    event('filters_changed', ''),
    event('update', 'no json'),
    'no json',
    '7',
  ]
  for (const frame of [...silent, ...telling]) socket.say(frame)
  await expect.poll(() => heard).toEqual(['ready', ...telling.map(() => 'hint')])
  end.abort()
  expect(await done).toBe('ended')
})

test('listens where the server says, with its token in the header, and never less encrypted than it is called', async () => {
  const at = async (streaming: unknown, apiUrl?: string) => {
    const { socket, end } = listening({ configuration: { urls: { streaming } } }, apiUrl)
    await expect.poll(() => socket.opened).toHaveLength(1)
    end.abort()
    return socket.opened[0]
  }
  expect(await at('wss://streaming.m.test/')).toEqual({
    url: 'wss://streaming.m.test/api/v1/streaming?stream=user',
    headers: { authorization: 'Bearer token' },
  })
  for (const strange of [undefined, 7, 'nowhere', 'file:///etc/passwd'])
    expect((await at(strange))?.url).toBe('wss://m.test/api/v1/streaming?stream=user')
  expect((await at('ws://m.test'))?.url).toMatch(/^wss:/)
  expect((await at('ws://127.0.0.1:4000/mastodon', 'http://127.0.0.1:4000/mastodon'))?.url).toBe(
    'ws://127.0.0.1:4000/mastodon/api/v1/streaming?stream=user',
  )
})

test('a server without that stream is not asked again soon, one that breaks is', async () => {
  const without = listening({})
  without.socket.say({ error: 'Unknown stream type', status: 400 })
  expect(await without.done).toMatchObject({ kind: 'rejected' })
  const broken = listening({})
  broken.socket.end(1006)
  expect(await broken.done).toMatchObject({ kind: 'unavailable' })
})
