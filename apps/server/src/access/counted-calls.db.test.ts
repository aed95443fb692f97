import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { speak } from '@answerback/sandbox/world/speak'
import { schema as t } from '../db/schema.ts'
import { openPoller } from '../intake/poller.ts'
import { openWorld, type World } from '../../test/world.ts'
import { ioOf } from './channel-io.ts'
import { connectChannel } from './channels.ts'

let world: World
let channelId: string
beforeEach(async () => {
  world = await openWorld()
  world.ctx.fetch = fetch
  const { settings } = world.sandbox.platforms.find((each) => each.id === 'mastodon')!
  channelId = await connectChannel(world.ctx, world.workspaceId, 'mastodon', settings)
  await world.drain({ polls: true })
})
afterEach(() => world.close())

/** The pretend Mastodon may be asked only so often in a minute. */
function allow(scope: 'channel' | 'app', calls: number): void {
  world.ctx.platforms = world.ctx.platforms.map((each) =>
    each.id === 'mastodon' ? { ...each, budgets: [{ scope, calls, perSeconds: 60 }] } : each,
  )
}
const calls = () => world.sandbox.world.journal.calls.filter((call) => call.platform === 'mastodon').length

async function read(): Promise<number> {
  const before = calls()
  await world.ctx.db.system.update(t.poll).set({ dueAt: world.ctx.now() }).where(eq(t.poll.channelId, channelId))
  const poller = openPoller(world.ctx)
  await poller.begin()
  await poller.settled()
  poller.close()
  return calls() - before
}

/** How many of so many calls go out, each of them no reading; and what the first that does not says. */
async function ask(times: number) {
  const [channel] = await world.ctx.db.system.select().from(t.channel).where(eq(t.channel.id, channelId))
  const io = await ioOf(world.ctx, channel!)
  for (let made = 0; made < times; made += 1) {
    try {
      await io.fetch(`${world.sandbox.urls.mastodon}/api/v1/instance`)
    } catch (error) {
      return { made, error }
    }
  }
  return { made: times, error: null }
}

test.each(['channel', 'app'] as const)(
  'what is asked beside reading counts against the allowance by %s, and reading waits for it, not it for reading',
  async (scope) => {
    allow(scope, 20)
    const first = await ask(100)
    expect(first).toMatchObject({ made: 20, error: { kind: 'rate_limited', notSent: true } })
    expect((first.error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(0)
    expect(await read()).toBe(0)
    world.pass(67_000)
    expect(await read()).toBeGreaterThan(0)
    // A round that had enough leaves at least a fifth to others.
    expect((await ask(4)).made).toBe(4)
    world.pass(67_000)
    expect((await ask(100)).made).toBe(20)
  },
)

test('a reply beyond the allowance is not lost: it says why it waits, and goes once', async () => {
  const post = world.sandbox.world.posts('mastodon', true)[0]!
  speak(world.sandbox.world, { platform: 'mastodon', author: { name: 'Ada' }, text: 'Does it fold?', parentId: post.id })
  world.pass(60_000)
  await world.drain({ polls: true })
  const row = (await world.rows()).find((each) => each.waitingMessage?.text.includes('Does it fold'))!
  allow('channel', 20)
  await ask(100)
  await world.request('POST', `/api/v1/conversations/${row.id}/replies`, {
    body: { text: 'It does.', undoSeconds: 0 },
    idempotencyKey: 'k',
  })
  await world.drain()
  const reply = async () => (await world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.select().from(t.reply)))[0]!
  const sent = () => world.sandbox.world.journal.ledger.filter((entry) => entry.text?.includes('It does.')).length
  expect([sent(), await replyState()]).toEqual([0, ['queued', 'What may be asked of the platform is used up for now']])
  await world.settle(80_000)
  expect([sent(), (await replyState())[0]]).toEqual([1, 'sent'])

  async function replyState() {
    const { state, reason } = await reply()
    return [state, reason]
  }
})
