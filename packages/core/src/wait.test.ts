import { expect, test } from 'vitest'
import { type Wait, waitGroup, waitStep } from './wait.ts'

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
  expect(waitStep(against(240), waitedMs)).toBe(step)
  expect(waitGroup(against(240), waitedMs)).toBe(group)
})

test('over a day is cold once it is late, and not before', () => {
  expect(waitStep(against(20 * hour), 24 * hour)).toBe(3)
  expect(waitStep(against(20 * hour), 24 * hour + 1)).toBe(4)
  expect(waitStep(against(48 * hour), 30 * hour)).toBe(1)
  expect(waitStep(against(48 * hour), 47 * hour)).toBe(2)
})

test('over a weekend that is no time, nobody comes closer to being due', () => {
  // Since Friday 16:00, due on Monday 10:00, its last quarter from 9:30 on.
  const wait = { since: 0, dueSoonAt: 65.5 * hour, dueAt: 66 * hour }
  expect([waitGroup(wait, 60 * hour), waitGroup(wait, 65.5 * hour), waitGroup(wait, 66 * hour)]).toEqual(['waiting', 'due_soon', 'late'])
})

/** A wait since 0 against a target of calendar time. */
function against(targetMs: number): Wait {
  return { since: 0, dueSoonAt: targetMs * 0.75, dueAt: targetMs }
}
