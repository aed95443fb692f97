import { createSign, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const made = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>()

/** The RSA key pair of that id, the same for a whole test file. */
export function pushKey(id: string): { publicKey: KeyObject; privateKey: KeyObject } {
  const pair = made.get(id) ?? generateKeyPairSync('rsa', { modulusLength: 2048 })
  made.set(id, pair)
  return pair
}

/** A public key as `verify` gets it. */
export function pemOf(id: string): string {
  return pushKey(id).publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

export const audience = 'https://inbox.example/webhooks/google-business/0193'
export const email = 'push@fieldnote.iam.gserviceaccount.com'
/** The middle of the hour for which the usual token is good. */
export const now = new Date('2026-11-22T12:00:00.000Z')

/** What a token of Google's says, unless a test wants it otherwise. */
export function usualClaims(): Record<string, unknown> {
  const iat = now.getTime() / 1000 - 1_800
  const who = { azp: '108', email, email_verified: true, sub: '108' }
  return { aud: audience, ...who, exp: iat + 3_600, iat, iss: 'https://accounts.google.com' }
}

/** A token by the key of that id, in compact form. */
export function tokenOf(
  claims: Record<string, unknown>,
  { header = { alg: 'RS256', kid: 'one', typ: 'JWT' }, key = 'one' }: { header?: Record<string, unknown>; key?: string } = {},
): string {
  const signed = partsOf(header, claims)
  return `${signed}.${createSign('sha256').update(signed).sign(pushKey(key).privateKey).toString('base64url')}`
}

/** The two parts of a token that are signed. */
export function partsOf(header: unknown, claims: unknown): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
}
