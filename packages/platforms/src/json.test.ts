import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantOf, parseJson } from './json.ts'

test('integers beyond 2^53 keep their digits, in values only', () => {
  expect(parseJson('{"a":12345678901234567890,"b":-9007199254740993,"c":[9007199254740991],"d":"12345678901234567890"}')).toEqual({
    a: '12345678901234567890',
    b: '-9007199254740993',
    c: [9007199254740991],
    d: '12345678901234567890',
  })
  expect(parseJson('{"a":1.2345678901234567890,"b":12345678901234567890e2,"1234567890123456789":1}')).toEqual({
    a: 1.2345678901234567,
    b: Number('12345678901234567890e2'),
    '1234567890123456789': 1,
  })
})

test('any other JSON is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json(), fc.integer({ min: 1e15, max: Number.MAX_SAFE_INTEGER }), (json, number) => {
      const text = `[${json},${number},"\\"${number}${number}\\\\"]`
      expect(parseJson(text)).toEqual(JSON.parse(text, keepDigits))
    }),
  )
})

function keepDigits(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d{16,}$/.test(String(value)) ? String(value) : value
}

test('a megabyte of escaped quotes that never ends is refused at once', () => {
  const startedAt = performance.now()
  expect(() => parseJson(`"1234567890123456${'\\"'.repeat(500_000)}`)).toThrow(SyntaxError)
  expect(performance.now() - startedAt).toBeLessThan(2000)
})

test.each([
  ['2026-11-18T10:00:00+0000', '2026-11-18T10:00:00.000Z'],
  ['2026-11-18T10:00:00+02:00', '2026-11-18T08:00:00.000Z'],
  ['2026-11-18T10:00:00', '2026-11-18T10:00:00.000Z'],
  [1795000000, '2026-11-18T11:06:40.000Z'],
  ['1795000000', '2026-11-18T11:06:40.000Z'],
  ['0001-01-01T00:00:00Z', null],
  ['+275760-09-13T00:00:00.000Z', null],
  ['2026-13-01T00:00:00Z', null],
  ['yesterday', null],
  ['1', null],
  [Number.NaN, null],
  [1e15, null],
  [null, null],
])('%j is the instant %j', (value, wanted) => {
  expect(instantOf(value)).toBe(wanted)
})
