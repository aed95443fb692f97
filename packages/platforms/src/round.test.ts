import { expect, test } from 'vitest'
import { PlatformError } from './error.ts'
import type { PlatformErrorKind } from './error.ts'
import { attempt, finish, inGroups, pageGuard, takeTurn } from './round.ts'
import type { Round } from './round.ts'

const failing = (kind: PlatformErrorKind, retryAfterMs?: number) => () => Promise.reject(new PlatformError(kind, kind, { retryAfterMs }))

test.each([
  ['unavailable', false, true],
  ['rate_limited', false, true],
  ['rejected', true, true],
  ['gone', true, false],
] as const)('a later step that is %s goes on: %s, and is trouble: %s', async (kind, goesOn, isTrouble) => {
  const round: Round = { pages: [], trouble: null }
  expect(await attempt(round, failing(kind))).toBe(goesOn)
  expect(round.trouble !== null).toBe(isTrouble)
})

test('a dead token and a slip of ours end the round', async () => {
  const round: Round = { pages: [], trouble: null }
  await expect(attempt(round, failing('reauthorize'))).rejects.toMatchObject({ kind: 'reauthorize' })
  await expect(attempt(round, () => Promise.reject(new TypeError('slip')))).rejects.toThrow('slip')
})

test('a platform that asks for patience gets it', async () => {
  const round: Round = { pages: [], trouble: null }
  await attempt(round, failing('rate_limited', 90_000))
  expect(finish(round, 1, 15_000)).toMatchObject({ waitMs: 90_000, cursor: 1, trouble: { kind: 'rate_limited' } })
  expect(finish({ pages: [], trouble: null }, 1, 15_000)).toEqual({ pages: [], cursor: 1, waitMs: 15_000 })
})

test('everything has its turn', () => {
  const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const seen = new Set<string>()
  let turn = 0
  for (let round = 0; round < 3; round += 1) {
    const taken = takeTurn(items, turn, { newest: 2, others: 2 })
    expect(taken.chosen).toHaveLength(4)
    expect(taken.chosen.slice(0, 2)).toEqual(['a', 'b'])
    taken.chosen.forEach((each) => seen.add(each))
    turn = taken.turn
  }
  expect([...seen].sort()).toEqual(items)
  expect(takeTurn([], 9, { newest: 2, others: 2 })).toEqual({ chosen: [], turn: 0 })
  expect(takeTurn(['a'], 9, { newest: 2, others: 2 }).chosen).toEqual(['a'])
})

test('groups keep order and lose nothing', () => {
  expect(inGroups([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(inGroups([], 2)).toEqual([])
})

test('a place met twice, or one too many, ends the reading', () => {
  const guard = pageGuard(2)
  guard('a')
  expect(() => guard('a')).toThrow(PlatformError)
  guard('b')
  expect(() => guard('c')).toThrow(PlatformError)
})
