import { createECDH, createPrivateKey, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** A P-256 key from its scalar (up to 64 hex digits, below the order of the curve). */
export function privateKeyOf(scalar: string): KeyObject {
  const curve = createECDH('prime256v1')
  const bytes = Buffer.from(scalar.padStart(64, '0'), 'hex')
  curve.setPrivateKey(bytes)
  const point = curve.getPublicKey()
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')]
  const d = bytes.toString('base64url')
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d, x, y }, format: 'jwk' })
}

/** The `.p8` file that can be downloaded once. */
export function fileOf(scalar: string): string {
  return String(privateKeyOf(scalar).export({ type: 'pkcs8', format: 'pem' }))
}

const longestSeconds = 20 * 60
const audience = 'appstoreconnect-v1'

/**
 * Whether a token was signed by this key (ES256) for this issuer and audience, is still good, and lives no longer than twenty minutes. It may also name the calls that
 * it is for (`scope`): `call` is such as `GET /v1/apps`.
 */
export function isGoodToken(
  token: string | undefined,
  key: { publicKey: KeyObject; keyId: string; issuerId: string },
  at: { nowMs: number; call: string },
): boolean {
  const [header = '', claims = '', signature = '', ...more] = (token ?? '').split('.')
  const head = read(header)
  const said = read(claims)
  if (more.length > 0 || head?.['alg'] !== 'ES256' || head['kid'] !== key.keyId || (head['typ'] ?? 'JWT') !== 'JWT') return false
  const bytes = Buffer.from(signature, 'base64url')
  const signed = Buffer.from(`${header}.${claims}`)
  if (bytes.length !== 64 || !verify('sha256', signed, { key: key.publicKey, dsaEncoding: 'ieee-p1363' }, bytes)) return false
  const { iss, aud, iat, exp, scope } = said ?? {}
  if (iss !== key.issuerId || aud !== audience || typeof exp !== 'number') return false
  const now = at.nowMs / 1000
  const from = typeof iat === 'number' ? iat : now
  if (exp <= now || exp - from > longestSeconds || from > now + 60) return false
  return !Array.isArray(scope) || scope.some((each) => String(each).split('?')[0] === at.call)
}

/** The public half. */
export function publicKeyOf(scalar: string): KeyObject {
  return createPublicKey(privateKeyOf(scalar))
}

function read(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
