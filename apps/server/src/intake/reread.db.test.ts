import { sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { ask, speak } from '@answerback/sandbox/world/speak'
import type { Item } from '@answerback/sandbox/world/item'
import { connectAll, openWorld, type World } from '../../test/world.ts'

const three = ['facebook', 'bluesky', 'mastodon'] as const
/** More than one round reads again. */
const people = 90

let world: World
afterAll(() => world?.close())

async function waitingOn(platform: string): Promise<number> {
  const { body } = await world.request('GET', '/api/v1/counts')
  const { rows } = await world.ctx.db.system.execute<{ id: string }>(sql`select id from channel where platform = ${platform}`)
  return body.byChannel[rows[0]!.id] ?? 0
}

async function listed(platform: string, text: string): Promise<string[]> {
  const { body } = await world.request('GET', `/api/v1/conversations?state=waiting&platform=${platform}&limit=100`)
  return body.items
    .map((row: { waitingMessage: { text: string } }) => row.waitingMessage.text)
    .filter((each: string) => each.includes(text))
}

test('everybody who waits is read again in turn: what a platform tells nobody of, an edit or a removal, is seen within minutes, in lists and counts', async () => {
  world = await openWorld()
  // On Facebook below a post that is too old to be read by itself.
  const old = speak(world.sandbox.world, { platform: 'facebook', author: 'brand', text: 'Long ago' })
  world.pass(20 * 86_400_000)
  for (let n = 0; n < 21; n += 1) speak(world.sandbox.world, { platform: 'facebook', author: 'brand', text: `Newer, ${n}` })
  await connectAll(world)
  await world.drain({ polls: true })
  const said: Record<(typeof three)[number], Item[]> = { facebook: [], bluesky: [], mastodon: [] }
  for (const platform of three)
    for (let n = 0; n < people; n += 1) {
      const words = { platform, author: { name: `Fan ${n}` }, text: `Question ${n}?` }
      said[platform].push(
        platform === 'facebook' ? speak(world.sandbox.world, { ...words, parentId: old.id }) : ask(world.sandbox.world, words),
      )
    }
  await world.settle(60_000)
  for (const platform of three) expect(await waitingOn(platform)).toBe(people)

  world.sandbox.faults.setWebhooks({ missing: 1 })
  const [removed, edited] = [
    [0, 50, people - 1],
    [1, 60, people - 2],
  ]
  for (const platform of three) {
    for (const n of removed!) world.sandbox.world.remove(said[platform][n]!)
    for (const n of edited!) world.sandbox.world.edit(said[platform][n]!, said[platform][n]!.text.replace('Question', 'Changed'))
  }
  world.pass(1_000)
  await world.settle(300_000)
  for (const platform of three) {
    expect(await waitingOn(platform), platform).toBe(people - 3)
    const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
      tx.execute<{ text: string }>(sql`select text from message where platform = ${platform} and text like '%Changed%'`),
    )
    expect(rows, platform).toHaveLength(3)
    expect(await listed(platform, 'Question 0?')).toEqual([])
    expect(await listed(platform, 'Changed 1?')).toHaveLength(1)
  }
}, 120_000)
