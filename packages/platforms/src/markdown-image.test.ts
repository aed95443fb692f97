import { expect, test } from 'vitest'
import { asLabel, saysTheSame, splitPictures, withPictures } from './markdown-image.ts'

const pictures = [
  { label: 'A bag|40x30', url: 'upload://a.png' },
  { label: '', url: 'https://lemmy.example/pictrs/image/b.webp' },
]

test.each(['Like these', 'Two lines\nof words', ''])('pictures stand below %j, and are taken away again', (text) => {
  const raw = withPictures(text, pictures)
  expect(splitPictures(raw)).toMatchObject({ text, pictures })
})

test.each([
  'Look ![here](https://a.test/b.png) for more',
  '![one](https://a.test/b.png) behind',
  'no picture\n',
  '[a link](https://a.test)',
])('what others write stays as it is: %j', (raw) => {
  expect(splitPictures(raw)).toEqual({ text: raw, pictures: [] })
})

test('a description ends no markup', () => {
  expect(asLabel('a [b] | c\\ ](https://evil.test)\n![x')).toBe('a (b) / c/ )(https://evil.test) !(x')
  // Two of them would make code of what is between, the end of the picture too.
  expect(asLabel('the ` key')).toBe("the ' key")
})

test('the same words with another number of pictures, or other descriptions, are another reply', () => {
  const media = [{ alt: 'A bag' }, { alt: '' }].map((each) => ({ ...each, id: '', type: '', name: '', width: 1, height: 1, url: null }))
  const files = media.map((each) => ({ ...each, bytes: async () => new Uint8Array() }))
  const raw = withPictures('Like these', pictures)
  expect(saysTheSame(raw, { text: 'Like  these', media: files })).toBe(true)
  expect(saysTheSame(raw, { text: 'Like these', media: files.slice(0, 1) })).toBe(false)
  expect(saysTheSame(raw, { text: 'Like these', media: files.toReversed() })).toBe(false)
  expect(saysTheSame('Like these', { text: 'Like these', media: files })).toBe(false)
  expect(saysTheSame('Like these', { text: 'Like these' })).toBe(true)
})
