import { afterAll, beforeAll, expect, test } from 'vitest'
import { platforms } from '@answerback/platforms/registry'
import type { PlatformId } from '@answerback/sandbox/world/item'
import { aPng, bringFile } from './files.ts'
import { someoneAsks } from './people.ts'
import { connectAll, openWorld, type World } from './world.ts'

/** Large enough for every platform. */
const picture = aPng(400, 380, 90)
const words = 'The strap has two clips of brass'
const taking = platforms.flatMap(({ id, can }) => (can.replyLimit.media?.types['image/png'] ? [id as PlatformId] : []))
const keepsAlt = (id: PlatformId): boolean => platforms.find((each) => each.id === id)!.can.replyLimit.media!.altMax !== undefined

let world: World
/** The conversation and the reply on each platform. */
const answered = new Map<PlatformId, { conversationId: string; replyId: string }>()
beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  for (const platform of taking) {
    const { id: conversationId } = await someoneAsks(world, platform)
    const media = [{ uploadId: await bringFile(world, picture), ...(keepsAlt(platform) && { alt: 'The strap' }) }]
    const { status, body } = await world.request('POST', `/api/v1/conversations/${conversationId}/replies`, {
      body: { text: words, media, undoSeconds: 0 },
      idempotencyKey: `a picture on ${platform}`,
    })
    expect(status, `${platform}: ${JSON.stringify(body)}`).toBe(202)
    answered.set(platform, { conversationId, replyId: body.id })
  }
  await world.settle(30_000)
  await world.drain({ polls: true })
}, 180_000)
afterAll(() => world.close())

test('twelve platforms take pictures', () => {
  expect(taking).toHaveLength(12)
})

test.each(taking)('%s shows the picture of an answer, once, and the answer stays one message when it comes back', async (platform) => {
  const { conversationId, replyId } = answered.get(platform)!
  const { state, reason } = (await world.request('GET', `/api/v1/replies/${replyId}`)).body
  expect([state, reason ?? null]).toEqual(['sent', null])
  const { items, files } = world.sandbox.world
  const there = [...items[platform].values()].filter(({ text }) => text.includes(words))
  expect(there).toHaveLength(1)
  expect(there[0]!.media.map(({ fileId, alt }) => [files.find(platform, fileId)?.bytes.equals(picture), alt])).toEqual([
    [true, keepsAlt(platform) ? 'The strap' : ''],
  ])
  const { messages } = (await world.request('GET', `/api/v1/conversations/${conversationId}`)).body
  const ours = messages.filter((each: { direction: string }) => each.direction === 'out')
  expect(ours).toHaveLength(1)
  expect(ours[0].earlier).toEqual([])
  expect(ours[0].text, 'words without the markup that shows the picture there').not.toContain('![')
})
