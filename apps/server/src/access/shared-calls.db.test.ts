import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../../test/world.ts'
import { readShared, takeShared } from './shared-calls.ts'

let world: World
beforeAll(async () => void (world = await openWorld()))
afterAll(() => world.close())

const budgets = [
  { scope: 'app' as const, calls: 10, perSeconds: 60 },
  { scope: 'app' as const, calls: 15, perSeconds: 3_600 },
]

test('many who ask at once, in any order and before anybody ever did, get what there is and no more', async () => {
  const names = ["lemmy o'brien.example", 'x app']
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const order = index % 2 === 0 ? names : names.toReversed()
      return takeShared(
        world.ctx,
        order.map((name) => ({ name, budgets, calls: 1, share: 1 })),
      )
    }),
  )
  expect(answers.flat().filter((freeAt) => freeAt === null)).toHaveLength(20)
  const used = await readShared(
    world.ctx,
    names.map((name) => ({ name, budgets })),
  )
  for (const name of names)
    for (const { perSeconds } of budgets) expect(used.get(name)![perSeconds]!.reduce((sum, [, calls]) => sum + calls, 0)).toBe(10)
})

test('where it fails in the middle nothing is taken, and whoever comes next is not held up', async () => {
  const ask = { name: 'mastodon z.example', budgets, calls: 10, share: 1 }
  const withoutClock = () => {
    throw new Error('The clock stands still')
  }
  await expect(takeShared({ ...world.ctx, now: withoutClock }, [ask])).rejects.toThrow('The clock stands still')
  expect(await takeShared(world.ctx, [ask])).toEqual([null])
})
