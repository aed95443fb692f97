import { createHash, randomBytes } from 'node:crypto'

/** A secret for a link or a key: 256 bits, good in a URL. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a token: enough to know it again. It is random, so no salt and no slow hash are needed. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
