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

/** Two files where two are taken, with words, as an answer to somebody new. */
async function answerWithFiles(platform: PlatformId, said: string): Promise<string> {
  ask(world.sandbox.world, { platform, author: { name: 'Ana' }, text: `Does the strap come off? ${said}` })
  await world.settle(90_000)
  const row = (await world.rows()).find((each) => each.platform === platform && each.waitingMessage?.text.includes(said))!
  const count = Math.min(2, mediaOf(platform)!.max)
  const media = []
  for (let n = 0; n < count; n += 1)
    media.push({
      uploadId: await bringFile(world, Buffer.from(sampleFile('image/png', n).bytes)),
      alt: mediaOf(platform)!.altMax ? `Clip ${n}` : '',
    })
  const body = { text: `It does, see the clips. ${said}`, media, undoSeconds: 0 }
  const { status, body: reply } = await world.request('POST', `/api/v1/conversations/${row.id}/replies`, { body, idempotencyKey: said })
  expect(status, JSON.stringify(reply)).toBe(202)
  await world.settle(120_000)
  return (await world.request('GET', `/api/v1/replies/${reply.id}`)).body.state
}
const accepted = (said: string) =>
  world.sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.includes(`clips. ${said}`)).length

test.each(platforms)('%s: files go with the words, once', async (platform) => {
  expect(await answerWithFiles(platform, `plain-${platform}`)).toBe('sent')
  expect(accepted(`plain-${platform}`)).toBe(1)
})

test.each(platforms)('%s: an answer whose taking was not heard of is found, and not sent again', async (platform) => {
  world.sandbox.faults.add({ platform, match: { ...dialectOf(platform).calls.write, times: 1 }, fault: { kind: 'accept_then_reset' } })
  const state = await answerWithFiles(platform, `lost-${platform}`)
  expect(world.sandbox.faults.list().map((rule) => rule.met)).toContain(1)
  world.sandbox.faults.clear()
  expect(state).toBe(platformById(platform)!.can.exactlyOnce === 'none' ? 'needs_check' : 'sent')
  expect(accepted(`lost-${platform}`)).toBe(1)
})
