import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Platform } from '@answerback/platforms/platform'
import { platformById } from '@answerback/platforms/registry'
import { speak } from '@answerback/sandbox/world/speak'
import { connectAll, openWorld, playedPlatforms, type World } from '../../test/world.ts'
import type { Context } from '../context.ts'
import { claimPolls, renewLeases } from './poll-claim.ts'
import { openPoller, type Poller } from './poller.ts'

/** Those that are read at all. */
const polled = playedPlatforms.filter((id) => platformById(id)!.can.polls !== false)

type Id = 'facebook' | 'bluesky' | 'mastodon'

let world: World
let channels: Record<Id, string>
const pollers: Poller[] = []

beforeAll(async () => {
  world = await openWorld()
  channels = await connectAll(world)
  await world.drain({ polls: true })
})
afterEach(async () => {
  world.sandbox.faults.clear()
  for (const poller of pollers.splice(0)) {
    await poller.settled()
    poller.close()
  }
  await world.ctx.db.system.execute(
    sql`update poll set due_at = ${world.ctx.now().toISOString()}::timestamptz, leased_until = null, failures = 0, error = null, used = '{}'`,
  )
  await world.drain({ polls: true })
})
afterAll(() => world.close())

/** Only what hangs on purpose is given up soon: that this machine is busy is no platform's failure. */
function patientButFor(platform: Id): Context {
  const hung = world.sandbox.urls[platform]
  return { ...world.ctx, fetch: (input, init) => (String(input).startsWith(hung) ? world.ctx.fetch : fetch)(input, init) }
}

function poller(ctx: Context = patientButFor('mastodon')): Poller {
  const opened = openPoller(ctx)
  pollers.push(opened)
  return opened
}

type Row = {
  platform: Id
  last_ok_at: Date
  due_at: Date
  failures: number
  error: string | null
  leased_until: Date | null
  calls: number
}

async function rowOf(platform: Id): Promise<Row> {
  const { rows } = await world.ctx.db.system.execute<Row>(sql`select * from poll where channel_id = ${channels[platform]}::uuid`)
  const [row] = rows
  return { ...row!, last_ok_at: new Date(row!.last_ok_at), due_at: new Date(row!.due_at) }
}

/** How often each was read well while the clock went on by so many seconds, looked at every five. */
async function readsDuring(reader: Poller, seconds: number, seen: Id[]): Promise<Record<string, number>> {
  const reads = Object.fromEntries(seen.map((platform) => [platform, 0]))
  const before = new Map<Id, number>()
  for (const platform of seen) before.set(platform, (await rowOf(platform)).last_ok_at.getTime())
  for (let passed = 0; passed < seconds; passed += 5) {
    world.pass(5_000)
    await reader.begin()
    for (const platform of seen) {
      await expect.poll(async () => (await rowOf(platform)).due_at.getTime()).toBeGreaterThan(world.ctx.now().getTime())
      const at = (await rowOf(platform)).last_ok_at.getTime()
      if (at !== before.get(platform)) reads[platform]! += 1
      before.set(platform, at)
    }
  }
  return reads
}

const callsTo = (platform: Id) => world.sandbox.world.journal.calls.filter((call) => call.platform === platform).length

test('a channel that hangs delays no other, and is tried again ever more seldom', async () => {
  world.sandbox.faults.add({ platform: 'mastodon', match: {}, fault: { kind: 'hang' } })
  const reads = await readsDuring(poller(), 120, ['bluesky', 'facebook'])
  expect(reads).toEqual({ bluesky: 8, facebook: 2 })
  await pollers[0]!.settled()
  expect(await rowOf('mastodon')).toMatchObject({ leased_until: null, error: expect.stringMatching(/broke|answer/) })
})

test('a platform that says when to come again is left alone until then, and the others keep their pace', async () => {
  world.sandbox.faults.add({ platform: 'bluesky', match: {}, fault: { kind: 'rate_limited', retryAfterSeconds: 90 } })
  const reader = poller()
  world.pass(20_000)
  await reader.begin()
  await reader.settled()
  const asked = callsTo('bluesky')
  expect(await readsDuring(reader, 60, ['mastodon'])).toEqual({ mastodon: 4 })
  expect(callsTo('bluesky')).toBe(asked)
  world.sandbox.faults.clear()
  world.pass(31_000)
  await reader.begin()
  await reader.settled()
  expect(callsTo('bluesky')).toBeGreaterThan(asked)
  expect(await rowOf('bluesky')).toMatchObject({ failures: 0, error: null })
})

test('a dead token is asked no more, and the others keep their pace', async () => {
  world.sandbox.faults.add({ platform: 'facebook', match: {}, fault: { kind: 'revoked_token' } })
  const reader = poller()
  world.pass(61_000)
  await reader.begin()
  await reader.settled()
  const asked = callsTo('facebook')
  expect(await readsDuring(reader, 60, ['bluesky', 'mastodon'])).toEqual({ bluesky: 4, mastodon: 4 })
  expect(callsTo('facebook')).toBe(asked)
  const { body } = await world.request('GET', '/api/v1/channels')
  expect(body.items.find((each: { id: string }) => each.id === channels.facebook)).toMatchObject({ state: 'needs_reauthorization' })
  await world.ctx.db.system.execute(sql`update channel set reauthorize_at = null`)
})

test('several pollers share the channels, each read by one of them', async () => {
  world.pass(120_000)
  const begun = await Promise.all([poller(), poller(), poller()].map((each) => each.begin()))
  expect(begun.reduce((sum, each) => sum + each, 0)).toBe(polled.length)
})

test('what a poller that died had taken is read by another after its lease, and not before', async () => {
  const room = { free: 100, perLane: 100, perFailingLane: 100, lanes: new Map() }
  world.pass(120_000)
  expect(await claimPolls(world.ctx, room)).toHaveLength(polled.length)
  world.pass(59_000)
  expect(await claimPolls(world.ctx, room)).toHaveLength(0)
  world.pass(1_000)
  expect(await claimPolls(world.ctx, room)).toHaveLength(polled.length)
})

test('what takes long stays with whoever reads it, but for what another poller has taken', async () => {
  const room = { free: 100, perLane: 100, perFailingLane: 100, lanes: new Map() }
  world.pass(120_000)
  const mine = await claimPolls(world.ctx, room)
  const [taken, ...kept] = mine
  const untilAt = new Date(world.ctx.now().getTime() + 45_000)
  await world.ctx.db.system.execute(
    sql`update poll set leased_until = ${untilAt.toISOString()}::timestamptz where channel_id = ${taken!.channel.id}::uuid`,
  )
  world.pass(30_000)
  await renewLeases(world.ctx, mine)
  expect(kept.map((each) => each.leasedUntil.getTime() - world.ctx.now().getTime())).toEqual(kept.map(() => 60_000))
  world.pass(59_000)
  expect((await claimPolls(world.ctx, room)).map((each) => each.channel.id)).toEqual([taken!.channel.id])
})

test('at a host that has enough to do no more is begun', async () => {
  world.pass(120_000)
  const lane = `mastodon ${new URL(world.sandbox.urls.mastodon).host}`
  const claimed = await claimPolls(world.ctx, { free: 100, perLane: 100, perFailingLane: 100, lanes: new Map([[lane, 0]]) })
  expect(claimed.map((each) => each.channel.platform).toSorted()).toEqual(polled.filter((id) => id !== 'mastodon').toSorted())
})

/** The world with one platform that may be asked only so often. */
function allowing(id: Id, budgets: NonNullable<Platform['budgets']>): Context {
  return { ...world.ctx, platforms: world.ctx.platforms.map((each) => (each.id === id ? { ...each, budgets } : each)) }
}

test.each(['channel', 'app'] as const)(
  'an allowance by %s is never exceeded, nothing is lost by it, and it is no failure',
  async (scope) => {
    const calls = 15
    const reader = poller(allowing('mastodon', [{ scope, calls, perSeconds: 60 }]))
    const [post] = world.sandbox.world.posts('mastodon', true)
    speak(world.sandbox.world, { platform: 'mastodon', author: { name: 'Ada' }, text: `Is this kept, by ${scope}?`, parentId: post!.id })
    const startAt = callsTo('mastodon')
    const perStep: number[] = []
    for (let passed = 0; passed < 300; passed += 5) {
      const before = callsTo('mastodon')
      world.pass(5_000)
      await reader.begin()
      await reader.settled()
      perStep.push(callsTo('mastodon') - before)
      expect(await rowOf('mastodon')).toMatchObject({ failures: 0, error: null })
    }
    expect(callsTo('mastodon') - startAt).toBeGreaterThan(calls)
    for (let from = 0; from + 12 <= perStep.length; from += 1)
      expect(perStep.slice(from, from + 12).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(calls)
    await world.drain()
    expect((await world.rows()).some((row) => row.lastMessage?.text.includes(`Is this kept, by ${scope}?`))).toBe(true)
  },
)

test('the quieter a channel, the longer until it is read again', async () => {
  const waitOf = async () => (await rowOf('bluesky')).due_at.getTime() - world.ctx.now().getTime()
  const after = async (ms: number) => {
    world.pass(ms)
    await world.drain()
    return (await waitOf()) / 1000
  }
  await world.ctx.db.system.execute(sql`update channel set last_delivery_at = ${world.ctx.now().toISOString()}::timestamptz`)
  expect(await after(60_000)).toBe(15)
  expect(await after(20 * 60_000)).toBe(30)
  expect(await after(5 * 3_600_000)).toBe(60)
  expect(await after(48 * 3_600_000)).toBe(120)
})
