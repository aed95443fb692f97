import { expect, test } from 'vitest'
import { waitAfterFailure, waitAfterRound } from './poll-pace.ts'

const now = new Date('2026-11-23T12:00:00Z')
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
const round = { now, waitMs: 15_000, lastActivityAt: minutesAgo(0), quota: null, calls: 10 }

test('where something just happened is read every 15 s, and ever more seldom the quieter it gets', () => {
  const waits = [0, 9, 11, 59, 61, 23 * 60, 25 * 60].map((each) => waitAfterRound({ ...round, lastActivityAt: minutesAgo(each) }) / 1000)
  expect(waits).toEqual([15, 15, 30, 30, 60, 60, 120])
})

test('a platform that asks for more patience gets it', () => {
  expect(waitAfterRound({ ...round, waitMs: 60_000 })).toBe(60_000)
})

test('what the platform says is left is spread over the time until it counts anew, and a rest stays for replies', () => {
  const resetsAt = new Date(now.getTime() + 300_000)
  expect(waitAfterRound({ ...round, quota: { left: 300, resetsAt } })).toBe(15_000)
  expect(waitAfterRound({ ...round, quota: { left: 60, resetsAt } })).toBe(60_000)
  expect(waitAfterRound({ ...round, quota: { left: 15, resetsAt } })).toBe(300_000)
  expect(waitAfterRound({ ...round, quota: { left: 0, resetsAt: minutesAgo(1) } })).toBe(15_000)
})

test('a failure waits as long as the platform asks, else longer each time', () => {
  expect([1, 2, 3, 9, 50].map((failures) => waitAfterFailure(failures, null) / 1000)).toEqual([5, 10, 20, 900, 900])
  expect(waitAfterFailure(1, 3_600_000)).toBe(3_600_000)
  expect(waitAfterFailure(5, 0)).toBe(1_000)
})
