import { expect, test } from 'vitest'
import { spanOf } from './duration.ts'
import { whenText } from './instants.ts'
import { snoozeChoices } from './snooze-times.ts'

test('a span rounds down and is never negative', () => {
  expect(spanOf(59_999)).toMatchObject({ shape: 'seconds', seconds: 59 })
  expect(spanOf(8_099_999)).toMatchObject({ shape: 'hours', hours: 2, minutes: 14 })
  expect(spanOf(86_400_000 * 3 + 3_600_000 * 4)).toMatchObject({ shape: 'days', days: 3, hours: 4 })
  expect(spanOf(-5_000)).toMatchObject({ shape: 'seconds', seconds: 0 })
})

test('today the time alone, this week with its day, before that with its date, in the zone of the workspace', () => {
  const now = Date.parse('2026-03-19T13:02:00Z')
  expect(whenText('2026-03-19T10:48:00Z', now, 'Europe/Berlin')).toBe('11:48')
  expect(whenText('2026-03-17T15:20:00Z', now, 'Europe/Berlin')).toBe('Tue 16:20')
  expect(whenText('2026-03-03T15:20:00Z', now, 'Europe/Berlin')).toBe('3 Mar 16:20')
  expect(whenText('2026-03-18T23:30:00Z', now, 'Europe/Berlin')).toBe('00:30')
})

test('snooze: this afternoon only while it is still to come, Monday only when it is not tomorrow', () => {
  const thursdayMorning = new Date(2026, 2, 19, 9, 30).getTime()
  expect(snoozeChoices(thursdayMorning).map((choice) => [choice.id, choice.at.getDay(), choice.at.getHours()])).toEqual([
    ['hour', 4, 10],
    ['afternoon', 4, 14],
    ['tomorrow', 5, 9],
    ['monday', 1, 9],
  ])
  const sundayEvening = new Date(2026, 2, 22, 18, 0).getTime()
  expect(snoozeChoices(sundayEvening).map((choice) => choice.id)).toEqual(['hour', 'tomorrow'])
  const mondayNoon = new Date(2026, 2, 23, 12, 59).getTime()
  expect(snoozeChoices(mondayNoon).at(-1)?.at.getDate()).toBe(30)
})
