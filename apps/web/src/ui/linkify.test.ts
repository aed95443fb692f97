import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linkify } from './linkify.ts'

test.each([
  ['plain', 'No link here, not even www.example.com', []],
  ['one', 'See https://example.com/a?b=1#c now', ['https://example.com/a?b=1#c']],
  ['end of a sentence', 'It is https://example.com/zip.', ['https://example.com/zip']],
  ['in brackets', '(https://example.com/a)', ['https://example.com/a']],
  ['brackets inside', 'https://example.com/wiki/Walnut_(tree)', ['https://example.com/wiki/Walnut_(tree)']],
  ['Arabic question mark', 'هل https://example.com/a؟', ['https://example.com/a']],
  ['script', 'javascript:alert(1) data:text/html,x', []],
  ['quote breaks out of nothing', 'https://example.com/"onmouseover="x', ['https://example.com/']],
  ['a bidi override ends it', 'https://example.com/\u202egpj.exe', ['https://example.com/']],
  ['no host', 'https://', []],
])('%s', (_name, text, hrefs) => {
  expect(linkify(text).flatMap((part) => part.href ?? [])).toEqual(hrefs)
})

test('the parts are the text, whatever it is, and every address is http or https', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('https://a.example/x', ' http://b.example).', 'javascript:https://c', '\n', '<b>'),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      const parts = linkify(text)
      expect(parts.map((part) => part.text).join('')).toBe(text)
      expect(parts.every((part) => part.href === null || /^https?:\/\//.test(part.href))).toBe(true)
    }),
  )
})
