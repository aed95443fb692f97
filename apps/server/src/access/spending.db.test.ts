import { afterEach, beforeEach, expect, test } from 'vitest'
import { speak } from '@answerback/sandbox/world/speak'
import { connectChannel } from './channels.ts'
import { openWorld, type World } from '../../test/world.ts'

let world: World
let channelId: string
beforeEach(async () => {
  world = await openWorld()
  world.ctx.fetch = fetch
  world.ctx.platforms = world.ctx.platforms.map((each) =>
    each.id === 'mastodon' ? { ...each, costs: { reply: 0.5, replyWithLink: 2 } } : each,
  )
  channelId = await connectChannel(world.ctx, world.workspaceId, 'mastodon', settingsOf())
})
afterEach(() => world.close())

const settingsOf = () => world.sandbox.platforms.find((each) => each.id === 'mastodon')!.settings

async function ask(name: string): Promise<void> {
  const post = world.sandbox.world.posts('mastodon', true)[0]!
  speak(world.sandbox.world, { platform: 'mastodon', author: { name }, text: `A question of ${name}`, parentId: post.id })
  world.pass(60_000)
  await world.drain({ polls: true })
}
async function reply(name: string, text: string) {
  const row = (await world.rows()).find((each) => each.waitingMessage?.text.includes(`question of ${name}`))!
  const said = await world.request('POST', `/api/v1/conversations/${row.id}/replies`, {
    body: { text, undoSeconds: 0 },
    idempotencyKey: `${name} ${text}`,
  })
  await world.drain()
  return said
}
async function answer(name: string, text: string) {
  await ask(name)
  return reply(name, text)
}
const spent = async () => {
  const { items } = (await world.request('GET', '/api/v1/channels')).body
  return items.find((each: { id: string }) => each.id === channelId).health.spent
}
const patch = (body: unknown) => world.request('PATCH', `/api/v1/channels/${channelId}`, { key: world.keys.owner, body })

test('what answers cost counts, also while the channel is read; over the limit they are refused only where that was asked for', async () => {
  expect((await answer('Ada', 'Yes.')).status).toBe(202)
  await world.drain({ polls: true })
  expect(await spent()).toEqual({ usd: 0.5, capUsd: null, capsReplies: false })
  expect((await patch({ monthlyCapUsd: 1 })).status).toBe(204)
  expect((await answer('Bea', 'See https://example.org')).status).toBe(202)
  expect(await spent()).toEqual({ usd: 2.5, capUsd: 1, capsReplies: false })

  expect((await patch({ capReplies: true, monthlyCapUsd: 3 })).status).toBe(204)
  const tooDear = await answer('Cleo', 'See https://example.org')
  expect(tooDear).toMatchObject({ status: 409, body: { code: 'cost_cap_reached' } })
  expect(tooDear.body.detail).toContain('has cost $2.50 this month, this answer costs $2.000, and $3.00 is the limit')
  expect((await answer('Dora', 'Yes.')).status).toBe(202)
  expect(await spent()).toEqual({ usd: 3, capUsd: 3, capsReplies: true })
  expect((await reply('Cleo', 'Yes.')).status).toBe(409)
  const sent = world.sandbox.world.journal.ledger.filter((entry) => entry.platform === 'mastodon' && !entry.repeated)
  expect(sent).toHaveLength(3)
  world.pass(31 * 86_400_000)
  expect((await answer('Fine', 'Yes.')).status).toBe(202)
  expect(await spent()).toMatchObject({ usd: 0.5 })
})

test('answers that may still be undone count against the limit, too', async () => {
  expect((await patch({ capReplies: true, monthlyCapUsd: 1 })).status).toBe(204)
  for (const name of ['Ada', 'Bea', 'Cleo']) await ask(name)
  const held = async (name: string) => {
    const row = (await world.rows()).find((each) => each.waitingMessage?.text.includes(`question of ${name}`))!
    return world.request('POST', `/api/v1/conversations/${row.id}/replies`, {
      body: { text: 'Yes.', undoSeconds: 10 },
      idempotencyKey: `held ${name}`,
    })
  }
  expect([(await held('Ada')).status, (await held('Bea')).status]).toEqual([202, 202])
  const third = await held('Cleo')
  expect(third).toMatchObject({ status: 409, body: { code: 'cost_cap_reached' } })
  expect(third.body.detail).toContain('has cost $1.00 this month, with what is on its way, this answer costs $0.500')
  await world.settle(30_000)
  expect(await spent()).toMatchObject({ usd: 1 })
})
