import { createHash } from 'node:crypto'

const digits = '234567abcdefghijklmnopqrstuvwxyz'

/** A record key of our own (TID, 13 characters): from the reply's key and time alone, so that every try of one reply is the same call. */
export function tidOf(key: string, createdAt: string): string {
  const hash = createHash('sha256').update(key).digest()
  const ms = Date.parse(createdAt)
  const micros = BigInt(Number.isNaN(ms) || ms < 0 ? 0 : ms) * 1000n + BigInt(hash.readUInt32BE(0) % 1000)
  const value = ((micros & ((1n << 53n) - 1n)) << 10n) | BigInt(hash.readUInt32BE(4) % 1024)
  let tid = ''
  for (let place = 60n; place >= 0n; place -= 5n) tid += digits[Number((value >> place) & 31n)]
  return tid
}
