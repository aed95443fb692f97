import { createHmac, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'

type Headers = Record<string, string | undefined>

/** A time that was signed may be this far from ours (Standard Webhooks 1.0.0 leaves it to the receiver; its libraries take 5 minutes). */
export const freshMs = 300_000

const secretShape = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/
const idShape = /^[A-Za-z0-9_-]{1,128}$/
const signatureShape = /^v1,[A-Za-z0-9+/]{43}=$/
/** Other versions may stand beside (v1a is ed25519); they prove nothing to us. */
const otherShape = /^v(?!1,)[0-9a-z]{1,8},[A-Za-z0-9+/]{1,200}={0,2}$/

/** 24 to 64 bytes, or null for a text that is no such secret. */
export function keyOf(secret: string): Buffer | null {
  const encoded = secretShape.exec(secret)?.[1]
  if (encoded === undefined) return null
  const key = Buffer.from(encoded, 'base64')
  return key.length >= 24 && key.length <= 64 && key.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '') ? key : null
}

/** HMAC-SHA256 over `id.timestamp.body` by Standard Webhooks; any one signature of the list is enough, and a header of another form is a refusal. */
export function verifyStandard(secret: string, headers: Headers, body: Uint8Array, now: Date): boolean {
  const key = keyOf(secret)
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': list } = headers
  if (key === null || !id || !idShape.test(id) || !timestamp || !/^\d{1,12}$/.test(timestamp) || !list || list.length > 2_000) return false
  if (Math.abs(Number(timestamp) * 1000 - now.getTime()) > freshMs) return false
  const given = list.split(' ')
  if (!given.every((each) => signatureShape.test(each) || otherShape.test(each))) return false
  const right = signatureOf(key, id, timestamp, body)
  return given.map((each) => isSame(each, right)).includes(true)
}

/** `whsec_` headers and body for a POST; `id` is the same on every try. Throws `reauthorize` without a usable secret. */
export function signedHeaders(secret: string | undefined, id: string, body: string, now: Date): Record<string, string> {
  const key = keyOf(secret ?? '')
  if (key === null) throw new PlatformError('reauthorize', 'The secret for replies is missing or damaged', { notSent: true })
  const timestamp = String(Math.floor(now.getTime() / 1000))
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatureOf(key, id, timestamp, Buffer.from(body)),
  }
}

function signatureOf(key: Buffer, id: string, timestamp: string, body: Uint8Array): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

/** `X-Hub-Signature-256: sha256=<hex>`, keyed with the secret's text as it stands. */
export function verifyHub(secret: string, headers: Headers, body: Uint8Array): boolean {
  return isHexOf(/^sha256=([0-9a-f]{64})$/i.exec(headers['x-hub-signature-256'] ?? '')?.[1], secret, body)
}

/** `X-Signature: <hex>`, keyed alike. */
export function verifyPlain(secret: string, headers: Headers, body: Uint8Array): boolean {
  return isHexOf(/^([0-9a-f]{64})$/i.exec(headers['x-signature'] ?? '')?.[1], secret, body)
}

/** `Authorization: Bearer <secret>`: proves who sends, not what. For tools that cannot sign. */
export function verifyBearer(secret: string, headers: Headers): boolean {
  return secret !== '' && isSame(headers.authorization ?? '', `Bearer ${secret}`)
}

function isHexOf(hex: string | undefined, secret: string, body: Uint8Array): boolean {
  return secret !== '' && hex !== undefined && isSame(hex.toLowerCase(), createHmac('sha256', secret).update(body).digest('hex'))
}

/** In a time that does not tell where they differ. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'same').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
