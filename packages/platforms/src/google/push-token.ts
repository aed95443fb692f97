import { createPublicKey, verify } from 'node:crypto'
import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { failureOf, send } from '../http.ts'
import { listOf, nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { ConnectIo } from '../platform.ts'

/** Google's public keys, as its OpenID configuration names them (`jwks_uri`). */
const keysUrl = 'https://www.googleapis.com/oauth2/v3/certs'
const issuer = 'https://accounts.google.com'
/** A token is good for an hour. */
const hourSeconds = 3_600
/** Google's clock and ours differ a little. */
const skewSeconds = 60
const maxTokenLength = 4_096
const maxKeys = 20

/** How far from the middle of its hour a token is good, either way. */
export const tokenFreshMs = (hourSeconds / 2 + skewSeconds) * 1000

/** Google's public keys by their ids, as PEM. Only RSA keys for signatures; `unavailable` where there are none. */
export async function readGoogleKeys(io: ConnectIo, usual: string, apiUrl: string | undefined): Promise<Record<string, string>> {
  const answer = await send(io, { url: standIn(keysUrl, usual, apiUrl), headers: { accept: 'application/json' } })
  if (answer.status !== 200) throw failureOf(answer, io.now(), 'Google’s keys')
  const given = listOf(recordOf(parseAnswer(answer.body)).keys)
    .slice(0, maxKeys)
    .map(recordOf)
  const keys = given.flatMap((each): [string, string][] => {
    const [id, pem] = [nameOf(each.kid), pemOf(each)]
    return id === null || pem === null ? [] : [[id, pem]]
  })
  if (keys.length === 0) throw new PlatformError('unavailable', 'Google gave no keys')
  return Object.fromEntries(keys)
}

function pemOf({ kty, alg = 'RS256', use = 'sig', n, e }: JsonRecord): string | null {
  if (kty !== 'RSA' || alg !== 'RS256' || use !== 'sig' || typeof n !== 'string' || typeof e !== 'string') return null
  try {
    const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' })
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048 ? key.export({ type: 'spki', format: 'pem' }).toString() : null
  } catch {
    return null
  }
}

/**
 * Whether an `Authorization` header carries a token that Google signed for this audience and service account, good now (RFC 7519; OpenID Connect Core, 3.1.3.7). RS256 alone,
 * with a key that Google publishes under the id named; one spelling of it only.
 */
export function isPushToken(
  authorization: string | undefined,
  { keys, audience, email, now }: { keys: Record<string, string>; audience: string; email: string; now: Date },
): boolean {
  if (typeof authorization !== 'string' || authorization.length > maxTokenLength || email === '' || audience === '') return false
  const [, head, body, signature] = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization) ?? []
  if (head === undefined || body === undefined || signature === undefined) return false
  const [header, claims, signed] = [recordOf(partOf(head)), recordOf(partOf(body)), bytesOf(signature)]
  const pem = typeof header.kid === 'string' && Object.hasOwn(keys, header.kid) ? keys[header.kid] : undefined
  if (header.alg !== 'RS256' || 'crit' in header || pem === undefined || signed === null) return false
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), createPublicKey(pem), signed)) return false
  const { iss, aud, email: account, email_verified: verified, iat, exp } = claims
  if (iss !== issuer || aud !== audience || verified !== true || typeof account !== 'string' || account.toLowerCase() !== email)
    return false
  return typeof iat === 'number' && typeof exp === 'number' && isNow(iat, exp, now.getTime() / 1000)
}

function isNow(iat: number, exp: number, seconds: number): boolean {
  return exp > iat && exp - iat <= hourSeconds && iat - skewSeconds <= seconds && seconds <= exp + skewSeconds
}

function partOf(part: string): unknown {
  const bytes = bytesOf(part)
  try {
    return bytes === null ? null : parseJson(bytes.toString('utf8'))
  } catch {
    return null
  }
}

/** Null for what decodes but is not how it would be written: Node's decoder is lenient. */
function bytesOf(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}
