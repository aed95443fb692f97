import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Media } from '@answerback/core/facts'
import type { PlatformId } from '@answerback/sandbox/world/item'
import { speak } from '@answerback/sandbox/world/speak'
import { openOtherWorkspace } from '../../test/busy.ts'
import { aPng, fetchFile } from '../../test/files.ts'
import { someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { guardFetch } from '../access/hosts.ts'
import { schema as t } from '../db/schema.ts'

let world: World
/** A host on which anything may lie. */
let host: Server
let base: string
let asked: { path: string; headers: NodeJS.Dict<string | string[]> }[] = []
/** One that answers nobody, and who waits for it. */
let silent: Server
let silentBase: string
let hanging = 0
/** Where each platform's channel is. */
let homes: Record<string, string>
let guarded: ReturnType<typeof guardFetch>

const picture = aPng(12, 8)
const pages: Record<string, { type: string; body: Buffer | string; status?: number; location?: string }> = {
  '/bag.png': { type: 'image/png', body: picture },
  '/named-as-page': { type: 'text/html', body: picture },
  '/page': { type: 'image/png', body: '<!doctype html><script>alert(1)</script>' },
  '/drawing': { type: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' },
  '/sound': { type: 'audio/mpeg', body: Buffer.concat([Buffer.from('ID3\u0004\0'), Buffer.alloc(200)]) },
  '/large': { type: 'image/png', body: Buffer.concat([picture, Buffer.alloc(9 << 20)]) },
  '/huge-sides': { type: 'image/png', body: sized(60_000, 60_000) },
  '/gone': { type: 'image/png', body: picture, status: 404 },
  '/elsewhere': { type: 'image/png', body: '', status: 302, location: 'http://127.0.0.1:1/inside.png' },
  '/other-inside': { type: 'image/png', body: '', status: 302, location: '' },
  '/moved': { type: 'image/png', body: '', status: 302, location: '/bag.png' },
}

beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  const channels = await world.ctx.db.system.select({ platform: t.channel.platform, apiUrl: t.channel.apiUrl }).from(t.channel)
  homes = Object.fromEntries(channels.map(({ platform, apiUrl }) => [platform, apiUrl]))
  host = createServer((request, response) => {
    asked.push({ path: request.url!, headers: request.headers })
    const page = pages[request.url!] ?? { type: 'text/plain', body: '', status: 404 }
    response.writeHead(page.status ?? 200, { 'content-type': page.type, ...(page.location && { location: page.location }) })
    // Without a length, so that only reading tells how much it is.
    response.write(page.body)
    response.end()
  })
  base = await listen(host)
  silent = createServer((request) => {
    hanging += 1
    request.socket.once('close', () => (hanging -= 1))
  })
  silentBase = await listen(silent)
  pages['/other-inside']!.location = `${silentBase}/a.png`
  world.ctx.env.allowedHosts.push(new URL(base).host, new URL(silentBase).host)
  guarded = guardFetch({ allowed: world.ctx.env.allowedHosts })
  world.ctx.fetch = guarded
})
afterEach(async () => {
  for (const [platform, apiUrl] of Object.entries(homes)) await moveChannel(platform, apiUrl)
})
afterAll(async () => {
  await guarded.close()
  host.close()
  silent.close()
  await world.close()
})

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function sized(width: number, height: number): Buffer {
  const png = aPng(1, 1)
  png.writeUInt32BE(width, 16)
  png.writeUInt32BE(height, 20)
  return png
}

function moveChannel(platform: string, apiUrl: string): Promise<unknown> {
  return world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.update(t.channel).set({ apiUrl }).where(eq(t.channel.platform, platform)))
}

/** A message that shows these, the addresses that the API gives for them, and from then on its channel at `home`. */
async function showing(media: Media[], { platform = 'mastodon', home = base }: { platform?: PlatformId; home?: string } = {}) {
  await moveChannel(platform, homes[platform]!)
  const row = await someoneAsks(world, platform)
  await moveChannel(platform, home)
  const id = row.waitingMessage!.id
  await world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.update(t.message).set({ media }).where(eq(t.message.id, id)))
  const { messages } = (await world.request('GET', `/api/v1/conversations/${row.id}`)).body
  asked = []
  return { id, conversationId: row.id, shown: messages[0].media as Media[] }
}
const image = (path: string, preview: string | null = null): Media => ({
  ...{ kind: 'image', url: new URL(path, base).href, alt: null },
  previewUrl: preview === null ? null : new URL(preview, base).href,
})

describe('what a message shows', () => {
  test('comes through us: with nothing of ours to its host, and to the browser as a picture alone', async () => {
    const { shown } = await showing([image('/bag.png')])
    expect(shown[0]!.url).toBe(`${base}/bag.png`)
    const got = await fetchFile(world, shown[0]!.previewUrl!)
    expect(got.bytes).toEqual(picture)
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, max-age=3600',
    })
    expect(asked).toHaveLength(1)
    for (const name of ['cookie', 'authorization', 'referer', 'origin', 'x-forwarded-for'])
      expect(asked[0]!.headers[name], name).toBeUndefined()
  })

  test('as it lies on a platform that people use', async () => {
    const file = world.sandbox.world.files.keep({ platform: 'mastodon', id: '77', type: 'image/png', name: 'bag.png', bytes: picture }, 1)
    const post = world.sandbox.world.posts('mastodon', true)[0]!
    const media = [{ fileId: file.id, alt: 'My bag' }]
    speak(world.sandbox.world, { platform: 'mastodon', author: { name: 'Pia' }, text: 'Look at mine', parentId: post.id, media })
    await world.drain({ polls: true })
    const row = (await world.rows()).find((each) => each.waitingMessage?.text.includes('Look at mine'))!
    const { messages } = (await world.request('GET', `/api/v1/conversations/${row.id}`)).body
    expect(messages[0].media).toMatchObject([{ kind: 'image', alt: 'My bag', previewUrl: expect.stringMatching(/^\/api\/v1\/messages\//) }])
    expect((await fetchFile(world, messages[0].media[0].previewUrl)).bytes).toEqual(picture)
  })

  test('its preview where it has one, else itself; a film without one, and a link, have nothing to show', async () => {
    const film: Media = { kind: 'video', url: `${base}/film.mp4`, alt: null, previewUrl: `${base}/bag.png` }
    const { shown } = await showing([
      image('/large', '/bag.png'),
      image('/bag.png', '/gone'),
      film,
      { ...film, previewUrl: null },
      { ...film, kind: 'link', previewUrl: null },
    ])
    for (const index of [0, 1, 2]) expect((await fetchFile(world, shown[index]!.previewUrl!)).bytes).toEqual(picture)
    expect(shown.slice(3).map((each) => each.previewUrl)).toEqual([null, null])
    expect(asked.map(({ path }) => path)).toEqual(['/bag.png', '/gone', '/bag.png', '/bag.png'])
  })

  test('is what its bytes say, whatever it is called; and only a picture or a film of a reasonable size', async () => {
    const good = ['/bag.png', '/named-as-page', '/moved']
    const bad = ['/page', '/drawing', '/sound', '/large', '/huge-sides', '/gone', '/elsewhere', '/nothing']
    const { shown } = await showing([...good, ...bad].map((path) => image(path)))
    for (const [index, path] of [...good, ...bad].entries()) {
      const got = await fetchFile(world, shown[index]!.previewUrl!)
      expect([got.status, got.headers.get('content-type')], path).toEqual(
        good.includes(path) ? [200, 'image/png'] : [404, 'application/problem+json; charset=utf-8'],
      )
    }
  })

  test('is not asked for at an address inside, or one that is no web address', async () => {
    const inside = [
      'http://10.0.0.1/a.png',
      'https://localhost/a.png',
      'https://[::1]/a.png',
      'https://169.254.169.254/a',
      'file:///etc/passwd',
      'data:image/png;base64,AA',
      'x',
    ]
    const { shown } = await showing(inside.map((url) => ({ kind: 'image', url, alt: null, previewUrl: null })))
    for (const [index, url] of inside.entries()) expect((await fetchFile(world, shown[index]!.previewUrl!)).status, url).toBe(404)
    expect(asked).toEqual([])
  })

  test('is not asked for at a host that is allowed for another purpose; the channel’s own may be', async () => {
    const media = [
      image('/bag.png'),
      image('/other-inside'),
      image(`${silentBase}/a.png`),
      image(`https://${new URL(silentBase).host}/a.png`),
    ]
    const { shown } = await showing(media)
    const statuses = await Promise.all(shown.map(async (each) => (await fetchFile(world, each.previewUrl!)).status))
    expect(statuses).toEqual([200, 404, 404, 404])
    expect(asked.map(({ path }) => path).toSorted()).toEqual(['/bag.png', '/other-inside'])
    expect(hanging).toBe(0)
    const elsewhere = await showing([image('/bag.png')], { home: silentBase })
    expect((await fetchFile(world, elsewhere.shown[0]!.previewUrl!)).status).toBe(404)
    expect(asked).toEqual([])
  })

  test('only to those who may read the thread, in the workspace that the address names, and no more once it was taken down', async () => {
    const { id, shown } = await showing([image('/bag.png')])
    const address = shown[0]!.previewUrl!
    const other = await openOtherWorkspace(world)
    expect((await fetchFile(world, address, '')).status).toBe(401)
    expect((await fetchFile(world, address, other.key)).status).toBe(404)
    expect((await fetchFile(world, address.split('?')[0]!, other.key)).status).toBe(404)
    for (const wrong of ['/1', '/99', '/100', '/-1', '/x'])
      expect((await fetchFile(world, address.replace('/0?', `${wrong}?`))).status, wrong).toBeGreaterThanOrEqual(400)
    await world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.update(t.message).set({ gone: true }).where(eq(t.message.id, id)))
    expect((await fetchFile(world, address)).status).toBe(404)
    expect(asked).toEqual([])
  })

  test('many at once wait for each other, and all are shown', async () => {
    const { shown } = await showing(Array.from({ length: 24 }, () => image('/bag.png')))
    const got = await Promise.all(shown.map((each) => fetchFile(world, each.previewUrl!)))
    expect(got.map(({ status }) => status)).toEqual(Array.from({ length: 24 }, () => 200))
  })

  test('a host that never answers holds up few requests, not for long, and no other picture', async () => {
    const slow = Array.from({ length: 14 }, (_, n) => image(`${silentBase}/slow${n}.png`, `${silentBase}/preview${n}.png`))
    const other = await showing([image('/bag.png')], { platform: 'bluesky' })
    const { shown } = await showing(slow, { home: silentBase })
    const beganAt = performance.now()
    const all = Promise.all(shown.map((each) => fetchFile(world, each.previewUrl!)))
    await expect.poll(() => hanging, { timeout: 10_000 }).toBe(3)
    expect((await fetchFile(world, other.shown[0]!.previewUrl!)).status).toBe(200)
    for (const got of await all) {
      expect([404, 503]).toContain(got.status)
      expect(got.headers.has('retry-after')).toBe(got.status === 503)
    }
    // Before, it was 8 s for each of a picture's two addresses, one after the other.
    expect(performance.now() - beganAt).toBeLessThan(12_000)
    await expect.poll(() => hanging, { timeout: 10_000 }).toBe(0)
  }, 30_000)

  test('what could not be had is not asked for again at once, but some minutes later', async () => {
    const { shown } = await showing([image('/not-yet')])
    const ask = async () => (await fetchFile(world, shown[0]!.previewUrl!)).status
    expect([await ask(), await ask()]).toEqual([404, 404])
    expect(asked).toHaveLength(1)
    pages['/not-yet'] = { type: 'image/png', body: picture }
    world.pass(4 * 60_000)
    expect(await ask()).toBe(200)
    expect(asked).toHaveLength(2)
  })

  test('is given up as soon as the browser leaves', async () => {
    const { shown } = await showing([image(`${silentBase}/left.png`)], { home: silentBase })
    const signals: AbortSignal[] = []
    world.ctx.fetch = (input, init) => {
      signals.push(init!.signal!)
      return guarded(input, init)
    }
    // A connection of its own: one of a pool would keep the server from closing.
    const headers = { authorization: `Bearer ${world.keys.client}` }
    const browser = get(`${world.url}${shown[0]!.previewUrl}`, { agent: false, headers }).on('error', () => {})
    await expect.poll(() => hanging, { timeout: 10_000 }).toBe(1)
    browser.destroy()
    await expect.poll(() => signals[0]!.aborted, { timeout: 10_000 }).toBe(true)
    world.ctx.fetch = guarded
    // Not the patience: that is a TimeoutError.
    expect(signals[0]!.reason.name).toBe('AbortError')
    await expect.poll(() => hanging, { timeout: 10_000 }).toBe(0)
  })
})
