import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** For tests: a key file as Google Cloud gives it, and the key by which a signature is checked. */
export function serviceAccountKey(): { text: string; email: string; publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const email = 'answers@fieldnote-1.iam.gserviceaccount.com'
  const text = JSON.stringify({
    type: 'service_account',
    project_id: 'fieldnote-1',
    private_key_id: 'abc123',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: email,
    token_uri: 'https://oauth2.googleapis.com/token',
  })
  return { text, email, publicKey }
}
