import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { businessMs, dueAtMs, instantAt, roundTheClock } from './hours.ts'
import type { BusinessHours, OpenInterval } from './hours.ts'

const hour = 3_600_000
const at = (iso: string) => Date.parse(iso)
const daily = (from: string, to: string, days = [1, 2, 3, 4, 5, 6, 7]): OpenInterval[] => days.map((day) => ({ day, from, to }))
const office: BusinessHours = {
  timeZone: 'Europe/Berlin',
  week: [...daily('09:00', '12:00', [1, 2, 3, 4, 5]), ...daily('13:00', '17:00', [1, 2, 3, 4, 5])],
  holidays: ['2026-12-25'],
}
const always = (timeZone: string): BusinessHours => ({ timeZone, week: daily('00:00', '24:00'), holidays: [] })

describe('business time', () => {
  test('counts only what lies within the intervals of the day', () => {
    expect(businessMs(at('2026-11-23T10:30:00Z'), at('2026-11-23T12:30:00Z'), office)).toBe(hour)
    expect(businessMs(at('2026-11-23T11:10:00Z'), at('2026-11-23T11:50:00Z'), office)).toBe(0)
  })

  test('a night, a weekend and a holiday are no time', () => {
    expect(businessMs(at('2026-11-20T15:00:00Z'), at('2026-11-23T09:00:00Z'), office)).toBe(2 * hour)
    expect(businessMs(at('2026-12-24T15:00:00Z'), at('2026-12-28T09:00:00Z'), office)).toBe(2 * hour)
  })

  test('no hours are open day and night, and it is never below zero', () => {
    expect(businessMs(5, 12, null)).toBe(7)
    expect(businessMs(12, 5, null)).toBe(0)
    expect(businessMs(at('2026-11-23T12:30:00Z'), at('2026-11-23T10:30:00Z'), office)).toBe(0)
  })

  test('overlapping intervals count once, and one that ends before it begins not at all', () => {
    const hours = { ...office, week: [...daily('09:00', '12:00'), ...daily('11:00', '13:00'), ...daily('18:00', '17:00')] }
    expect(businessMs(at('2026-11-23T00:00:00Z'), at('2026-11-24T00:00:00Z'), hours)).toBe(4 * hour)
  })

  test('an unknown zone is refused', () => {
    expect(() => businessMs(0, 1, always('Mars/Olympus'))).toThrow(RangeError)
  })
})

describe('when something is due', () => {
  test('two hours from Friday evening on are over on Monday morning', () => {
    expect(dueAtMs(at('2026-11-20T15:00:00Z'), 3 * hour, office)).toBe(at('2026-11-23T10:00:00Z'))
    expect(dueAtMs(at('2026-11-20T15:00:00Z'), 3 * hour, null)).toBe(at('2026-11-20T18:00:00Z'))
  })

  test('to the end of the day is in that day, and a holiday is skipped', () => {
    expect(dueAtMs(at('2026-11-23T15:00:00Z'), hour, office)).toBe(at('2026-11-23T16:00:00Z'))
    expect(dueAtMs(at('2026-12-24T15:00:00Z'), 2 * hour, office)).toBe(at('2026-12-28T09:00:00Z'))
  })

  test('a clock that never opens ends after ten years', () => {
    const due = dueAtMs(at('2026-01-01T00:00:00Z'), hour, { ...office, week: [] })
    expect(due).toBe(at('2026-01-01T00:00:00Z') + 3_660 * 24 * hour)
  })

  test('a wall time is found in its zone, on the days of change too', () => {
    expect(instantAt('2026-11-20', '18:00', 'Europe/Lisbon')).toBe(at('2026-11-20T18:00:00Z'))
    expect(instantAt('2026-03-29', '09:00', 'Europe/Berlin')).toBe(at('2026-03-29T07:00:00Z'))
  })
})

describe('when clocks change', () => {
  const day = (date: string, hours: BusinessHours) =>
    businessMs(at(`${date}T00:00:00Z`) - 12 * hour, at(`${date}T00:00:00Z`) + 36 * hour, {
      ...hours,
      week: hours.week.filter((one) => one.day === 7),
    })

  test('the spring day has 23 hours, the autumn day 25', () => {
    expect(day('2026-03-29', always('Europe/Berlin'))).toBe(23 * hour)
    expect(day('2026-10-25', always('Europe/Berlin'))).toBe(25 * hour)
    expect(day('2026-03-08', always('America/New_York'))).toBe(23 * hour)
    expect(day('2026-11-01', always('America/New_York'))).toBe(25 * hour)
    expect(day('2026-04-05', always('Australia/Lord_Howe'))).toBe(24.5 * hour)
  })

  test('office hours away from the change are as long as ever, an hour of wall time earlier or later', () => {
    const shop = { ...always('Europe/Berlin'), week: daily('09:00', '17:00') }
    expect(businessMs(at('2026-03-28T15:00:00Z'), at('2026-03-29T08:00:00Z'), shop)).toBe(2 * hour)
    expect(businessMs(at('2026-10-24T14:00:00Z'), at('2026-10-25T09:00:00Z'), shop)).toBe(2 * hour)
  })

  test('the hour that is skipped is no time', () => {
    expect(day('2026-03-29', { ...always('Europe/Berlin'), week: daily('02:00', '03:00') })).toBe(0)
    expect(day('2026-03-29', { ...always('Europe/Berlin'), week: daily('01:30', '02:30') })).toBe(hour / 2)
    expect(day('2026-03-29', { ...always('Europe/Berlin'), week: daily('02:30', '04:00') })).toBe(hour)
  })

  test('the hour that comes twice counts twice', () => {
    expect(day('2026-10-25', { ...always('Europe/Berlin'), week: daily('02:00', '03:00') })).toBe(2 * hour)
    expect(day('2026-10-25', { ...always('Europe/Berlin'), week: [...daily('01:00', '02:30'), ...daily('02:30', '04:00')] })).toBe(4 * hour)
  })

  test('midnight that comes twice belongs to one day (Havana), and a date that never was has none (Apia)', () => {
    expect(businessMs(at('2026-10-31T04:00:00Z'), at('2026-11-02T05:00:00Z'), always('America/Havana'))).toBe(49 * hour)
    const skipped = { ...always('Pacific/Apia'), week: daily('00:00', '24:00', [5]) }
    expect(businessMs(at('2011-12-29T20:00:00Z'), at('2011-12-30T20:00:00Z'), skipped)).toBe(0)
  })
})

describe('laws', () => {
  const wall = fc
    .integer({ min: 0, max: 96 })
    .map((quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`)
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Havana', 'Asia/Kathmandu', 'Pacific/Apia']
  const someHours = fc.record({
    timeZone: fc.constantFrom(...zones),
    week: fc.array(fc.record({ day: fc.integer({ min: 1, max: 7 }), from: wall, to: wall }), { maxLength: 12, size: 'max' }),
    holidays: fc.array(
      fc.integer({ min: 0, max: 60 }).map((day) => new Date(at('2026-10-01T00:00:00Z') + day * 24 * hour).toISOString().slice(0, 10)),
      { maxLength: 3 },
    ),
  })
  /** Around the changes of spring and autumn. */
  const instant = fc.oneof(
    fc.integer({ min: at('2026-03-01T00:00:00Z'), max: at('2026-04-15T00:00:00Z') }),
    fc.integer({ min: at('2026-10-15T00:00:00Z'), max: at('2026-11-15T00:00:00Z') }),
  )

  test('at most wall time, and additive over splits', () => {
    fc.assert(
      fc.property(someHours, fc.array(instant, { minLength: 3, maxLength: 3 }), (hours, instants) => {
        const [a, b, c] = instants.toSorted((x, y) => x - y) as [number, number, number]
        const whole = businessMs(a, c, hours)
        expect(whole).toBeGreaterThanOrEqual(0)
        expect(whole).toBeLessThanOrEqual(c - a)
        expect(businessMs(a, b, hours) + businessMs(b, c, hours)).toBe(whole)
      }),
      { numRuns: 100 },
    )
  })

  test('something is due in the first instant at which so much business time has passed', () => {
    const openSomehow = someHours.filter((hours) => hours.week.some((interval) => interval.from < interval.to))
    fc.assert(
      fc.property(openSomehow, instant, fc.integer({ min: 60_000, max: 60 * hour }), (hours, from, forMs) => {
        const due = dueAtMs(from, forMs, hours)
        expect(businessMs(from, due, hours)).toBe(forMs)
        expect(businessMs(from, due - 1, hours)).toBeLessThan(forMs)
        expect(due).toBeGreaterThanOrEqual(from + forMs)
      }),
      { numRuns: 60 },
    )
  })

  test('round the clock it is due when calendar time says so', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, fc.integer({ min: 60_000, max: 100 * hour }), (timeZone, from, forMs) => {
        expect(dueAtMs(from, forMs, { timeZone, week: roundTheClock, holidays: [] })).toBe(from + forMs)
      }),
      { numRuns: 60 },
    )
  })

  test('equal to wall time when open around the clock', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, instant, (zone, a, b) => {
        expect(businessMs(Math.min(a, b), Math.max(a, b), always(zone))).toBe(Math.abs(b - a))
      }),
      { numRuns: 100 },
    )
  })
})
