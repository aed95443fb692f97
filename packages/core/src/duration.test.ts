import { expect, test } from 'vitest'
import { formatDuration } from './duration.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

test.each([
  [-5 * minute, '0 s'],
  [999, '0 s'],
  [40 * second, '40 s'],
  [minute - 1, '59 s'],
  [minute, '1 m'],
  [58 * minute + 59 * second, '58 m'],
  [hour, '1 h'],
  [2 * hour + 14 * minute, '2 h 14 m'],
  [day - 1, '23 h 59 m'],
  [day, '1 d'],
  [3 * day + 4 * hour + 59 * minute, '3 d 4 h'],
  [1_200 * day, '1,200 d'],
])('%d ms in English is %s', (ms, words) => {
  expect(formatDuration(ms, 'en')).toBe(words)
})

test('units and digits are those of the locale', () => {
  expect(formatDuration(3 * day + 4 * hour, 'fr')).toBe('3 j 4 h')
  expect(formatDuration(2 * hour + 14 * minute, 'ar-EG')).toMatch(/^٢\s?س ١٤\s?د$/u)
})
