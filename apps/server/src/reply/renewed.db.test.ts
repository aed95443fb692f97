import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PlatformError } from '@answerback/platforms/error'
import type { Platform } from '@answerback/platforms/platform'
import { someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { ioOf } from '../access/channel-io.ts'
import { schema as t } from '../db/schema.ts'

let world: World
let channelId: string
let asGiven: readonly Platform[]
beforeAll(async () => {
  world = await openWorld()
  channelId = (await connectAll(world)).facebook
  asGiven = world.ctx.platforms
})
afterAll(() => world.close())

type Reply = Platform['reply']
/** Facebook as it is, but for what comes before a reply. */
const beforeReplying = (run: (...given: Parameters<Reply>) => Promise<void>) =>
  (world.ctx.platforms = asGiven.map((each) =>
    each.id === 'facebook' ? { ...each, reply: (io, input) => run(io, input).then(() => each.reply(io, input)) } : each,
  ))
/** As a reading does it meanwhile, with a refresh token that is good once. */
const renewElsewhere = async () => {
  const [channel] = await world.ctx.db.system.select().from(t.channel).where(eq(t.channel.id, channelId))
  const io = await ioOf(world.ctx, channel!)
  await io.save(io.credentials)
}
const spent = () => new PlatformError('reauthorize', 'The refresh token was used before')

const answer = async (text: string) => {
  const row = await someoneAsks(world)
  const body = { text, undoSeconds: 0 }
  const sent = await world.request('POST', `/api/v1/conversations/${row.id}/replies`, { body, idempotencyKey: text })
  await world.settle(20_000)
  const reply = (await world.request('GET', `/api/v1/replies/${sent.body.id}`)).body
  const channels = (await world.request('GET', '/api/v1/channels')).body.items as { id: string; state: string }[]
  return { reply, channel: channels.find((each) => each.id === channelId)! }
}
const onPlatform = (text: string) =>
  world.sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.includes(text)).length

test('a token renewed elsewhere while a reply was under way: the reply goes with the new one, once, and the channel stays on', async () => {
  let tries = 0
  beforeReplying(async () => {
    tries += 1
    if (tries > 1) return
    await renewElsewhere()
    throw spent()
  })
  const { reply, channel } = await answer('It does, twice over.')
  expect([tries, reply.state, channel.state, onPlatform('It does, twice over.')]).toEqual([2, 'sent', 'healthy', 1])
})

test('one that is renewed elsewhere at every try is given up in the end, and a person is told', async () => {
  beforeReplying(async () => {
    await renewElsewhere()
    throw spent()
  })
  const { reply, channel } = await answer('Over and over.')
  await world.settle(120_000)
  expect((await world.request('GET', `/api/v1/replies/${reply.id}`)).body).toMatchObject({ state: 'rejected', reason: spent().message })
  expect([channel.state, onPlatform('Over and over.')]).toEqual(['healthy', 0])
})

test('a token that is refused although this very try renewed it takes a person', async () => {
  beforeReplying(async (io) => {
    await io.save(io.credentials)
    throw spent()
  })
  const { reply, channel } = await answer('After my own renewing.')
  expect([reply.state, reply.dueAt, channel.state]).toEqual(['queued', null, 'needs_reauthorization'])
})
