import { expect, test } from 'vitest'
import { calmly } from './calmly.ts'

test('the first time is told at once, later ones every half a minute with how many there were', () => {
  let nowMs = 0
  const told: [string, number | undefined][] = []
  const tell = calmly(
    ({ message }, { times }) => told.push([message, times]),
    () => nowMs,
  )
  for (; nowMs <= 60_000; nowMs += 250) tell(new Error(`at ${nowMs}`))
  expect(told).toEqual([
    ['at 0', undefined],
    ['at 30000', 120],
    ['at 60000', 120],
  ])
  nowMs += 3_600_000
  tell(new Error('again'))
  expect(told.at(-1)).toEqual(['again', undefined])
})
