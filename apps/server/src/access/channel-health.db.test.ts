import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { speak } from '@answerback/sandbox/world/speak'
import type { Channel } from '@answerback/core/api'
import type { Platform } from '@answerback/platforms/platform'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import type { Context } from '../context.ts'
import { openPoller } from '../intake/poller.ts'

let world: World
let channels: Awaited<ReturnType<typeof connectAll>>

beforeAll(async () => {
  world = await openWorld()
  channels = await connectAll(world)
  await world.drain({ polls: true })
})
afterAll(() => world.close())

async function channel(id: string): Promise<Channel> {
  const { body } = await world.request('GET', '/api/v1/channels')
  return body.items.find((each: Channel) => each.id === id)
}

function comment(text: string, platform: keyof typeof channels = 'facebook'): void {
  const [post] = world.sandbox.world.posts(platform, true)
  speak(world.sandbox.world, { platform, author: { name: 'Ada' }, text, parentId: post!.id })
}

test('what polling finds is named, and does not make a channel healthy whose webhooks never came', async () => {
  world.sandbox.faults.setWebhooks({ missing: 1 })
  comment('Found by nobody but polling?')
  world.pass(70_000)
  await world.drain({ polls: true })
  const before = await channel(channels.facebook)
  expect(before).toMatchObject({
    state: 'no_delivery_yet',
    health: { lastWebhookAt: null, foundByReading: { count: 1, at: before.lastPollAt } },
  })
  expect(before.health.lagMs).toBeGreaterThanOrEqual(70_000)
  world.sandbox.faults.setWebhooks({ missing: 0 })
  comment('And this one by webhook?')
  world.pass(5_000)
  await world.drain()
  const after = await channel(channels.facebook)
  expect(after).toMatchObject({ state: 'healthy', health: { foundByReading: { count: 1 } } })
  expect(after.health.lastWebhookAt).not.toBeNull()
})

test('a channel that is only polled is healthy once something came, and has no webhooks to miss', async () => {
  comment('Do you ship?', 'mastodon')
  world.pass(20_000)
  await world.drain({ polls: true })
  expect(await channel(channels.mastodon)).toMatchObject({ state: 'healthy', health: { lastWebhookAt: null, foundByReading: null } })
})

/** The world with a Mastodon that tells what is left and costs a dollar a round. */
function changed(poll: Partial<Awaited<ReturnType<Platform['poll']>>>): Context {
  const platforms = world.ctx.platforms.map((each) =>
    each.id === 'mastodon'
      ? {
          ...each,
          costs: { read: 0.01 },
          poll: async (...args: Parameters<Platform['poll']>) => ({ ...(await each.poll(...args)), ...poll }),
        }
      : each,
  )
  // One that is slow on a busy machine is no trouble of the channel.
  return { ...world.ctx, platforms, fetch }
}

async function roundsOf(ctx: Context, rounds: number): Promise<void> {
  const poller = openPoller(ctx)
  for (let round = 0; round < rounds; round += 1) {
    await world.ctx.db.system.execute(
      sql`update poll set due_at = case when platform = 'mastodon' then ${world.ctx.now().toISOString()}::timestamptz else due_at + interval '1 year' end, leased_until = null`,
    )
    await poller.begin()
    await poller.settled()
  }
  poller.close()
}

test('what the platform says is left is shown, and the next reading waits so that it lasts', async () => {
  const resetAt = new Date(world.ctx.now().getTime() + 300_000).toISOString()
  await roundsOf(changed({ quota: { left: 12, of: 300, resetAt } }), 1)
  const { health, nextPollAt } = await channel(channels.mastodon)
  expect(health.quota).toEqual({ left: 12, of: 300, resetsAt: resetAt })
  expect(nextPollAt).toBe(resetAt)
})

test('reading stops at what it may cost in a month, says so, and goes on in the next', async () => {
  const ctx = changed({ spentUsd: 1 })
  const capped = await world.request('PATCH', `/api/v1/channels/${channels.mastodon}`, {
    key: world.keys.owner,
    body: { monthlyCapUsd: 2.5 },
  })
  expect(capped.status).toBe(204)
  const asked = () => world.sandbox.world.journal.calls.filter((call) => call.platform === 'mastodon').length
  await roundsOf(ctx, 3)
  const before = asked()
  await roundsOf(ctx, 2)
  expect(asked()).toBe(before)
  expect((await channel(channels.mastodon)).error).toBe(
    'Mastodon has cost $3.00 this month, and $2.50 is what you allow. Reading goes on next month, or once you allow more.',
  )
  world.pass(32 * 86_400_000)
  await roundsOf(ctx, 1)
  expect(asked()).toBeGreaterThan(before)
  expect((await channel(channels.mastodon)).error).toBeNull()
})
