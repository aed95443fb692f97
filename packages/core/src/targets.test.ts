import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TurnState } from './history.ts'
import type { BusinessHours } from './hours.ts'
import { comingFriday, dueOf, targetOf, type Target } from './targets.ts'

const hour = 3_600_000
const office: BusinessHours = {
  timeZone: 'Europe/Lisbon',
  week: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' })),
  holidays: [],
}
const at = (iso: string) => Date.parse(iso)
const calendar = (hours: number): Target => ({ seconds: hours * 3_600, clock: 'calendar' })
const business = (hours: number): Target => ({ seconds: hours * 3_600, clock: 'business' })

describe('due', () => {
  test('by the calendar it is so long after, whatever the hours', () => {
    expect(dueOf(0, calendar(4), office)).toEqual({ dueSoonAt: 3 * hour, dueAt: 4 * hour })
  })

  test('by business time what comes in after hours begins with the next opening', () => {
    expect(dueOf(at('2026-11-20T18:00:00Z'), business(4), office)).toEqual({
      dueSoonAt: at('2026-11-23T12:00:00Z'),
      dueAt: at('2026-11-23T13:00:00Z'),
    })
  })
})

test('the coming Friday is that of the zone, today included', () => {
  expect(comingFriday(at('2026-11-20T23:30:00Z'), '18:00', 'Europe/Lisbon')).toBe(at('2026-11-20T18:00:00Z'))
  expect(comingFriday(at('2026-11-20T23:30:00Z'), '18:00', 'Asia/Tokyo')).toBe(at('2026-11-27T09:00:00Z'))
  expect(comingFriday(at('2026-11-23T08:00:00Z'), '18:00', 'America/New_York')).toBe(at('2026-11-27T23:00:00Z'))
})

describe('the target of a turn', () => {
  test('that is open is the one that holds now', () => {
    expect(targetOf({ state: 'open' }, { now: calendar(1), before: { state: 'open', target: calendar(9) }, stamped: null })).toEqual(
      calendar(1),
    )
  })

  test('that ends is the one that holds in that moment, and of a closing the one stamped into it', () => {
    const before = { state: 'open', target: calendar(9) } as const
    expect(targetOf({ state: 'answered' }, { now: calendar(1), before, stamped: null })).toEqual(calendar(1))
    expect(targetOf({ state: 'closed' }, { now: calendar(1), before, stamped: calendar(2) })).toEqual(calendar(2))
  })

  test('that has ended is moved by no later target, through any number of changes', () => {
    const target = fc.record({
      seconds: fc.integer({ min: 60, max: 90_000 }),
      clock: fc.constantFrom('calendar' as const, 'business' as const),
    })
    const ends = fc.constantFrom<TurnState>('answered', 'closed', 'moderated', 'withdrawn')
    fc.assert(
      fc.property(ends, target, fc.array(target, { minLength: 1 }), (state, first, later) => {
        const stamped = state === 'closed' ? first : null
        let held = targetOf({ state }, { now: first, before: null, stamped })
        for (const now of later) held = targetOf({ state }, { now, before: { state, target: held }, stamped })
        expect(held).toEqual(first)
      }),
      { numRuns: 100 },
    )
  })

  test('that is reopened is again the one that holds now', () => {
    const before = { state: 'closed', target: calendar(9) } as const
    expect(targetOf({ state: 'open' }, { now: calendar(2), before, stamped: null })).toEqual(calendar(2))
  })
})
