import { createHash } from 'node:crypto'
import type { JsonObject } from '../world/item.ts'

const sortableAlphabet = '234567abcdefghijklmnopqrstuvwxyz'
const base32Alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** Gives out TIDs: 13 sortable characters of (microseconds << 10 | clock id), never the same twice. */
export function tidClock(): (atMs: number) => string {
  let lastMicros = 0n
  return (atMs) => {
    const micros = BigInt(Math.max(0, Math.floor(atMs))) * 1000n
    lastMicros = micros > lastMicros ? micros : lastMicros + 1n
    return writeTid(lastMicros)
  }
}

/** A CIDv1 (dag-cbor, sha-256) in base32, the same for the same JSON. Its hash is over JSON, not CBOR. */
export function cidOf(record: JsonObject): string {
  const digest = createHash('sha256').update(canonical(record)).digest()
  return `b${base32(Buffer.concat([Buffer.from([0x01, 0x71, 0x12, 0x20]), digest]))}`
}

/** The CIDv1 (raw, sha-256) of a blob, the real one. */
export function blobCidOf(bytes: Buffer): string {
  const digest = createHash('sha256').update(bytes).digest()
  return `b${base32(Buffer.concat([Buffer.from([0x01, 0x55, 0x12, 0x20]), digest]))}`
}

/** `did:plc:` and 24 characters, made from a handle. */
export function didOf(handle: string): string {
  return `did:plc:${base32(createHash('sha256').update(handle).digest()).slice(0, 24)}`
}

/** The parts of an at-uri, or null if it is none. */
export function readUri(uri: string): { repo: string; collection: string; rkey: string } | null {
  const parts = /^at:\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(uri)
  const [, repo, collection, rkey] = parts ?? []
  return repo && collection && rkey ? { repo, collection, rkey } : null
}

function writeTid(micros: bigint): string {
  let rest = (micros << 10n) | 7n
  let tid = ''
  for (let i = 0; i < 13; i += 1) {
    tid = (sortableAlphabet[Number(rest & 31n)] ?? '2') + tid
    rest >>= 5n
  }
  return tid
}

function base32(bytes: Buffer): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += base32Alphabet[(value >>> bits) & 31] ?? ''
    }
  }
  if (bits > 0) text += base32Alphabet[(value << (5 - bits)) & 31] ?? ''
  return text
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`
}
