import { afterAll, beforeAll, expect, test } from 'vitest'
import { dialectOf } from '@answerback/sandbox/registry'
import type { PlatformId } from '@answerback/sandbox/world/item'
import { ask, speak } from '@answerback/sandbox/world/speak'
import { platformById } from '@answerback/platforms/registry'
import { connectAll, openWorld, playedPlatforms, type World } from '../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  await world.settle(5_000)
})
afterAll(() => world.close())

/** Where only looking tells whether a reply went out, and people answer each other below one comment. */
const platforms = playedPlatforms.filter((id) => {
  const { can } = platformById(id)!
  return can.exactlyOnce === 'find' && can.reads.includes('reply')
})

test('a reply that never went out is not taken for another with the same words below the same comment', async () => {
  const { sandbox } = world
  const said = (platform: PlatformId, words: string) => ({ platform, author: { name: words.split(' ')[0]! }, text: words })
  const firsts = platforms.map((platform) => ask(sandbox.world, said(platform, 'Ana likes it')))
  await world.settle(120_000)
  for (const [at, platform] of platforms.entries()) speak(sandbox.world, { ...said(platform, 'Bo likes it too'), parentId: firsts[at]!.id })
  await world.settle(120_000)
  const answer = async (platform: PlatformId, whom: string) => {
    const row = (await world.rows()).find((each) => each.platform === platform && each.waitingMessage?.text.includes(whom))
    expect(row, `${platform}: ${whom} waits`).toBeDefined()
    const body = { text: 'Thank you so very much!', undoSeconds: 0 }
    const sent = await world.request('POST', `/api/v1/conversations/${row!.id}/replies`, { body, idempotencyKey: `${platform} ${whom}` })
    expect(sent.status, platform).toBe(202)
    return sent.body.id as string
  }
  for (const platform of platforms) await answer(platform, 'Ana')
  await world.settle(10_000)
  for (const platform of platforms)
    sandbox.faults.add({ platform, match: { ...dialectOf(platform).calls.write, times: 1 }, fault: { kind: 'hang' } })
  const seconds: string[] = []
  for (const platform of platforms) seconds.push(await answer(platform, 'Bo'))
  await world.settle(120_000)
  for (const [at, platform] of platforms.entries()) {
    const { state } = (await world.request('GET', `/api/v1/replies/${seconds[at]}`)).body
    const written = sandbox.world.journal.ledger.filter(
      (entry) => !entry.repeated && entry.platform === platform && entry.text?.includes('so very much'),
    )
    // One may know surely that it is not there, and send it again.
    expect(['needs_check 1', 'sent 2'], platform).toContain(`${state} ${written.length}`)
  }
}, 180_000)
