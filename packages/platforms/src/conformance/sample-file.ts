import { crc32, deflateSync } from 'node:zlib'
import type { ReplyMedia } from '../platform.ts'

type Sample = Pick<ReplyMedia, 'width' | 'height'> & { bytes: Uint8Array<ArrayBuffer> }

/** A file that begins as files of its type do, large enough as a picture for every platform, and differs from every other `nth` of its type in bytes and, as a picture, in size. */
export function sampleFile(type: string, nth = 0): Sample {
  const size = { width: 400 + nth * 7, height: 380 + nth }
  if (type === 'image/png') return { ...size, bytes: png(size) }
  if (type === 'image/jpeg') return { ...size, bytes: jpeg(size) }
  if (type === 'image/gif') return { ...size, bytes: gif(size) }
  const head = heads[type] ?? Buffer.from('a plain text ')
  return { width: null, height: null, bytes: new Uint8Array(Buffer.concat([head, Buffer.alloc(64, nth)])) }
}

const box = (brand: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}\0\0\0\0isommp42`, 'latin1')])
const heads: Record<string, Buffer> = {
  'image/webp': Buffer.from('RIFF\x50\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x8f\x01\0\x7b\x01\0', 'latin1'),
  'image/avif': box('avif'),
  'image/heic': box('heic'),
  'video/mp4': box('isom'),
  'video/quicktime': box('qt  '),
  'video/webm': Buffer.from([0x1a, 0x45, 0xdf, 0xa3]),
  'application/pdf': Buffer.from('%PDF-1.7\n'),
}

function png({ width, height }: { width: number; height: number }): Uint8Array<ArrayBuffer> {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0])
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const rows = deflateSync(Buffer.alloc((1 + width) * height))
  return new Uint8Array(Buffer.concat([mark, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]))
}

function chunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), body])
  const around = Buffer.alloc(8)
  around.writeUInt32BE(body.length, 0)
  around.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)])
}

/** As far as its size: the frame's header, and no picture. */
function jpeg({ width, height }: { width: number; height: number }): Uint8Array<ArrayBuffer> {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0])
  frame.writeUInt16BE(height, 5)
  frame.writeUInt16BE(width, 7)
  const head = Buffer.from('\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00', 'latin1')
  return new Uint8Array(Buffer.concat([head, frame, Buffer.from([0xff, 0xd9])]))
}

function gif({ width, height }: { width: number; height: number }): Uint8Array<ArrayBuffer> {
  const head = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;', 'latin1')
  head.writeUInt16LE(width, 6)
  head.writeUInt16LE(height, 8)
  return new Uint8Array(head)
}
