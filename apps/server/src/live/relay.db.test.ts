import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { pino } from 'pino'
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ChangeFrame } from '@answerback/core/api'
import { freshDatabase, type FreshDatabase } from '../../test/postgres.ts'
import { backends, openRedis, type TestRedis } from '../../test/redis.ts'
import { openRelay, type Relay, type Told } from './relay.ts'
import { openLive } from './socket.ts'

const workspaceId = '0190a000-0000-7000-8000-000000000001'
const snoozedOf = { unassigned: 0, byChannel: {}, byAssignee: {} }
const counts = { waiting: 0, snoozed: 0, unassigned: 0, snoozedOf, failed: 0, oldestWaitingSince: null, byChannel: {}, byAssignee: {} }
const frame = (seq: number, into: string | null = null): ChangeFrame => ({
  seq,
  rows: [],
  gone: [{ id: workspaceId, into }],
  counts,
  channels: false,
  settings: false,
  staff: false,
})

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** One web process's sockets on a port of its own, with somebody who looks. */
async function web(options: { relay?: { id: string; open: Relay }; compareEveryMs?: number; seqOf?: () => Promise<number> } = {}) {
  const http = createServer()
  const live = openLive(http, {
    authorize: async (headers) => ({ workspaceId, userId: String(headers['x-user']), name: String(headers['x-user']), sessionId: null }),
    seqOf: async () => 0,
    allowOrigin: () => true,
    now: () => new Date(),
    ...options,
  })
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
  closers.push(() => live.close())
  await live.listen()
  return { live, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

/** A browser and everything that it hears. */
async function browser(url: string, user: string): Promise<{ socket: Socket; heard: [string, any][] }> {
  const socket = io(url, { transports: ['websocket'], extraHeaders: { 'x-user': user }, forceNew: true })
  closers.push(() => socket.disconnect())
  const heard: [string, any][] = []
  socket.onAny((event: string, body: unknown) => void heard.push([event, body]))
  await expect.poll(() => heard.map(([event]) => event)).toContain('hello')
  return { socket, heard }
}

describe.each(backends)('between processes, over $backend', ({ backend, here }) => {
  let database: FreshDatabase
  let redis: TestRedis | null = null
  const prefix = randomUUID()

  beforeAll(async () => {
    if (!here) return
    database = await freshDatabase()
    if (backend === 'redis') redis = await openRedis()
  })
  afterAll(async () => {
    await redis?.stop()
    await database?.drop()
  })

  function relay(): { id: string; open: Relay } {
    const id = randomUUID()
    const open = openRelay({ redisUrl: redis?.url, prefix, postgres: database.system, id, log: pino({ level: 'silent' }) })
    closers.push(() => open.close())
    return { id, open }
  }

  /** As they come; a teller may only just have connected, so the first message is repeated until it is heard. */
  async function pair(): Promise<{ from: Relay; heard: Told[]; own: Told[] }> {
    const [from, to] = [relay().open, relay().open]
    const heard: Told[] = []
    const own: Told[] = []
    await Promise.all([to.listen((told) => void heard.push(told)), from.listen((told) => void own.push(told))])
    await expect.poll(() => (from.tell({ kind: 'seq', workspaceId, seq: 0 }), heard.length)).toBeGreaterThan(0)
    await expect.poll(() => heard.length).toBeGreaterThan(0)
    return { from, heard, own }
  }

  test.skipIf(!here)('what one tells the others hear in order, and never itself', async () => {
    const { from, heard, own } = await pair()
    for (let seq = 1; seq <= 50; seq += 1) from.tell({ kind: 'change', workspaceId, frame: frame(seq) })
    const seqs = () => heard.flatMap((told) => (told.kind === 'change' ? [told.frame.seq] : []))
    await expect.poll(seqs).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    expect(own).toEqual([])
  })

  test.skipIf(!here)('a frame of any length arrives whole or as its number', async () => {
    const { from, heard } = await pair()
    from.tell({ kind: 'change', workspaceId, frame: frame(7, 'long '.repeat(4_000)) })
    await expect
      .poll(() => heard.map((told) => (told.kind === 'change' ? told.frame.seq : told.kind === 'seq' ? told.seq : null)))
      .toContain(7)
  })

  test.skipIf(!here)('a cut connection is made again', async () => {
    const { from, heard } = await pair()
    if (redis) {
      const other = new Redis(redis.url)
      await other.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      other.disconnect()
    } else {
      const owner = new Client(database.owner)
      await owner.connect()
      await owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      )
      await owner.end()
    }
    const told: Told = { kind: 'seq', workspaceId, seq: 99 }
    await expect.poll(() => (from.tell(told), heard), { timeout: 10_000 }).toContainEqual(told)
  })

  test.skipIf(!here)('a change of a process without browsers reaches those of every web process', async () => {
    const [one, two] = [await web({ relay: relay() }), await web({ relay: relay() })]
    const [ada, bo] = [await browser(one.url, 'ada'), await browser(two.url, 'bo')]
    const worker = relay().open
    await expect
      .poll(
        () => (
          worker.tell({ kind: 'change', workspaceId, frame: frame(1) }),
          [ada, bo].map(({ heard }) => heard.some(([event]) => event === 'change'))
        ),
      )
      .toEqual([true, true])
    one.live.publish(workspaceId, frame(2))
    const seqs = ({ heard }: typeof ada) => [...new Set(heard.flatMap(([event, body]) => (event === 'change' ? [body.seq] : [])))]
    await expect
      .poll(() => [seqs(ada), seqs(bo)])
      .toEqual([
        [1, 2],
        [1, 2],
      ])
  })

  test.skipIf(!here)('who looks at a conversation is known on every web process, until they leave', async () => {
    const [one, two] = [await web({ relay: relay() }), await web({ relay: relay() })]
    const [ada, bo] = [await browser(one.url, 'ada'), await browser(two.url, 'bo')]
    const conversationId = '0190a000-0000-7000-8000-0000000000c1'
    const names = ({ heard }: typeof ada) =>
      heard
        .findLast(([event]) => event === 'presence')?.[1]
        .people.map((each: { name: string }) => each.name)
        .toSorted()
    bo.socket.emit('presence', { conversationId, typing: false })
    await expect
      .poll(() => (ada.socket.emit('presence', { conversationId, typing: true }), [names(ada), names(bo)]))
      .toEqual([
        ['ada', 'bo'],
        ['ada', 'bo'],
      ])
    bo.socket.disconnect()
    await expect.poll(() => names(ada)).toEqual(['ada'])
  })
})

test('a browser whose last frame was lost is told of the newer number', async () => {
  let seq = 4
  const { live, url } = await web({ compareEveryMs: 20, seqOf: async () => seq })
  const ada = await browser(url, 'ada')
  live.publish(workspaceId, frame(5))
  seq = 6
  await expect.poll(() => ada.heard.flatMap(([event, body]) => (event === 'hello' ? [body.seq] : []))).toEqual([4, 6])
})

test('a web process that is alone sends each frame once and tells nobody', async () => {
  const { live, url } = await web()
  const ada = await browser(url, 'ada')
  live.publish(workspaceId, frame(1))
  live.publish('0190a000-0000-7000-8000-000000000002', frame(9))
  live.publish(workspaceId, frame(2))
  await expect.poll(() => ada.heard.flatMap(([event, body]) => (event === 'change' ? [body.seq] : []))).toEqual([1, 2])
})
