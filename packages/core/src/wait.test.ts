import { expect, test } from 'vitest'
import { waitGroup, waitStep } from './wait.ts'

const hour = 3_600_000

test.each([
  ['fresh', 0, 0, 'waiting'],
  ['fresh to the last', 59, 0, 'waiting'],
  ['waiting from a quarter', 60, 1, 'waiting'],
  ['waiting until three quarters', 179, 1, 'waiting'],
  ['due in its last quarter', 180, 2, 'due_soon'],
  ['due to the last', 239, 2, 'due_soon'],
  ['late from the target on', 240, 3, 'late'],
  ['late at exactly twice the target', 480, 3, 'late'],
  ['cold above it', 481, 4, 'late'],
] as const)('%s', (_, waitedMs, step, group) => {
  expect(waitStep(waitedMs, 240)).toBe(step)
  expect(waitGroup(waitedMs, 240)).toBe(group)
})

test('over a day is cold once it is late, and not before', () => {
  expect(waitStep(24 * hour, 20 * hour)).toBe(3)
  expect(waitStep(24 * hour + 1, 20 * hour)).toBe(4)
  expect(waitStep(30 * hour, 48 * hour)).toBe(1)
  expect(waitStep(47 * hour, 48 * hour)).toBe(2)
})
