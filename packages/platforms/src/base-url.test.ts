import { expect, test } from 'vitest'
import { standIn } from './base-url.ts'

const usual = 'https://mybusiness.googleapis.com'
const token = 'https://oauth2.googleapis.com/token'

test('calls go where they are meant to, unless an address stands in for the platform: then all of them go there', () => {
  expect(standIn(`${usual}/v4/x?y=1`, usual, undefined)).toBe(`${usual}/v4/x?y=1`)
  expect(standIn(token, usual, usual)).toBe(token)
  expect(standIn(`${usual}/v4/x?y=1`, usual, 'http://127.0.0.1:4000/google/')).toBe('http://127.0.0.1:4000/google/v4/x?y=1')
  expect(standIn(token, usual, 'http://127.0.0.1:4000/google')).toBe('http://127.0.0.1:4000/google/oauth2.googleapis.com/token')
  expect(standIn('https://mybusiness.googleapis.com.evil.example/x', usual, 'https://proxy.example')).toBe(
    'https://proxy.example/mybusiness.googleapis.com.evil.example/x',
  )
})
