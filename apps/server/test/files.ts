import { deflateSync } from 'node:zlib'
import type { World } from './world.ts'

/** A whole PNG of one colour (ISO 15948). Two colours give two files. */
export function aPng(width = 3, height = 2, colour = 0): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(width, colour)])
  const rows = Buffer.concat(Array.from({ length: height }, () => row))
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts])
}

/** Brings a file as staff do; gives its id. */
export async function bringFile(world: World, body: Buffer = aPng(), { type = 'image/png', name = 'bag.png' } = {}): Promise<string> {
  const idempotencyKey = crypto.randomUUID()
  const { status, body: made } = await world.request('POST', `/api/v1/uploads?name=${encodeURIComponent(name)}`, {
    body,
    type,
    idempotencyKey,
  })
  if (status !== 201) throw new Error(`The file was not taken: ${status} ${JSON.stringify(made)}`)
  return made.id
}

/** What an address of ours gives, to whoever has this key; '' is nobody. */
export async function fetchFile(
  world: World,
  path: string,
  key = world.keys.client,
): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
  const response = await fetch(`${world.url}${path}`, { headers: key ? { authorization: `Bearer ${key}` } : {} })
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc(body), body.length + 4)
  return whole
}

function crc(bytes: Buffer): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return (sum ^ 0xffffffff) >>> 0
}
