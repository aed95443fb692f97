import { afterAll, beforeAll, expect, test } from 'vitest'
import { speak } from '@answerback/sandbox/world/speak'
import { someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
})
afterAll(() => world.close())

test('what a platform has taken and does not show yet says what it waits for, and is the same reply once it is shown', async () => {
  const row = await someoneAsks(world, 'mastodon')
  const among = world.ctx.platforms
  world.ctx.platforms = among.map((platform) => ({
    ...platform,
    reply: async () => ({ externalId: '', url: null, pending: 'A moderator looks at it', facts: [] }),
  }))
  const { body: reply } = await world.request('POST', `/api/v1/conversations/${row.id}/replies`, {
    body: { text: 'On Friday.', undoSeconds: 0 },
    idempotencyKey: 'pending',
  })
  await world.settle(5_000)
  const read = async () => (await world.request('GET', `/api/v1/conversations/${row.id}`)).body
  expect(await read()).toMatchObject({
    state: 'waiting',
    replies: [{ id: reply.id, state: 'sent', reason: 'A moderator looks at it' }],
  })

  world.ctx.platforms = among
  speak(world.sandbox.world, { platform: 'mastodon', author: 'brand', text: 'On Friday.', parentId: row.lastMessage.externalId })
  world.pass(60_000)
  await world.drain({ polls: true })
  expect(await read()).toMatchObject({
    state: 'answered',
    replies: [],
    turns: [{ state: 'answered', source: 'here' }],
    messages: [{ direction: 'in' }, { direction: 'out', replyId: reply.id, pending: null }],
  })
})
