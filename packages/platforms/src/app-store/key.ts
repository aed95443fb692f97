import { createPrivateKey, sign } from 'node:crypto'
import { PlatformError } from '../error.ts'

/** Apple takes tokens that live for 20 minutes at most. A clock may be a little off, either way. */
const livesSeconds = 18 * 60
const earlySeconds = 60

/**
 * A token for App Store Connect (JWT, RFC 7519, ES256), made anew for each call: nothing is kept, and nothing can be stolen from a log for long. A key of a person
 * (no issuer) says `sub: user` instead.
 */
export function makeToken(credentials: Record<string, string>, now: Date): string {
  const { issuerId = '', keyId = '', privateKey = '' } = credentials
  const iat = Math.floor(now.getTime() / 1000) - earlySeconds
  const claims = { ...(issuerId === '' ? { sub: 'user' } : { iss: issuerId }), iat, exp: iat + livesSeconds, aud: 'appstoreconnect-v1' }
  const signed = `${part({ alg: 'ES256', kid: keyId, typ: 'JWT' })}.${part(claims)}`
  try {
    const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
    return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  } catch (error) {
    throw new PlatformError('reauthorize', 'The private key is missing or damaged', { cause: error })
  }
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/**
 * The key in a `.p8` file as people paste it (whole, in one line, without its first and last line), as PKCS 8 in base64. `rejected` when it is no private key on
 * the curve P-256.
 */
export function readKey(pasted: string): string {
  const base64 = pasted.replace(/-----[A-Z ]*-----/g, '').replace(/\\n|\s/g, '')
  try {
    const key = createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' })
    if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return base64
  } catch {
    // Said below.
  }
  throw new PlatformError(
    'rejected',
    'The private key is not that of a .p8 file from App Store Connect. Paste the whole content of the file',
  )
}
