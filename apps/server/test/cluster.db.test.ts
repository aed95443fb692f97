import { isDeepStrictEqual } from 'node:util'
import { sql } from 'drizzle-orm'
import { io, type Socket } from 'socket.io-client'
import { afterEach, describe, expect, test } from 'vitest'
import type { ChangeFrame, ConversationRow } from '@answerback/core/api'
import { speak } from '@answerback/sandbox/world/speak'
import { openCluster, type Cluster } from './cluster.ts'
import { aPng } from './files.ts'
import { backends, hasRedis } from './redis.ts'

/**
 * Several machines, as processes: the built program in its roles, on one database, behind a balancer that knows nothing. Real time; every wait is for
 * something to be so. Killed means SIGKILL.
 */
const platforms = ['facebook', 'bluesky', 'mastodon'] as const
type PlatformId = (typeof platforms)[number]
const soon = { timeout: 30_000, interval: 50 }

let cluster: Cluster | null = null
const browsers: Browser[] = []
afterEach(async () => {
  for (const browser of browsers.splice(0)) browser.socket.disconnect()
  await cluster?.close()
  cluster = null
})

/** What a browser does: follows the numbers, and asks for what lies between. */
type Browser = { socket: Socket; rows: Map<string, ConversationRow>; hellos: number }

function browse(cluster: Cluster, url: string): Browser {
  const socket = io(url, {
    transports: ['websocket'],
    extraHeaders: { authorization: `Bearer ${cluster.key}` },
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 300,
  })
  const browser: Browser = { socket, rows: new Map(), hellos: 0 }
  browsers.push(browser)
  let seq = 0
  let asking = Promise.resolve()
  const take = (frame: ChangeFrame) => {
    seq = frame.seq
    for (const row of frame.rows) if (row.seq >= (browser.rows.get(row.id)?.seq ?? 0)) browser.rows.set(row.id, row)
    for (const { id } of frame.gone) browser.rows.delete(id)
  }
  const ask = () =>
    (asking = asking.then(async () => {
      for (let more = true; more;) {
        const { body } = await cluster.request('GET', `/api/v1/changes?since=${seq}`)
        take(body)
        more = body.more
      }
    })).catch(() => undefined)
  socket.on('hello', (hello: { seq: number }) => {
    browser.hellos += 1
    if (hello.seq > seq) void ask()
  })
  socket.on('change', (frame: ChangeFrame) => void (frame.seq === seq + 1 ? take(frame) : frame.seq > seq + 1 && ask()))
  return browser
}

function says(cluster: Cluster, platform: PlatformId, text: string): void {
  const world = cluster.sandbox.world
  speak(world, { platform, author: { name: 'Ada' }, text, parentId: world.posts(platform, true)[0]!.id })
}

const waitingOf = (browser: Browser, text: string) =>
  [...browser.rows.values()].find((row) => row.state === 'waiting' && row.waitingMessage?.text.includes(text))

/** Reads every channel now, instead of when it is due. */
async function readChannels({ ctx }: Cluster): Promise<void> {
  await ctx.db.system.execute(sql`update poll set due_at = now() where leased_until is null`)
}

/** The browser sees that comment wait. */
async function arrives(cluster: Cluster, browser: Browser, text: string): Promise<ConversationRow> {
  await readChannels(cluster)
  await expect.poll(() => waitingOf(browser, text)?.id, { ...soon, message: `“${text}” arrives` }).toBeDefined()
  return waitingOf(browser, text)!
}

async function answer(cluster: Cluster, row: ConversationRow, text: string, media: object[] = []): Promise<string> {
  const { status, body } = await cluster.request('POST', `/api/v1/conversations/${row.id}/replies`, { text, media, undoSeconds: 0 }, text)
  expect(status).toBe(202)
  return body.id
}

const stateOf = async (cluster: Cluster, replyId: string) => (await cluster.request('GET', `/api/v1/replies/${replyId}`)).body.state

/** What the platforms took, apart from answers to a repeated key. */
const accepted = ({ sandbox }: Cluster, text: string) =>
  sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.includes(text)).length

describe.each(backends)('many processes over $backend', ({ backend, here }) => {
  test.skipIf(!here)(
    'two web, two workers and a poller are one inbox, and each may die',
    async () => {
      const c = (cluster = await openCluster(backend))
      const [webA, webB, workerA, workerB] = await Promise.all([
        ...[c.start('web'), c.start('web'), c.start('worker'), c.start('worker')],
        c.start('poller'),
      ])
      const [ada, bo, roaming] = [browse(c, webA!.url), browse(c, webB!.url), browse(c, c.balancer.url)]
      const everybody = [ada, bo, roaming]
      await expect.poll(() => everybody.every((browser) => browser.hellos > 0), soon).toBe(true)

      // In by webhook and poll, out by a worker, seen on both web processes; a platform that takes longer than a lease is left its time.
      c.sandbox.faults.add({
        platform: 'bluesky',
        match: { method: 'POST', path: 'putRecord', times: 1 },
        fault: { kind: 'delay', delayMs: 6_000 },
      })
      for (const platform of platforms) says(c, platform, `Does the strap come off, ${platform}?`)
      const rows = await Promise.all(platforms.map((platform) => arrives(c, ada, `strap come off, ${platform}?`)))
      for (const row of rows) await expect.poll(() => bo.rows.get(row.id)?.state, soon).toBe('waiting')
      const replies = await Promise.all(rows.map((row) => answer(c, row, `It does, ${row.platform}!`)))
      for (const id of replies) await expect.poll(() => stateOf(c, id), soon).toBe('sent')
      for (const row of rows)
        await expect.poll(() => everybody.map(({ rows }) => rows.get(row.id)?.state), soon).toEqual(['answered', 'answered', 'answered'])
      for (const platform of platforms) expect(accepted(c, `It does, ${platform}!`)).toBe(1)
      expect(await attempts(c)).toEqual(['sent', 'sent', 'sent'])

      // What one does, through one web process, others see through the other.
      says(c, 'mastodon', 'Is there a bigger one?')
      const bigger = await arrives(c, bo, 'bigger one')
      await closeVia(c, webA!.url, bigger)
      await expect.poll(() => bo.rows.get(bigger.id)?.state, soon).toBe('closed')

      // A worker dies while a platform has the reply and has not said so: the other looks for it and does not send it again.
      says(c, 'mastodon', 'Do you repair zips?')
      const zips = await arrives(c, ada, 'repair zips')
      expect(await workerB!.stop(), 'a worker drains and ends well').toBe(0)
      c.sandbox.faults.add({
        platform: 'mastodon',
        match: { method: 'POST', path: '/api/v1/statuses', times: 1 },
        fault: { kind: 'accept_then_hang' },
      })
      // Brought to one process, sent by another, found by a third.
      const uploadId = await bring(c, aPng())
      const reply = await answer(c, zips, 'We do!', [{ uploadId, alt: 'A zip' }])
      await expect.poll(() => accepted(c, 'We do!'), soon).toBe(1)
      await c.start('worker')
      await workerA!.kill()
      const killedAt = performance.now()
      await expect.poll(() => stateOf(c, reply), soon).toBe('sent')
      // Its lease of 4 s, the timer, the look; far from the 30 s that a slow platform may take.
      expect(performance.now() - killedAt).toBeLessThan(15_000)
      expect(accepted(c, 'We do!')).toBe(1)
      expect(c.sandbox.world.files.of('mastodon').map((file) => [file.alt, file.bytes])).toEqual([['A zip', aPng()]])

      // A web process dies: its browsers come back through the balancer, to the other, and miss nothing.
      await webA!.kill()
      says(c, 'facebook', 'Where are you made?')
      await arrives(c, bo, 'are you made')
      // Both are asked each time: what one has heard a moment earlier the other hears too.
      await expect.poll(() => isDeepStrictEqual(held(roaming), held(bo)), soon).toBe(true)
      expect(await webB!.stop(), 'a web process drains and ends well').toBe(0)
    },
    180_000,
  )
})

test.skipIf(!hasRedis)(
  'a Redis that forgets everything in mid-flow loses nothing',
  async () => {
    const c = (cluster = await openCluster('redis'))
    const [web, worker] = await Promise.all([c.start('web,poller'), c.start('worker')])
    const ada = browse(c, web.url)
    says(c, 'mastodon', 'Does it float?')
    const floats = await arrives(c, ada, 'Does it float')
    await worker.stop()
    const reply = await answer(c, floats, 'For a minute.')
    for (const platform of platforms) says(c, platform, `Said to nobody on ${platform}`)
    await readChannels(c)
    await expect.poll(() => undone(c), soon).toEqual(expect.arrayContaining([...platforms]))
    await c.redis!.flush(c.prefix)

    await c.start('worker')
    for (const platform of platforms) await expect.poll(() => waitingOf(ada, `nobody on ${platform}`)?.id, soon).toBeDefined()
    await expect.poll(() => stateOf(c, reply), soon).toBe('sent')
    expect(accepted(c, 'For a minute.')).toBe(1)
  },
  120_000,
)

async function bring(cluster: Cluster, body: Buffer<ArrayBuffer>): Promise<string> {
  const headers = { authorization: `Bearer ${cluster.key}`, 'content-type': 'image/png' }
  const response = await fetch(`${cluster.balancer.url}/api/v1/uploads`, { method: 'POST', headers, body })
  expect(response.status).toBe(201)
  return ((await response.json()) as { id: string }).id
}

async function closeVia(cluster: Cluster, url: string, row: ConversationRow): Promise<void> {
  const { status } = await fetch(`${url}/api/v1/conversations/${row.id}/closure`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${cluster.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'thanks' }),
  })
  expect(status).toBe(204)
}

const held = (browser: Browser) => [...browser.rows.values()].map(({ id, seq, state }) => [id, seq, state]).toSorted()

async function attempts(cluster: Cluster): Promise<(string | null)[]> {
  const { rows } = await cluster.ctx.db.inWorkspace(cluster.workspaceId, (tx) =>
    tx.execute<{ outcome: string | null }>(sql`select outcome from reply_attempt order by id`),
  )
  return rows.map((row) => row.outcome)
}

/** Platforms of what was stored and not taken in yet. */
async function undone(cluster: Cluster): Promise<string[]> {
  const { rows } = await cluster.ctx.db.system.execute<{ platform: string }>(
    sql`select distinct platform from delivery where done_at is null and quarantined is null order by platform`,
  )
  return rows.map((row) => row.platform)
}
