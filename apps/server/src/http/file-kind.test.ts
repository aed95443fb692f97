import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aPng } from '../../test/files.ts'
import { isSaidRight, kindOf, knownTypes, plainType } from './file-kind.ts'

const latin = (text: string) => Buffer.from(text, 'latin1')
const four = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value])
const box = (name: string, ...content: Buffer[]) => {
  const inside = Buffer.concat(content)
  return Buffer.concat([four(inside.length + 8), latin(name), inside])
}
const segment = (marker: number, content: Buffer) =>
  Buffer.concat([Buffer.of(0xff, marker), Buffer.of((content.length + 2) >> 8, (content.length + 2) & 255), content])
/** As tall as `height` in its frame; `orientation` as Exif has it. */
const jpeg = (width: number, height: number, orientation = 1) =>
  Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xe1, latin(`Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0${String.fromCharCode(orientation)}\0\0`)),
    segment(0xc4, Buffer.alloc(3)),
    segment(0xc0, Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 17, 0])),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([1, 2, 0xff, 0, 3, 0xff, 0xd9]),
  ])
const gif = Buffer.concat([
  latin('GIF89a'),
  Buffer.from([7, 0, 5, 0, 0x80, 0, 0]),
  Buffer.alloc(6),
  Buffer.from([0x21, 0xf9, 4, 0, 0, 0, 0, 0]),
  Buffer.from([0x2c, 0, 0, 0, 0, 7, 0, 5, 0, 0, 2, 2, 0x4c, 1, 0, 0x3b]),
])
const riff = (kind: string, content: Buffer) => {
  const body = Buffer.concat([latin(kind), content])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(body.length)
  return Buffer.concat([latin('RIFF'), size, body])
}
const webpBits = Buffer.alloc(4)
webpBits.writeUInt32LE((40 - 1) | ((30 - 1) << 14))
const heif = (brand: string) =>
  Buffer.concat([
    box('ftyp', latin(brand), four(0), latin('mif1')),
    box('meta', four(0), box('iprp', box('ipco', box('ispe', four(0), four(20), four(10)), box('ispe', four(0), four(640), four(480))))),
    box('mdat', Buffer.alloc(9)),
  ])
const film = (brand: string) =>
  Buffer.concat([box('ftyp', latin(brand), four(0)), box('mdat', Buffer.alloc(99)), box('moov', Buffer.alloc(9))])

const files: [string, Buffer, number | null, number | null][] = [
  ['image/png', aPng(31, 17), 31, 17],
  ['image/jpeg', jpeg(640, 480), 640, 480],
  ['image/jpeg', jpeg(640, 480, 6), 480, 640],
  ['image/gif', gif, 7, 5],
  ['image/webp', riff('WEBP', Buffer.concat([latin('VP8X'), four(0), Buffer.alloc(4), Buffer.from([99, 1, 0, 49, 0, 0])])), 356, 50],
  ['image/webp', riff('WEBP', Buffer.concat([latin('VP8L'), four(0), Buffer.of(0x2f), webpBits, Buffer.alloc(4)])), 40, 30],
  ['image/webp', riff('WEBP', Buffer.concat([latin('VP8 '), four(0), Buffer.from([0, 0, 0, 0x9d, 1, 0x2a, 44, 0, 33, 0])])), 44, 33],
  ['image/avif', heif('avif'), 640, 480],
  ['image/heic', heif('heic'), 640, 480],
  ['image/heif', heif('mif1'), 640, 480],
  ['video/mp4', film('isom'), null, null],
  ['video/quicktime', film('qt  '), null, null],
  ['audio/mp4', film('M4A '), null, null],
  ['video/webm', Buffer.concat([latin('\x1aE\xdf\xa3\x9fB\x82\x84webm'), Buffer.alloc(99)]), null, null],
  ['video/ogg', Buffer.concat([latin('OggS\0\x02'), Buffer.alloc(22), latin('\x80theora'), Buffer.alloc(99)]), null, null],
  ['audio/ogg', Buffer.concat([latin('OggS\0\x02'), Buffer.alloc(22), latin('OpusHead'), Buffer.alloc(99)]), null, null],
  ['audio/mpeg', Buffer.concat([latin('ID3\x04\0'), Buffer.alloc(99)]), null, null],
  ['audio/mpeg', Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0]), Buffer.alloc(99)]), null, null],
  ['audio/aac', Buffer.concat([Buffer.from([0xff, 0xf1, 0x50, 0x80]), Buffer.alloc(99)]), null, null],
  ['audio/wav', riff('WAVE', Buffer.alloc(64)), null, null],
  ['application/pdf', latin('%PDF-1.7\n1 0 obj\n%%EOF\n'), null, null],
  ['audio/flac', Buffer.concat([latin('fLaC'), Buffer.alloc(99)]), null, null],
]

describe('a file is what its bytes say', () => {
  test.each(files)('%s', (type, bytes, width, height) => {
    expect(kindOf(bytes)).toEqual({ type, whole: true, width, height })
  })

  test('every type that is known is tried above', () => {
    expect(new Set(files.map(([type]) => type))).toEqual(new Set(knownTypes))
  })

  test('a page, a drawing that may hold scripts, and words are nothing that is known', () => {
    for (const text of ['<!doctype html><script>', '<svg xmlns="http://www.w3.org/2000/svg">', 'hello', '', 'MZ', '\x1aE\xdf\xa3matroska'])
      expect(kindOf(latin(text)), text).toBeNull()
  })
})

describe('a broken file is said to be broken', () => {
  const measured = files.filter(([type]) => type.startsWith('image/'))
  test.each([...measured, ...files.filter(([type]) => /mp4|quicktime|wav/.test(type))])('%s cut anywhere', (_type, bytes) => {
    for (let length = 0; length < bytes.length - 1; length += 1)
      expect(kindOf(bytes.subarray(0, length))?.whole ?? false, `${length}`).toBe(false)
  })

  test('no bytes whatever make it fall over, or last long', () => {
    const start = fc.constantFrom(...files.map(([, bytes]) => bytes))
    const junk = fc.uint8Array({ maxLength: 400 })
    fc.assert(
      fc.property(start, fc.nat(200), junk, (bytes, keep, rest) => {
        const kind = kindOf(Buffer.concat([bytes.subarray(0, keep), rest]))
        expect(kind === null || knownTypes.includes(kind.type)).toBe(true)
        expect(kind?.width ?? 1).toBeGreaterThan(0)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a picture of no size has none', () => {
    const png = aPng(1, 1)
    png.writeUInt32BE(0, 16)
    expect(kindOf(png)).toMatchObject({ type: 'image/png', whole: false, width: null })
  })

  test('what never ends is read through once', () => {
    const endless = [
      Buffer.concat([latin('\x89PNG\r\n\x1a\n'), four(13), latin('IHDR'), Buffer.alloc(2 << 20)]),
      Buffer.concat([gif.subarray(0, 19), Buffer.alloc(2 << 20, 0x21)]),
      Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(2 << 20, 0xff)]),
      Buffer.concat([box('ftyp', latin('avif'), four(0)), box('meta', Buffer.alloc(2 << 20, 'ispe'))]),
      Buffer.concat([
        box('ftyp', latin('isom'), four(0)),
        Buffer.from(Array.from({ length: 1 << 17 }, () => [0, 0, 0, 8, 1, 2, 3, 4]).flat()),
      ]),
      deflateSync(Buffer.alloc(1 << 20)),
    ]
    for (const bytes of endless) expect(kindOf(bytes)?.whole ?? false).toBe(false)
  })
})

test('a type is known by its other names, and may differ from the bytes only within one container', () => {
  expect(plainType('Image/JPG; name=x')).toBe('image/jpeg')
  expect(plainType('audio/x-m4a')).toBe('audio/mp4')
  expect(isSaidRight('video/quicktime', 'video/mp4')).toBe(true)
  expect(isSaidRight('image/png', 'image/jpeg')).toBe(false)
  expect(isSaidRight('image/png', 'video/mp4')).toBe(false)
})
