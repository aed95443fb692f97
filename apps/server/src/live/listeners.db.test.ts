import { io, type Socket } from 'socket.io-client'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { roles, scopes } from '@answerback/core/permissions'
import { makeApiKey } from '../access/workspaces.ts'
import { openOtherWorkspace } from '../../test/busy.ts'
import { someoneAsks } from '../../test/people.ts'
import { join } from '../../test/visitor.ts'
import { connectAll, openWorld } from '../../test/world.ts'
import { openLive, type Listener } from './socket.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** A socket and everything that it hears. */
async function listen(
  url: string,
  options: { cookie?: string; key?: string; auth?: object } = {},
): Promise<{ socket: Socket; heard: [string, any][] }> {
  const extraHeaders: Record<string, string> = {
    ...(options.cookie !== undefined && { cookie: options.cookie }),
    ...(options.key !== undefined && { authorization: `Bearer ${options.key}` }),
  }
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders, auth: options.auth })
  closers.push(() => socket.disconnect())
  const heard: [string, any][] = []
  socket.onAny((event: string, body: unknown) => void heard.push([event, body]))
  await expect.poll(() => heard.map(([event]) => event)).toContain('hello')
  return { socket, heard }
}

/** The server's word to a socket that it does not take. */
function refusalOf(url: string, { key, auth }: { key: string; auth?: object }): Promise<string> {
  const extraHeaders = { authorization: `Bearer ${key}` }
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders, auth })
  closers.push(() => socket.disconnect())
  return new Promise((resolve) => {
    socket.once('hello', () => resolve('taken'))
    socket.once('connect_error', (error) => resolve(error.message))
  })
}

test('each role hears its own workspace and no other, whatever it names', async () => {
  const world = await openWorld()
  closers.push(() => world.close())
  await connectAll(world)
  const other = await openOtherWorkspace(world)
  const stranger = await listen(world.url, { cookie: (await join(world, 'Stella', 'owner', other.key)).cookie() })
  const people = []
  for (const role of roles) people.push(await listen(world.url, { cookie: (await join(world, `P-${role}`, role)).cookie() }))

  const row = await someoneAsks(world)
  for (const { heard } of people) await expect.poll(() => heard.map(([event]) => event)).toContain('change')

  // A room of theirs, a conversation of theirs: names mean nothing.
  for (const event of ['join', 'subscribe', 'room']) stranger.socket.emit(event, world.workspaceId)
  stranger.socket.emit('presence', { conversationId: row.id, typing: true })
  await expect.poll(() => stranger.heard.map(([event]) => event)).toContain('presence')
  people[0]!.socket.emit('presence', { conversationId: row.id, typing: true })
  for (const { heard } of people) await expect.poll(() => heard.filter(([event]) => event === 'presence')).toHaveLength(1)
  for (const { heard } of people)
    expect(heard.find(([event]) => event === 'presence')![1].people.map((each: any) => each.name)).toEqual(['P-owner'])
  await someoneAsks(world)
  for (const { heard } of people) await expect.poll(() => heard.filter(([event]) => event === 'change').length).toBeGreaterThan(1)
  expect(stranger.heard.map(([event]) => event)).toEqual(['hello', 'presence'])
  expect(stranger.heard[1]![1].people.map((each: any) => each.name)).toEqual(['Stella'])
})

test('a key listens if it may read, and only in its own workspace', async () => {
  const world = await openWorld()
  closers.push(() => world.close())
  await connectAll(world)
  const other = await openOtherWorkspace(world)
  for (const role of roles)
    for (const scope of scopes) {
      const key = await makeApiKey(world.ctx, world.workspaceId, { name: 'ears', role, scopes: [scope] })
      if (scope === 'read') await listen(world.url, { key })
      else await expect(refusalOf(world.url, { key }), `${role} ${scope}`).resolves.toBe('unauthorized')
      await expect(refusalOf(world.url, { key, auth: { workspace: other.id } })).resolves.toBe('unauthorized')
    }
})

test('whoever may no longer listen is noticed, also when nobody said so', async () => {
  let allowed: Listener | null = { workspaceId: 'one', userId: 'ada', name: 'Ada', sessionId: 's' }
  const http = createServer()
  const live = openLive(http, {
    authorize: async () => allowed,
    seqOf: async () => 0,
    allowOrigin: () => true,
    now: () => new Date(),
    recheckEveryMs: 20,
  })
  closers.push(() => live.close())
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const first = await listen(url)
  allowed = { ...allowed, workspaceId: 'two' }
  await expect.poll(() => first.socket.connected).toBe(false)
  const second = await listen(url)
  allowed = null
  await expect.poll(() => second.socket.connected).toBe(false)
})
