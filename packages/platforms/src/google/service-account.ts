import { createPrivateKey, createSign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { nameOf, parseJson, recordOf } from '../json.ts'
import { tokenUrl } from './token.ts'

/** What of a service account's key file is needed. */
export type ServiceAccount = { email: string; keyId: string | null; key: KeyObject }

const livesSeconds = 3_600
/** Google refuses what was signed in its future; our clock may be a little fast. */
const earlySeconds = 30

/** The key file as Google Cloud gives it (JSON). `rejected` in words when it is something else. */
export function readServiceAccount(text: string): ServiceAccount {
  const file = recordOf(parsed(text))
  const email = nameOf(file.client_email)
  const pem = nameOf(file.private_key)
  if (file.type !== 'service_account' || email === null || pem === null)
    throw new PlatformError('rejected', 'This is not the JSON key file of a service account: paste all of it, from { to }')
  try {
    return { email, keyId: nameOf(file.private_key_id), key: createPrivateKey(pem) }
  } catch {
    throw new PlatformError('rejected', 'The private key in this file is damaged: paste all of the file')
  }
}

/** What the token endpoint takes for an hour's token: a JWT signed with the account's own key (RFC 7523, section 2.1; RS256). */
export function assertionGrant({ email, keyId, key }: ServiceAccount, scope: string, now: Date): Record<string, string> {
  const issuedAt = Math.floor(now.getTime() / 1000) - earlySeconds
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId !== null && { kid: keyId }) }
  const claims = { iss: email, scope, aud: tokenUrl, iat: issuedAt, exp: issuedAt + livesSeconds }
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  try {
    const signature = createSign('sha256').update(signed).sign(key).toString('base64url')
    return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: `${signed}.${signature}` }
  } catch (error) {
    throw new PlatformError('rejected', 'The private key in this file cannot sign: Google gives RSA keys', { cause: error })
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}
