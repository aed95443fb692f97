import { eq } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectChannel } from '../access/channels.ts'
import { schema as t } from '../db/schema.ts'
import { openWorld, type World } from '../../test/world.ts'
import { claimPolls, type Claimed } from './poll-claim.ts'
import { openKeeper, type Kept } from './poll-keep.ts'

let world: World
let claimed: Claimed[]
beforeEach(async () => {
  world = await openWorld()
  world.ctx.fetch = fetch
  for (const platform of ['mastodon', 'bluesky'] as const) {
    const { settings } = world.sandbox.platforms.find((each) => each.id === platform)!
    await connectChannel(world.ctx, world.workspaceId, platform, settings)
  }
  world.pass(1_000)
  claimed = await claimPolls(world.ctx, { free: 10, perLane: 10, perFailingLane: 10, lanes: new Map() })
  expect(claimed).toHaveLength(2)
})
afterEach(() => world.close())

/** A round that brought these bodies and ended at this cursor. */
function round(each: Claimed, bodies: string[], cursor: string): Kept {
  const now = world.ctx.now()
  const { id: channelId, platform } = each.channel
  const page = (body: string) => ({
    ...{
      id: uuidv7(),
      platform,
      channelId,
      kind: 'notifications',
      request: { n: body },
      body: Buffer.from(body),
      receivedAt: now,
      dueAt: now,
    },
  })
  return { claimed: each, deliveries: bodies.map(page), state: { ...each.poll, cursor, dueAt: new Date(now.getTime() + 15_000) } }
}

const pagesOf = async ({ channel }: Claimed) =>
  (await world.ctx.db.system.select().from(t.delivery).where(eq(t.delivery.channelId, channel.id)))
    .map((row) => [row.request, row.body.toString()])
    .toSorted()
const cursorOf = async ({ channel }: Claimed) =>
  (await world.ctx.db.system.select().from(t.poll).where(eq(t.poll.channelId, channel.id)))[0]!.cursor

test('rounds that end together are written down each with its own pages, byte for byte', async () => {
  const [a, b] = claimed as [Claimed, Claimed]
  const rounds = [round(a, ['one', 'zwölf 🌻', ''], 'a1'), round(b, ['another'], 'b1')]
  const keeper = openKeeper(world.ctx)
  expect(await Promise.all(rounds.map(keeper.keep))).toEqual(rounds.map((kept) => kept.deliveries.map((page) => page.id)))
  expect(await pagesOf(a)).toEqual(
    [
      [{ n: '' }, ''],
      [{ n: 'one' }, 'one'],
      [{ n: 'zwölf 🌻' }, 'zwölf 🌻'],
    ].toSorted(),
  )
  expect(await pagesOf(b)).toEqual([[{ n: 'another' }, 'another']])
  expect([await cursorOf(a), await cursorOf(b)]).toEqual(['a1', 'b1'])
})

test('of a channel that another poller has taken meanwhile nothing is written, and of the others all', async () => {
  const [a, b] = claimed as [Claimed, Claimed]
  const before = await cursorOf(a)
  await world.ctx.db.system
    .update(t.poll)
    .set({ leasedUntil: new Date(a.leasedUntil.getTime() + 1_000) })
    .where(eq(t.poll.channelId, a.channel.id))
  const rounds = [round(a, ['late'], 'a1'), round(b, ['in time'], 'b1')]
  const keeper = openKeeper(world.ctx)
  expect(await Promise.all(rounds.map(keeper.keep))).toEqual([[], [rounds[1]!.deliveries[0]!.id]])
  expect([await pagesOf(a), await cursorOf(a)]).toEqual([[], before])
  expect([await pagesOf(b), await cursorOf(b)]).toEqual([[[{ n: 'in time' }, 'in time']], 'b1'])
})

test('a round that cannot be written fails alone', async () => {
  const [a, b] = claimed as [Claimed, Claimed]
  const [broken, whole] = [round(a, ['x'], 'a1'), round(b, ['y'], 'b1')]
  broken.deliveries[0]!.id = 'no id'
  const keeper = openKeeper(world.ctx)
  const [first, second] = await Promise.allSettled([keeper.keep(broken), keeper.keep(whole)])
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
  expect([await pagesOf(a), await pagesOf(b)]).toEqual([[], [[{ n: 'y' }, 'y']]])
})
