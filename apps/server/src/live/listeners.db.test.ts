import { io, type Socket } from 'socket.io-client'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { roles } from '@answerback/core/permissions'
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
async function listen(url: string, options: { cookie?: string; auth?: object } = {}): Promise<{ socket: Socket; heard: [string, any][] }> {
  const extraHeaders: Record<string, string> = options.cookie === undefined ? {} : { cookie: options.cookie }
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders, auth: options.auth })
  closers.push(() => socket.disconnect())
  const heard: [string, any][] = []
  socket.onAny((event: string, body: unknown) => void heard.push([event, body]))
  await expect.poll(() => heard.map(([event]) => event)).toContain('hello')
  return { socket, heard }
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
