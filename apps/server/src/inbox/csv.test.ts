import { expect, test } from 'vitest'
import { csvLine } from './csv.ts'

test('a line is what RFC 4180 says, with words for yes and no, and instants in UTC', () => {
  expect(csvLine(['a', 1.5, null, true, false, new Date('2026-11-23T10:00:00Z')])).toBe('a,1.5,,yes,no,2026-11-23T10:00:00.000Z\r\n')
  expect(csvLine(['say "hi"', 'a,b', 'two\nlines', ''])).toBe('"say ""hi""","a,b","two\nlines",\r\n')
})

test.each(['=1+1', '+351 1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '=HYPERLINK("http://a.example","b")'])(
  'what a spreadsheet would run is text: %j',
  (text) => expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/),
)

test('numbers of ours stay numbers', () => expect(csvLine([-3, 'a=b', ' =1'])).toBe('-3,a=b, =1\r\n'))
