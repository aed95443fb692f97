import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { platformById } from '@answerback/platforms/registry'
import type { Item } from '@answerback/sandbox/world/item'
import { ask } from '@answerback/sandbox/world/speak'
import type { Channel } from '@answerback/core/api'
import { connectAll, openWorld, playedPlatforms, type World } from '../../test/world.ts'
import { guardFetch } from '../access/hosts.ts'
import { lookNow, openHints } from './hints.ts'
import { openListener, type Listener } from './listener.ts'

/** Those that tell of news over a connection. */
const live = playedPlatforms.filter((id) => platformById(id)!.listen !== undefined)
const patience = { timeout: 20_000 }

let world: World
let channels: Awaited<ReturnType<typeof connectAll>>
let guarded: ReturnType<typeof guardFetch>
const opened: Listener[] = []

beforeAll(async () => {
  world = await openWorld()
  channels = await connectAll(world)
  guarded = guardFetch({ allowed: world.ctx.env.allowedHosts })
  await world.drain({ polls: true })
})
beforeEach(async () => {
  // Read a moment ago, and nobody listens yet.
  const dueAt = new Date(world.ctx.now().getTime() + 15_000).toISOString()
  await world.ctx.db.system.execute(sql`
    update poll set due_at = ${dueAt}::timestamptz, leased_until = null, failures = 0, error = null, used = '{}', quota_left = null,
      listen_due_at = null, listen_leased_until = null, listen_failures = 0, live_since = null, was_live_at = null`)
})
afterEach(async () => {
  for (const listener of opened.splice(0)) await listener.close()
  world.sandbox.faults.clear()
})
afterAll(async () => {
  await guarded.close()
  await world.close()
})

/** A process that listens; it waits for slow answers as the product does. */
function listener(): Listener {
  const made = openListener({ ...world.ctx, fetch }, guarded.openSocket)
  opened.push(made)
  return made
}

type Row = {
  platform: (typeof live)[number]
  due_at: string
  live_since: string | null
  listen_leased_until: string | null
  listen_due_at: string | null
  listen_failures: number
}

async function rows(): Promise<Row[]> {
  const { rows: found } = await world.ctx.db.system.execute<Row>(
    sql`select * from poll where platform = any(${sql.param([...live])}::text[]) order by platform`,
  )
  return found
}

const isDue = (row: Row): boolean => Date.parse(row.due_at) <= world.ctx.now().getTime()

/** Begins to listen, waits until all is live, and reads what that hinted at. */
async function listening(): Promise<Listener> {
  const made = listener()
  expect(await made.begin()).toBe(live.length)
  await allLive()
  await expect
    .poll(async () => {
      await world.drain()
      return (await rows()).every((row) => !isDue(row))
    }, patience)
    .toBe(true)
  return made
}

async function allLive(): Promise<void> {
  await expect.poll(async () => (await rows()).every((row) => row.live_since !== null), patience).toBe(true)
}

function askEverywhere(text: string): Item[] {
  return live.map((platform) => ask(world.sandbox.world, { platform, author: { name: 'Ada' }, text }))
}

async function isHeld(items: Item[]): Promise<boolean> {
  const { rows: held } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ external_id: string }>(sql`select external_id from message`),
  )
  return items.every((item) => held.some((row) => row.external_id === item.id))
}

async function healths(): Promise<Channel['health']['live'][]> {
  const { body } = await world.request('GET', '/api/v1/channels')
  return live.map((platform) => body.items.find((each: Channel) => each.id === channels[platform]).health.live)
}

const all = <T>(value: T): T[] => live.map(() => value)

test('what somebody says makes their channel due at once, and is read; without a connection it waits its turn', async () => {
  const early = askEverywhere('Before anybody listens?')
  await world.drain()
  expect(await isHeld(early)).toBe(false)
  await listening()
  expect(await isHeld(early), 'what was missed until then').toBe(true)
  expect(await healths()).toEqual(all('connected'))
  const asked = askEverywhere('Do you ship to Lisbon?')
  await expect.poll(async () => (await rows()).every(isDue), patience).toBe(true)
  await world.drain()
  expect(await isHeld(asked)).toBe(true)
})

test('one process holds a connection; another takes it when it is given up, or when its holder is gone', async () => {
  const first = await listening()
  const second = listener()
  expect(await second.begin()).toBe(0)
  await first.close()
  expect((await rows()).map((row) => [row.listen_leased_until, row.live_since])).toEqual(all([null, null]))
  expect(await second.begin()).toBe(live.length)
  await allLive()
  await second.close()
  // As a process leaves it that died.
  const until = new Date(world.ctx.now().getTime() + 40_000).toISOString()
  await world.ctx.db.system.execute(sql`update poll set listen_leased_until = ${until}::timestamptz, live_since = now()`)
  const third = listener()
  expect(await third.begin()).toBe(0)
  world.pass(40_001)
  expect(await healths()).toEqual(all('lost'))
  expect(await third.begin()).toBe(live.length)
  await allLive()
})

test('a connection that breaks is said to be lost, harms nothing, and comes back', async () => {
  const made = await listening()
  for (const platform of live) world.sandbox.dropSockets(platform)
  await expect.poll(async () => (await rows()).map((row) => [row.live_since, row.listen_failures]), patience).toEqual(all([null, 1]))
  expect(await healths()).toEqual(all('lost'))
  const asked = askEverywhere('Does it come in black?')
  expect(await made.begin(), 'not at once').toBe(0)
  world.pass(20_000)
  await world.drain()
  expect(await isHeld(asked), 'by reading as ever').toBe(true)
  expect(await made.begin()).toBe(live.length)
  await allLive()
  expect(await healths()).toEqual(all('connected'))
})

test('one that held long is opened again within a second or so, and one that is refused ever more seldom', async () => {
  const made = await listening()
  world.pass(61_000)
  await made.begin()
  for (const platform of live) world.sandbox.dropSockets(platform)
  const waits = async () => (await rows()).map((row) => Date.parse(row.listen_due_at ?? '') - world.ctx.now().getTime())
  await expect.poll(async () => (await rows()).map((row) => row.live_since), patience).toEqual(all(null))
  for (const wait of await waits()) expect(wait).toBeLessThanOrEqual(1_000)
  for (const platform of live) world.sandbox.faults.add({ platform, match: { path: 'streaming|gateway' }, fault: { kind: 'unavailable' } })
  for (const [failures, leastMs] of [
    [1, 2_500],
    [2, 5_000],
    [3, 10_000],
  ] as const) {
    world.pass(Math.max(0, ...(await waits())) + 1)
    expect(await made.begin()).toBe(live.length)
    await expect.poll(async () => (await rows()).map((row) => row.listen_failures), patience).toEqual(all(failures))
    for (const wait of await waits()) {
      expect(wait).toBeGreaterThanOrEqual(leastMs)
      expect(wait).toBeLessThanOrEqual(leastMs * 2)
    }
  }
})

test('pausing a channel, or connecting it anew, ends its connection', async () => {
  const made = await listening()
  const [platform] = live
  const pause = (paused: boolean) =>
    world.request('PATCH', `/api/v1/channels/${channels[platform!]}`, { body: { paused }, key: world.keys.owner })
  expect((await pause(true)).status).toBe(204)
  world.pass(10_001)
  await made.begin()
  const after = (await rows()).filter((row) => row.platform === platform)
  expect(after).toMatchObject([{ listen_leased_until: null, live_since: null }])
  expect((await pause(false)).status).toBe(204)
  await expect.poll(() => made.begin(), patience).toBe(1)
  await allLive()
  await connectAll(world)
  expect((await rows()).map((row) => row.listen_leased_until)).toEqual(all(null))
  world.pass(10_001)
  await expect.poll(() => made.begin(), patience).toBe(live.length)
  await allLive()
})

test('whoever asked us to wait is not called earlier for a hint, and one that is being read is read again', async () => {
  const [platform] = live
  const id = channels[platform!]
  const { ctx } = world
  const set = (change: ReturnType<typeof sql>) => ctx.db.system.execute(sql`update poll set ${change} where channel_id = ${id}::uuid`)
  const due = async () => isDue((await rows()).find((row) => row.platform === platform)!)
  const inAnHour = new Date(ctx.now().getTime() + 3_600_000).toISOString()
  await set(sql`failures = 1`)
  expect([await lookNow(ctx, id), await due()]).toMatchObject([{ isBeingRead: false }, false])
  await set(sql`failures = 0, quota_left = 16, quota_resets_at = ${inAnHour}::timestamptz, calls = 3`)
  expect([await lookNow(ctx, id), await due()]).toEqual([{ isBeingRead: false, calls: 3 }, false])
  await set(sql`quota_left = 17, leased_until = ${inAnHour}::timestamptz`)
  expect([await lookNow(ctx, id), await due()]).toMatchObject([{ isBeingRead: true }, false])
  const hints = openHints(ctx, id, [])
  hints.hint()
  await set(sql`leased_until = null`)
  await expect.poll(due, patience).toBe(true)
  hints.close()
})
