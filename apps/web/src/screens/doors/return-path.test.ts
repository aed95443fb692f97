import { expect, test } from 'vitest'
import { readDoorSearch, returnPath } from './return-path.ts'

test.each([
  ['/c/0199a1f2-1111-7000-8000-000000000001?view=mine', '/c/0199a1f2-1111-7000-8000-000000000001?view=mine'],
  ['/queue', '/queue'],
  ['/settings/people#invite', '/settings/people#invite'],
  [undefined, '/inbox'],
  ['', '/inbox'],
  ['/', '/inbox'],
  ['/sign-in?to=/queue', '/inbox'],
  ['/invitation?token=x', '/inbox'],
])('after signing in, %s leads to %s', (to, expected) => {
  expect(returnPath(to)).toBe(expected)
})

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'javascript:alert(1)',
  '/\t/evil.example',
  ' //evil.example',
])('nobody is led away by %j', (to) => {
  expect(returnPath(to)).toBe('/inbox')
})

test('a token of digits alone is still the token', () => {
  expect(readDoorSearch({ token: 12345, to: '/queue' })).toEqual({ token: '12345', to: '/queue' })
  expect(readDoorSearch({ token: '', to: {} })).toEqual({ token: undefined, to: undefined })
})
