import { generateKeyPairSync } from 'node:crypto'

let made: string | undefined

/** An RSA key as PEM (PKCS 8), one a process: half as long as Google's, because it guards nothing and every start would wait for a longer one. */
export function makePrivateKey(): string {
  made ??= generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  return made
}
