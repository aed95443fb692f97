import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What must not be guessed, made once per installation. `key`: 32 bytes, base64, encrypts what is sealed. `session` signs cookies. */
const shape = z.object({ keyId: z.string(), key: z.base64(), session: z.string().min(32), sandboxSeed: z.string() })
export type Secrets = z.infer<typeof shape>

/** Reads `DATA_DIR/secrets.json`, or makes it (0600) the first time. Throws a sentence when the file is there and not whole. */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const path = join(dataDir, 'secrets.json')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const fresh: Secrets = {
    keyId: randomBytes(4).toString('hex'),
    key: randomBytes(32).toString('base64'),
    session: randomBytes(32).toString('hex'),
    sandboxSeed: randomBytes(16).toString('hex'),
  }
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(JSON.stringify(fresh, null, 2))
    await file.sync()
    await file.close()
    return fresh
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const parsed = shape.safeParse(parse(await readFile(path, 'utf8')))
  if (!parsed.success)
    throw new Error(
      `${path} is not readable as the secrets of an installation. Put back the file that belongs to this data folder; without it the connected accounts cannot be used.`,
    )
  return parsed.data
}

/** AES-256-GCM (NIST SP 800-38D). Layout: key id (4 bytes), nonce (12), tag (16), ciphertext. `about` binds it to its row. */
export function seal(secrets: Secrets, about: string, value: unknown): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(secrets.key, 'base64'), nonce)
  cipher.setAAD(Buffer.from(about))
  const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.from(secrets.keyId, 'hex'), nonce, cipher.getAuthTag(), body])
}

/** The inverse of `seal`. Throws when the key is another one, the row is another one, or a bit was changed. */
export function unseal<T>(secrets: Secrets, about: string, sealed: Buffer): T {
  if (sealed.subarray(0, 4).toString('hex') !== secrets.keyId)
    throw new Error(
      'This was encrypted with another key than the one in secrets.json. Put back the secrets.json that belongs to this database.',
    )
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(secrets.key, 'base64'), sealed.subarray(4, 16))
  decipher.setAAD(Buffer.from(about))
  decipher.setAuthTag(sealed.subarray(16, 32))
  return JSON.parse(Buffer.concat([decipher.update(sealed.subarray(32)), decipher.final()]).toString('utf8')) as T
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
