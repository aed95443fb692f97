import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Platform, ReplyInput } from '@answerback/platforms/platform'
import { someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

let world: World
let sent: ReplyInput[] = []

/** Every platform as it is, but able to answer in private for a day, in a place that it shows to nobody. */
function confiding(platform: Platform): Platform {
  return {
    ...platform,
    can: { ...platform.can, privateReply: true, windowHours: { privately: 24 } },
    reply: async (io, input) => {
      sent.push(input)
      return input.privately ? { externalId: `private ${input.key}`, url: null, facts: [] } : platform.reply(io, input)
    },
  }
}

beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  world.ctx.platforms = world.ctx.platforms.map(confiding)
})
afterAll(() => world.close())

const answer = (id: string, body: object, idempotencyKey = crypto.randomUUID()) =>
  world.request('POST', `/api/v1/conversations/${id}/replies`, {
    body: { text: 'I wrote to you.', undoSeconds: 0, ...body },
    idempotencyKey,
  })

test('a private answer goes to its writer alone and ends their turn', async () => {
  const row = await someoneAsks(world)
  sent = []
  const { body } = await answer(row.id, { privately: true })
  expect((await world.request('GET', `/api/v1/replies/${body.id}`)).body.privately).toBe(true)
  await world.settle(5_000)
  expect(sent).toMatchObject([{ privately: true, text: 'I wrote to you.' }])
  expect((await world.request('GET', `/api/v1/conversations/${row.id}`)).body).toMatchObject({
    state: 'answered',
    private: false,
    turns: [{ state: 'answered', source: 'here' }],
    messages: [{ private: false }, { private: true, text: 'I wrote to you.', direction: 'out' }],
  })
})

test('after the hours that the platform leaves it is refused in a sentence, and a public answer still goes', async () => {
  const row = await someoneAsks(world)
  world.pass(25 * 3_600_000)
  expect((await answer(row.id, { privately: true })).body).toMatchObject({
    code: 'window_over',
    detail: expect.stringContaining('24 hours'),
  })
  expect((await answer(row.id, {})).status).toBe(202)
})

test('where the account may not, it says so', async () => {
  const row = await someoneAsks(world)
  await world.ctx.db.system.execute(`update channel set settings = settings || '{"cannot":"privateReply"}'`)
  expect((await answer(row.id, { privately: true })).body.code).toBe('not_possible_there')
})
