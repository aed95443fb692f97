import { afterAll, beforeAll, expect, test } from 'vitest'
import { platformById } from '@answerback/platforms/registry'
import { sampleFile } from '@answerback/platforms/conformance/sample-file'
import { dialectOf } from '@answerback/sandbox/registry'
import type { PlatformId } from '@answerback/sandbox/world/item'
import { ask } from '@answerback/sandbox/world/speak'
import { bringFile } from '../../test/files.ts'
import { connectAll, openWorld, playedPlatforms, type World } from '../../test/world.ts'
import { knownTypes } from '../http/file-kind.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  await world.settle(5_000)
})
afterAll(() => world.close())

const mediaOf = (id: PlatformId) => platformById(id)!.can.replyLimit.media
const platforms = playedPlatforms.filter((id) => mediaOf(id))

test('every type that a platform takes is known by its bytes here', () => {
  expect(platforms.length).toBeGreaterThan(0)
  for (const id of platforms) expect(knownTypes, id).toEqual(expect.arrayContaining(Object.keys(mediaOf(id)!.types)))
})

type Answer = { conversationId: string; state: string; files: { bytes: Buffer; alt: string }[] }

/** Two files where two are taken, with words, as an answer to somebody new. */
async function answerWithFiles(platform: PlatformId, said: string): Promise<Answer> {
  ask(world.sandbox.world, { platform, author: { name: 'Ana' }, text: `Does the strap come off? ${said}` })
  await world.settle(90_000)
  const row = (await world.rows()).find((each) => each.platform === platform && each.waitingMessage?.text.includes(said))!
  const count = Math.min(2, mediaOf(platform)!.max)
  const files = Array.from({ length: count }, (_, n) => ({
    bytes: Buffer.from(sampleFile('image/png', n).bytes),
    alt: mediaOf(platform)!.altMax ? `Clip ${n}` : '',
  }))
  const media = []
  for (const { bytes, alt } of files) media.push({ uploadId: await bringFile(world, bytes), alt })
  const body = { text: `It does, see the clips. ${said}`, media, undoSeconds: 0 }
  const { status, body: reply } = await world.request('POST', `/api/v1/conversations/${row.id}/replies`, { body, idempotencyKey: said })
  expect(status, JSON.stringify(reply)).toBe(202)
  await world.settle(120_000)
  const { state } = (await world.request('GET', `/api/v1/replies/${reply.id}`)).body
  return { conversationId: row.id, state, files }
}
const accepted = (said: string) =>
  world.sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.includes(`clips. ${said}`)).length

test.each(platforms)('%s: files go with the words, once, as they were brought', async (platform) => {
  const said = `plain-${platform}`
  const { conversationId, state, files } = await answerWithFiles(platform, said)
  expect(state).toBe('sent')
  expect(accepted(said)).toBe(1)
  const { items, files: kept } = world.sandbox.world
  const there = [...items[platform].values()].filter(({ text }) => text.includes(`clips. ${said}`))
  expect(there.map(({ media }) => media.map(({ fileId, alt }) => ({ bytes: kept.find(platform, fileId)?.bytes, alt })))).toEqual([files])
  sent.set(platform, conversationId)
})

test.each(platforms)('%s: an answer whose taking was not heard of is found, and not sent again', async (platform) => {
  world.sandbox.faults.add({ platform, match: { ...dialectOf(platform).calls.write, times: 1 }, fault: { kind: 'accept_then_reset' } })
  const { state } = await answerWithFiles(platform, `lost-${platform}`)
  expect(world.sandbox.faults.list().map((rule) => rule.met)).toContain(1)
  world.sandbox.faults.clear()
  expect(state).toBe(platformById(platform)!.can.exactlyOnce === 'none' ? 'needs_check' : 'sent')
  expect(accepted(`lost-${platform}`)).toBe(1)
})

/** Conversations by platform, for what comes back of them. */
const sent = new Map<PlatformId, string>()
let heardAgain: Promise<void> | null = null

test.each(platforms)('%s: the answer stays one message when it comes back', async (platform) => {
  await (heardAgain ??= world.drain({ polls: true }))
  const { messages } = (await world.request('GET', `/api/v1/conversations/${sent.get(platform)}`)).body
  const ours = messages.filter((each: { direction: string }) => each.direction === 'out')
  expect(ours).toMatchObject([{ earlier: [] }])
  expect(ours[0].text, 'words without the markup that shows the picture there').not.toContain('![')
})
