import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** HMAC-SHA256 over raw bytes. The key is a text as it is, or bytes. */
export function hmac256(key: string | Buffer, body: string | Buffer, encoding: 'hex' | 'base64' | 'base64url' = 'hex'): string {
  return createHmac('sha256', key).update(body).digest(encoding)
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}
