import { expect, test } from 'vitest'
import { followHint, spacingFor, type Patience } from './hints.ts'

/** How long each of these hints waits (milliseconds since the first). */
function waits(atMs: number[], spacingMs: number): number[] {
  let patience: Patience = { left: 4, at: 0 }
  return atMs.map((at) => {
    const next = followHint(patience, at, spacingMs)
    patience = next.patience
    return next.waitMs
  })
}

test('the first few hints are followed at once, those after them as often as reading may go on for ever', () => {
  expect(waits([0, 10, 20, 30], 10_000)).toEqual([0, 0, 0, 0])
  const [fifth, sixth] = waits([0, 0, 0, 0, 0, 0], 10_000).slice(4)
  expect([fifth, sixth]).toEqual([10_000, 20_000])
  expect(waits([0, 0, 0, 0, 60_000, 60_000, 60_000, 60_000, 60_000], 10_000).slice(4)).toEqual([0, 0, 0, 0, 10_000])
})

test('a clock that goes back makes nobody wait for ever', () => {
  expect(waits([1_000_000, 0, 0, 0, 0], 1_000)).toEqual([0, 0, 0, 0, 1_000])
})

test('rounds of many calls follow each other more seldom than those of few, and leave a part to replies', () => {
  const budgets = [{ scope: 'channel' as const, calls: 300, perSeconds: 300 }]
  expect(spacingFor(budgets, 8)).toBe(10_000)
  expect(spacingFor(budgets, 24)).toBe(30_000)
  expect(spacingFor([{ scope: 'channel', calls: 50, perSeconds: 1 }], 8)).toBe(1_000)
  expect(spacingFor([], 100)).toBe(1_000)
})
