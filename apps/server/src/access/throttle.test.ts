import { expect, test } from 'vitest'
import { afterFailure, type Attempts } from './throttle.ts'

const start = new Date('2026-11-23T09:00:00Z')
const later = (ms: number) => new Date(start.getTime() + ms)
const minute = 60_000
const none: Attempts = { failures: 0, lastAt: start, blockedUntil: null }

test('the fifth failure closes for 15 minutes, each further one for twice as long, up to a day', () => {
  let now = start
  let attempts = none
  const blockedMinutes: number[] = []
  for (let failure = 1; failure <= 13; failure += 1) {
    attempts = afterFailure(attempts, now, 5)
    const until = attempts.blockedUntil ?? now
    blockedMinutes.push((until.getTime() - now.getTime()) / minute)
    now = until
  }
  expect(blockedMinutes).toEqual([0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 960, 1_440, 1_440])
})

test('a few failures are forgotten after a quiet quarter of an hour, many only after a quiet day', () => {
  const few: Attempts = { failures: 4, lastAt: start, blockedUntil: null }
  expect(afterFailure(few, later(16 * minute), 5)).toMatchObject({ failures: 1, blockedUntil: null })
  expect(afterFailure(few, later(14 * minute), 5)).toMatchObject({ failures: 5, blockedUntil: later(29 * minute) })
  const many: Attempts = { failures: 7, lastAt: start, blockedUntil: later(60 * minute) }
  expect(afterFailure(many, later(20 * 60 * minute), 5).failures).toBe(8)
  expect(afterFailure(many, later(25 * 60 * minute), 5)).toMatchObject({ failures: 1, blockedUntil: null })
})
