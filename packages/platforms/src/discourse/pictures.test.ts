import { expect, test } from 'vitest'
import { replyLimitOf } from './limit.ts'
import { picturesIn } from './pictures.ts'

const base = 'https://forum.test'

test('shows what was uploaded into a post, whole where it was made smaller, and nothing else', () => {
  const cooked = `<p>Look <img src="/images/emoji/wave.png" class="emoji" alt=":wave:">
<div class="lightbox-wrapper"><a class="lightbox" href="/uploads/whole.jpeg" title="A &quot;bag&quot;"><img src="//cdn.test/small.jpeg"
alt="A &quot;bag&quot;" data-base62-sha1="abc" width="400" height="380"></a></div>
<img src="https://cdn.test/two.png" alt="" data-base62-sha1="def"><aside class="onebox"><img src="https://other.test/logo.png"></aside>`
  expect(picturesIn({ cooked }, base)).toEqual([
    { kind: 'image', url: 'https://forum.test/uploads/whole.jpeg', alt: 'A "bag"', previewUrl: 'https://cdn.test/small.jpeg' },
    { kind: 'image', url: 'https://cdn.test/two.png', alt: null, previewUrl: 'https://cdn.test/two.png' },
  ])
})

test.each(['<img data-base62-sha1="x" src="javascript:alert(1)">', '<img data-base62-sha1="x">', ''])('%j shows nothing', (cooked) => {
  expect(picturesIn({ cooked }, base)).toEqual([])
})

test.each([
  [{}, ['image/jpeg', 'image/png', 'image/gif', 'image/webp'], 4_194_304],
  [{ extensions: 'PNG|pdf', imageKb: '100' }, ['image/png'], 102_400],
  [{ extensions: '*' }, ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'], 4_194_304],
])('a forum says what it takes: %j', (settings, types, bytes) => {
  const { media } = replyLimitOf(settings)
  expect(Object.keys(media!.types)).toEqual(types)
  expect(media!.types['image/png']).toBe(bytes)
})

test('a forum without pictures offers none', () => {
  expect(replyLimitOf({ extensions: 'txt|pdf' }).media).toBeUndefined()
})
