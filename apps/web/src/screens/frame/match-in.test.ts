import { expect, test } from 'vitest'
import { matchIn } from './match-in.ts'

test('marks what was typed, whole before scattered, and in any case', () => {
  expect(marked('Snooze…', 'sn')).toBe('[Sn]ooze…')
  expect(marked('Assign to Mia', 'sn')).toBe('A[s]sig[n] to Mia')
  expect(marked('Reply', '')).toBe('Reply')
})

test('no match without every letter in order', () => {
  expect([matchIn('Reply', 'rz'), matchIn('Reply', 'yr')]).toEqual([null, null])
})

test('a name whose small letters are longer than itself is still marked right', () => {
  expect(marked('İnes', 'nes')).toBe('İ[nes]')
})

function marked(label: string, wanted: string): string | undefined {
  return matchIn(label, wanted)
    ?.map((part) => (part.hit ? `[${part.text}]` : part.text))
    .join('')
}
