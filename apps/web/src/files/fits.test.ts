import { describe, expect, test } from 'vitest'
import {
  coarser,
  mayMove,
  plainType,
  scaleWithin,
  takenTypes,
  tooLarge,
  typeByBytes,
  unfitBeside,
  unfitTogether,
  type Writing,
} from './fits.ts'

const limit = { max: 4, types: { 'image/jpeg': 1e6, 'image/gif': 1e6, 'video/mp4': 99e6 }, alone: ['video/mp4'] }

describe('what may go together', () => {
  test.each([
    ['a first picture', 'image/jpeg', [], null],
    ['a fourth', 'image/jpeg', ['image/jpeg', 'image/gif', 'image/gif'], null],
    ['a fifth', 'image/jpeg', ['image/jpeg', 'image/gif', 'image/gif', 'image/gif'], 'tooMany'],
    ['what nobody there takes', 'application/pdf', [], 'type'],
    ['a film alone', 'video/mp4', [], null],
    ['a film beside a picture', 'video/mp4', ['image/gif'], 'alone'],
    ['a picture beside a film', 'image/gif', ['video/mp4'], 'besideAlone'],
    ['a second film', 'video/mp4', ['video/mp4'], 'alone'],
  ])('%s', (_what, type, there, why) => {
    expect(unfitBeside(limit, type, there)?.why ?? null).toBe(why)
  })
})

describe('a type is told by its first bytes', () => {
  test.each([
    ['image/jpeg', [0xff, 0xd8, 0xff, 0xe1]],
    ['image/png', [0x89, ...ascii('PNG\r\n\x1a\n')]],
    ['image/gif', ascii('GIF89a')],
    ['image/webp', ascii('RIFF\n\0\0\0WEBPVP8 ')],
    ['image/heic', ascii('\0\0\0\x18ftypheic')],
    ['image/avif', ascii('\0\0\0\x18ftypavif')],
    [null, ascii('%PDF-1.7')],
    [null, []],
  ])('%s', (type, head) => {
    expect(typeByBytes(new Uint8Array(head))).toBe(type)
  })

  test('and by its usual name where a browser has another', () => {
    expect([plainType('image/jpg'), plainType('image/png')]).toEqual(['image/jpeg', 'image/png'])
  })

  test('what moves is not drawn anew: a GIF, and a WebP that says so', () => {
    const webp = (flags: number) => new Uint8Array([...ascii('RIFF\n\0\0\0WEBPVP8X\n\0\0\0'), flags])
    expect(mayMove('image/webp', webp(0b10))).toBe(true)
    expect(mayMove('image/webp', webp(0b10000))).toBe(false)
    expect(mayMove('image/gif', new Uint8Array(ascii('GIF89a')))).toBe(true)
    expect(mayMove('image/jpeg', new Uint8Array([0xff, 0xd8]))).toBe(false)
  })
})

describe('a picture that is too large', () => {
  test('is first written coarser, then smaller, and comes to fit in a few tries', () => {
    let writing: Writing = { scale: 1, quality: 0.92 }
    expect(coarser(writing, 1_400_000, 1_000_000)).toEqual({ scale: 1, quality: 0.8 })
    // As a picture weighs by its area, and somewhat by how finely it is written.
    const weigh = ({ scale, quality }: Writing) => 20_000_000 * scale ** 2 * quality ** 3
    let tries = 0
    for (; weigh(writing) > 1_000_000; tries += 1) writing = coarser(writing, weigh(writing), 1_000_000)
    expect(tries).toBeLessThan(6)
    expect(weigh(writing)).toBeGreaterThan(600_000)
  })

  test('says whose limit it is over', () => {
    expect(tooLarge(limit, 'image/gif', true)).toEqual({ why: 'tooLarge', maxBytes: 1e6, theirs: true, moves: true })
    expect(tooLarge(limit, 'video/mp4', false)).toEqual({ why: 'tooLarge', maxBytes: 10 * 1024 * 1024, theirs: false, moves: false })
  })
})

describe('the sides of a picture', () => {
  const pixels = { least: 360, mostShort: 1_080, mostLong: 1_920 }
  test.each([
    ['a photo of a phone', [4_032, 3_024], 1_080 / 3_024],
    ['the same upright', [3_024, 4_032], 1_080 / 3_024],
    ['a wide one', [5_760, 2_000], 1_920 / 5_760],
    ['one that fits', [1_080, 1_920], 1],
    ['the smallest', [360, 360], 1],
    ['one that is too small, which nothing makes larger', [500, 359], 'pixels'],
    ['one so wide that it would be too low', [8_000, 1_000], 'pixels'],
  ])('%s', (_what, [width, height], fate) => {
    const scale = scaleWithin({ ...limit, pixels }, { width: width!, height: height! }, false)
    expect(typeof scale === 'number' ? scale : scale.why).toBe(fate)
    expect(scaleWithin(limit, { width: width!, height: height! }, false)).toBe(1)
  })

  test('a moving picture fits as it is, or not', () => {
    expect(scaleWithin({ ...limit, pixels }, { width: 400, height: 400 }, true)).toBe(1)
    expect(scaleWithin({ ...limit, pixels }, { width: 1_100, height: 1_100 }, true)).toEqual({ why: 'pixels', pixels })
  })
})

test('files may have a limit together', () => {
  const together = { ...limit, totalBytes: 25e6 }
  expect(unfitTogether(together, 5e6, [10e6, 10e6])).toBe(null)
  expect(unfitTogether(together, 5e6 + 1, [10e6, 10e6])).toEqual({ why: 'tooLargeTogether', totalBytes: 25e6 })
  expect(unfitTogether(limit, 10e6, [10e6, 10e6, 10e6])).toBe(null)
})

test('what is taken, by size and with what people call it', () => {
  const types = { 'image/jpeg': 5e6, 'image/webp': 5e6, 'video/quicktime': 99e6, 'video/mp4': 40e6, 'audio/mpeg': 1e6, 'image/x-icon': 1e6 }
  expect(takenTypes({ max: 1, types })).toEqual([
    { maxBytes: 1e6, names: ['MP3', 'ICON'], kinds: ['audio', 'image'] },
    { maxBytes: 5e6, names: ['JPEG', 'WebP'], kinds: ['image'] },
    { maxBytes: 10 * 1024 * 1024, names: ['MOV', 'MP4'], kinds: ['video'] },
  ])
})

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0))
}
