import { expect, test } from 'vitest'
import { together } from './together.ts'

/** Calls that end only when told, each with the ids it got. */
function openCalls() {
  const calls: { ids: string[]; end: (error?: Error) => void }[] = []
  const run = (ids: string[]) =>
    new Promise<void>((resolve, reject) => calls.push({ ids, end: (error) => (error ? reject(error) : resolve()) }))
  return { calls, run }
}

test('one alone goes at once, and what comes meanwhile goes together', async () => {
  const { calls, run } = openCalls()
  const take = together(50, run)
  const first = take(['a'])
  expect(calls.map((call) => call.ids)).toEqual([['a']])
  const [second, third] = [take(['b', 'c']), take(['c', 'd'])]
  expect(calls).toHaveLength(1)
  calls[0]!.end()
  await first
  expect(calls.map((call) => call.ids)).toEqual([['a'], ['b', 'c', 'd']])
  calls[1]!.end()
  await Promise.all([second, third])
})

test('no call takes more than allowed, unless one caller brings more', async () => {
  const { calls, run } = openCalls()
  const take = together(2, run)
  const all = [take(['a']), take(['b']), take(['c']), take(['d', 'e', 'f']), take(['g'])]
  for (let index = 0; index < 4; index += 1) {
    calls[index]!.end()
    await all[[0, 2, 3, 4][index]!]
  }
  expect(calls.map((call) => call.ids)).toEqual([['a'], ['b', 'c'], ['d', 'e', 'f'], ['g']])
})

test('a call that fails fails for those it took alone', async () => {
  const { calls, run } = openCalls()
  const take = together(1, run)
  const [first, second] = [take(['a']), take(['b'])]
  calls[0]!.end(new Error('the database is away'))
  await expect(first).rejects.toThrow('the database is away')
  calls[1]!.end()
  await second
})
