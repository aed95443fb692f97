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

test.each(['Hi;=1+1;@x', "hello\n=cmd|' /C calc'!A0", 'a\r\n+1', 'b\t-1', 'c;＝1', 'd, "e";"=1+1&"', '\n\n=1'])(
  'so it is for one that parts by semicolons or tabs and sees our quotes only where a cell of its begins: %j',
  (text) => {
    for (const separator of [';', '\t'])
      expect(cellsAs(separator, csvLine(['id', text, 'z', text])).filter((cell) => /^[=+\-@＝＋－＠]/u.test(cell))).toEqual([])
  },
)

function cellsAs(separator: string, line: string): string[] {
  const cells = ['']
  let [quoted, starts] = [false, true]
  for (const sign of line) {
    const ends = !quoted && [separator, '\r', '\n'].includes(sign)
    if (ends) cells.push('')
    else if (sign === '"' && (quoted || starts)) quoted = !quoted
    else cells.push(cells.pop()! + sign)
    starts = ends
  }
  return cells
}

test('numbers of ours stay numbers', () => expect(csvLine([-3, 'a=b', ' =1'])).toBe('-3,a=b, =1\r\n'))
