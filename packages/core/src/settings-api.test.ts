import { expect, test } from 'vitest'
import { hours } from './settings-api.ts'

const monday = (from: string, to: string) => ({ day: 1, from, to })
const wrong = (week: unknown[], holidays: unknown[] = []) =>
  hours.safeParse({ week, holidays }).error?.issues.map((each) => each.path.join('.')) ?? []

test('hours are intervals that lie apart, up to midnight', () => {
  expect(wrong([monday('00:00', '12:00'), monday('12:00', '24:00'), { ...monday('09:00', '17:00'), day: 7 }], ['2026-12-25'])).toEqual([])
})

test.each([
  ['nobody is ever there', [], [], ['week']],
  ['two overlap', [monday('09:00', '12:00'), monday('11:00', '13:00')], [], ['week.1']],
  ['it ends before it begins', [monday('22:00', '06:00')], [], ['week.0']],
  ['there is no such time', [monday('11:60', '17:00')], [], ['week.0.from']],
  ['there is no such day', [{ ...monday('09:00', '17:00'), day: 8 }], [], ['week.0.day']],
  ['there is no such date', [monday('09:00', '17:00')], ['2026-02-30'], ['holidays.0']],
])('hours are refused where %s', (_, week, holidays, at) => {
  expect(wrong(week, holidays)).toEqual(at)
})
