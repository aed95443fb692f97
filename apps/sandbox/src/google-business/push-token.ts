import { createHash, createSign, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { JsonObject } from '../world/item.ts'

const livesSeconds = 3_600

let pair: { id: string; publicKey: KeyObject; privateKey: KeyObject } | undefined

/** The pretend Google's key pair: made when it is first needed, and another one after a restart. */
function keyPair(): NonNullable<typeof pair> {
  if (pair) return pair
  const made = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const id = createHash('sha1')
    .update(made.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
  return (pair = { id, ...made })
}

/** What stands at `/oauth2/v3/certs`: the public keys, as a JWK Set (RFC 7517). */
export function publicKeys(): JsonObject {
  const { id, publicKey } = keyPair()
  return { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: id }] }
}

/** An OpenID Connect token for an hour, as Pub/Sub sends it along with a push: for this audience, in the name of a service account. */
export function signPushToken({ audience, email, at }: { audience: string; email: string; at: Date }): string {
  const { id, privateKey } = keyPair()
  const iat = Math.floor(at.getTime() / 1000)
  const sub = String(BigInt(`0x${createHash('sha1').update(email).digest('hex').slice(0, 16)}`))
  const header = { alg: 'RS256', kid: id, typ: 'JWT' }
  const claims = {
    aud: audience,
    azp: sub,
    email,
    email_verified: true,
    exp: iat + livesSeconds,
    iat,
    iss: 'https://accounts.google.com',
    sub,
  }
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey).toString('base64url')}`
}
