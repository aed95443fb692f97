import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { speak } from '@answerback/sandbox/world/speak'
import { schema as t } from '../db/schema.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { readFeeds } from './feeds.ts'

let world: World
let channelId: string
let feedUrl: string
/** What the feed's server does, and what it was asked. */
let answer: (request: IncomingMessage, response: ServerResponse) => void
const asked: IncomingMessage['headers'][] = []
const server = createServer((request, response) => {
  asked.push(request.headers)
  answer(request, response)
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  feedUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}/feed.xml`
  world = await openWorld()
  await connectAll(world)
  await world.drain({ polls: true })
  const { items } = (await world.request('GET', '/api/v1/channels', { key: world.keys.owner })).body
  channelId = items.find((each: { platform: string }) => each.platform === 'mastodon').id
})
afterAll(async () => {
  await world.close()
  server.close()
})
beforeEach(() => {
  asked.length = 0
  answer = (_request, response) => response.writeHead(200, { etag: '"v1"' }).end(rss())
})

const publish = (text: string) => speak(world.sandbox.world, { platform: 'mastodon', author: 'brand', text })
const pageOf = (id: string) => `${world.sandbox.url}/@fieldnote/${id}`
const rss = (...entries: { id: string; title?: string; at?: Date }[]) =>
  `<rss><channel>${entries
    .map(({ id, title = 'A title', at = world.ctx.now() }) => {
      const date = at.toUTCString()
      return `<item><title>${title}</title><link>${pageOf(id)}</link><guid>${id}</guid><pubDate>${date}</pubDate></item>`
    })
    .join('')}</channel></rss>`
const path = () => `/api/v1/channels/${channelId}/feed`
const put = (url: string) => world.request('PUT', path(), { key: world.keys.owner, body: { url } })
const rowOf = async () => (await world.ctx.db.system.select().from(t.feed).where(eq(t.feed.channelId, channelId)))[0]!
const makeDue = () => world.ctx.db.system.update(t.feed).set({ dueAt: world.ctx.now() })
const waitMs = async () => (await rowOf()).dueAt!.getTime() - world.ctx.now().getTime()
const postOf = async (externalId: string) =>
  (await world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.select().from(t.post).where(eq(t.post.externalId, externalId))))[0]

test('a feed that leads inside, or is none, is refused in words', async () => {
  const inside = await put(feedUrl)
  expect([inside.status, inside.body.code]).toEqual([422, 'host_not_allowed'])
  expect(asked).toEqual([])
  world.ctx.env.allowedHosts.push(new URL(feedUrl).host)
  answer = (_request, response) => response.end('<!doctype html><p>Hello')
  const page = await put(feedUrl)
  expect([page.status, page.body.code, page.body.detail]).toEqual([422, 'connection_refused', expect.stringContaining('neither RSS')])
  answer = (_request, response) => response.writeHead(200).end(Buffer.alloc(3 * 1024 * 1024, 'x'))
  expect((await put(feedUrl)).body.detail).toContain('2 MiB')
  expect((await world.request('GET', path(), { key: world.keys.owner })).status).toBe(404)
})

test('what appears in the feed is known at once, read at once, and once', async () => {
  const fresh = publish('Out today')
  const old = new Date(world.ctx.now().getTime() - 3 * 86_400_000)
  answer = (_request, response) => response.writeHead(200, { etag: '"v1"' }).end(rss({ id: fresh.id }, { id: '7', at: old }))
  const set = await put(feedUrl)
  expect([set.status, set.body]).toMatchObject([200, { url: feedUrl, error: null, lastReadAt: expect.any(String) }])
  expect(await postOf(fresh.id)).toMatchObject({ ours: true, text: 'A title', channelId })
  expect(await postOf('7')).toBeUndefined()

  await world.drain()
  const post = publish('Out by the scheduler')
  speak(world.sandbox.world, { platform: 'mastodon', author: { name: 'Ana' }, text: 'First below it!', parentId: post.id })
  answer = (_request, response) => response.writeHead(200, { etag: '"v2"' }).end(rss({ id: post.id }, { id: fresh.id }))
  expect(await readFeeds(world.ctx)).toBe(0)
  await makeDue()
  expect(await readFeeds(world.ctx)).toBe(1)
  expect(asked.at(-1)).toMatchObject({ 'if-none-match': '"v1"' })
  expect(await postOf(post.id)).toMatchObject({ text: 'A title' })
  await world.drain()
  expect(await postOf(post.id)).toMatchObject({ text: 'Out by the scheduler' })
  expect((await world.rows()).map((row) => row.waitingMessage?.text ?? '').join()).toContain('First below it!')

  await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute(sql`update post set text = 'untouched' where external_id = ${post.id}`),
  )
  await makeDue()
  await readFeeds(world.ctx)
  expect(await postOf(post.id)).toMatchObject({ text: 'untouched' })
})

test('a server that has nothing new, wants patience, fails or is gone is heeded', async () => {
  const round = async (status: number, headers: Record<string, string> = {}) => {
    answer = (_request, response) => response.writeHead(status, headers).end()
    await makeDue()
    await readFeeds(world.ctx)
    return rowOf()
  }
  expect(await round(304)).toMatchObject({ failures: 0, error: null })
  expect(await waitMs()).toBe(300_000)
  await round(304, { 'cache-control': 'public, max-age=900' })
  expect(await waitMs()).toBe(900_000)
  expect(await round(429, { 'retry-after': '1200' })).toMatchObject({ failures: 1, error: 'its server answered 429' })
  expect(await waitMs()).toBe(1_200_000)
  await round(500)
  expect([(await rowOf()).failures, await waitMs()]).toEqual([2, 600_000])
  expect((await world.request('GET', path(), { key: world.keys.owner })).body.error).toBe('its server answered 500')
  expect(await round(410)).toMatchObject({ dueAt: null, error: expect.stringContaining('gone') })
  expect((await put(feedUrl)).status).toBe(422)
  answer = (_request, response) => response.end(rss())
  expect((await put(feedUrl)).body).toMatchObject({ error: null, nextReadAt: expect.any(String) })
})

test('a paused channel’s feed rests, and one that was taken away is read no more', async () => {
  const pause = (paused: boolean) => world.request('PATCH', `/api/v1/channels/${channelId}`, { key: world.keys.owner, body: { paused } })
  await pause(true)
  await makeDue()
  asked.length = 0
  await readFeeds(world.ctx)
  expect([asked.length, await waitMs()]).toEqual([0, 300_000])
  await pause(false)
  expect((await world.request('DELETE', path(), { key: world.keys.owner })).status).toBe(204)
  expect((await world.request('GET', path(), { key: world.keys.owner })).status).toBe(404)
  expect(await readFeeds(world.ctx)).toBe(0)
})
