import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlatformId } from '@answerback/sandbox/world/item'
import { ask } from '@answerback/sandbox/world/speak'
import { platformById } from '@answerback/platforms/registry'
import { connectAll, openWorld, playedPlatforms, type World } from '../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  await world.settle(5_000)
})
afterAll(() => world.close())

/** One answer at most, which can be taken back: the next one may have the name of the one before. */
const platforms = playedPlatforms.filter((id) => platformById(id)!.can.oneReply && platformById(id)!.can.remove)

test.each(platforms)('%s: who took an answer back answers again', async (platform: PlatformId) => {
  ask(world.sandbox.world, { platform, author: { name: 'Ana' }, text: 'Does the strap come off?' })
  await world.settle(90_000)
  const { id } = (await world.rows()).find((row) => row.platform === platform)!
  const read = async () => (await world.request('GET', `/api/v1/conversations/${id}`)).body
  const answer = async (text: string) => {
    const body = { text, undoSeconds: 0 }
    const { status } = await world.request('POST', `/api/v1/conversations/${id}/replies`, { body, idempotencyKey: `${platform} ${text}` })
    expect(status).toBe(202)
    await world.settle(90_000)
    return read()
  }
  const { state, messages } = await answer('It does')
  expect(state).toBe('answered')
  const ours = messages.find((message: { text: string }) => message.text === 'It does')
  expect((await world.request('PUT', `/api/v1/messages/${ours.id}/removal`, {})).status).toBe(204)
  await world.settle(90_000)
  expect((await read()).state).toBe('waiting')
  const again = await answer('It does, by two clips')
  expect(again.state).toBe('answered')
  const shown = again.messages.filter((message: { state: string }) => message.state !== 'removed')
  expect(shown.map((message: { text: string }) => message.text)).toEqual(['Does the strap come off?', 'It does, by two clips'])
})
