import { createTranslator } from 'use-intl/core'
import { expect, test } from 'vitest'
import { ApiProblem } from '../api/call.ts'
import { files } from '../words/en-files.ts'
import type { Words } from '../words/words.tsx'
import { failureWords, mayRetry, sizeWords, takenWords, unfitWords } from './file-phrases.ts'

const t = createTranslator({ locale: 'en', messages: { files } }) as unknown as Words
const pictures = { max: 4, types: { 'image/jpeg': 1e6, 'image/png': 1e6, 'image/webp': 1e6, 'image/gif': 1e6 } }

test('what does not fit says what would', () => {
  expect(unfitWords(t, ['notes.docx'], { why: 'type' }, pictures, 'Bluesky')).toBe(
    '“notes.docx” was left out: Bluesky takes JPEG, PNG, WebP or GIF up to 1 MB.',
  )
  expect(unfitWords(t, ['a.png', 'b.png', 'c.png', 'd.png', 'e.png'], { why: 'tooMany', max: 4 }, pictures, 'Bluesky')).toBe(
    '“a.png”, “b.png”, “c.png” and 2 more were left out: Bluesky takes 4 files with a reply.',
  )
  const large = { why: 'tooLarge', maxBytes: 1e6, theirs: true, moves: true } as const
  expect(unfitWords(t, ['wave.gif'], large, pictures, 'Bluesky')).toBe(
    '“wave.gif” was left out: Bluesky takes up to 1 MB, and a moving picture cannot be made smaller.',
  )
  const ours = { why: 'tooLarge', maxBytes: 10 * 1024 * 1024, theirs: false, moves: false } as const
  expect(unfitWords(t, ['film.mp4'], ours, pictures, 'Discord')).toBe('“film.mp4” was left out: up to 10 MB can go with a reply.')
  expect(unfitWords(t, ['film.mp4'], { why: 'tooLargeTogether', totalBytes: 26_083_328 }, pictures, 'Discord')).toBe(
    '“film.mp4” was left out: Discord takes up to 26 MB with a reply, all files together.',
  )
  expect(
    unfitWords(t, ['icon.png'], { why: 'pixels', pixels: { least: 360, mostShort: 1_080, mostLong: 1_920 } }, pictures, 'TikTok'),
  ).toBe('“icon.png” was left out: TikTok takes pictures whose sides have 360 pixels or more, and at most 1,080 by 1,920.')
})

test('many types of one size are named by their kind', () => {
  const many = Object.fromEntries(['jpeg', 'png', 'gif', 'webp', 'avif', 'heic', 'bmp'].map((name) => [`image/${name}`, 8e6]))
  expect(takenWords(t, { max: 1, types: { ...many, 'video/mp4': 99e6 } })).toBe('pictures up to 8 MB and MP4 up to 10 MB')
  expect(takenWords(t, { max: 1, types: { 'image/png': 10_000_000, 'video/mp4': 10_485_760, 'image/gif': 1e6 } })).toBe(
    'GIF up to 1 MB and PNG or MP4 up to 10 MB',
  )
  expect(takenWords(t, { max: 1, types: { ...many, 'model/obj': 8e6 } })).toBe('pictures or other files up to 8 MB')
})

test.each([
  [487, '487 B'],
  [999_999, '999 KB'],
  [1_000_000, '1 MB'],
  [1_990_000, '1.9 MB'],
  [10_485_760, '10 MB'],
])('%s bytes are %s', (bytes, words) => {
  expect(sizeWords(t, bytes)).toBe(words)
})

test('a failure is told in the words of the server, where it has any', () => {
  expect(failureWords(t, new ApiProblem(0, {}))).toBe('Not uploaded, the server was not reached.')
  expect(failureWords(t, new ApiProblem(500, { detail: 'stack' }))).toBe('Not uploaded, something went wrong.')
  expect(failureWords(t, new ApiProblem(422, { detail: 'body: the file is damaged.' }))).toBe('Not uploaded. The file is damaged.')
})

test('what was refused for good is not offered once more', () => {
  const again = [0, 401, 408, 429, 500, 503].map((status) => mayRetry(new ApiProblem(status, {})))
  expect(again).toEqual([true, true, true, true, true, true])
  expect([403, 413, 415, 422].map((status) => mayRetry(new ApiProblem(status, {})))).toEqual([false, false, false, false])
})
