import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** One key for what is sealed: 32 bytes, base64; `keyId` (8 hex digits) stands in front of everything it sealed. */
const sealingKey = z.object({ keyId: z.string().regex(/^[0-9a-f]{8}$/), key: z.base64().length(44) })
export type SealingKey = z.infer<typeof sealingKey>

/** What must not be guessed. `keyId` and `key` seal; `olderKeys` only open what they sealed, until a rotation has sealed it again. `session` signs cookies. */
const shape = sealingKey.extend({ olderKeys: z.array(sealingKey).optional(), session: z.string().min(32), sandboxSeed: z.string() })
export type Secrets = z.infer<typeof shape> & {
  /** Where they are kept, so that a rotation by another process is noticed. Absent when they follow from SECRET_KEY. */
  path?: string
  /** What `session` was under the older secrets of a SECRET_KEY that is being changed: proof that the installation is theirs. */
  olderSessions?: string[]
}

/** What the environment says about them. `secretKey`: one long secret, or several with the newest first. */
type Given = { secretKey?: string | undefined; DATABASE_URL?: string | undefined; ROLES?: readonly string[] }

/**
 * The secrets of the installation: from SECRET_KEY (or its file) where given, else from
 * `DATA_DIR/secrets.json`, made (0600) the first time. Throws a sentence when the file is not whole, or is missing where several processes must share it.
 */
export async function loadSecrets(dataDir: string, given: Given = {}): Promise<Secrets> {
  if (given.secretKey !== undefined) return secretsOf(given.secretKey)
  const path = join(dataDir, 'secrets.json')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const fresh: Secrets = { ...makeKey(), session: randomBytes(32).toString('hex'), sandboxSeed: randomBytes(16).toString('hex') }
  const known = readSecrets(path)
  if (known) return known
  if (given.DATABASE_URL !== undefined && given.ROLES !== undefined && given.ROLES.length < 3)
    throw new Error(
      `There is no ${path}, and this process is one of several on its database, which must share one key. Set SECRET_KEY (or SECRET_KEY_FILE) to the same long secret for all of them, as made by: openssl rand -hex 32`,
    )
  const beside = await writeBeside(path, fresh)
  try {
    // Two that start at once agree: a link is made whole or not at all.
    await link(beside, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(beside)
  }
  return readSecrets(path)!
}

/** Writes the secrets back to their file, whole or not at all (0600). Only for those that have one. */
export async function keepSecrets({ path, ...kept }: Secrets & { path: string }): Promise<void> {
  await rename(await writeBeside(path, kept), path)
}

async function writeBeside(path: string, kept: Secrets): Promise<string> {
  const beside = `${path}.${randomBytes(4).toString('hex')}`
  const file = await open(beside, 'wx', 0o600)
  await file.writeFile(JSON.stringify(kept, null, 2))
  await file.sync()
  await file.close()
  return beside
}

/** What the database's roles and its mark of the key follow from, newest first. */
export function sessionsOf({ session, olderSessions = [] }: Secrets): string[] {
  return [session, ...olderSessions]
}

/** A key that was never used. */
export function makeKey(): SealingKey {
  return { keyId: randomBytes(4).toString('hex'), key: randomBytes(32).toString('base64') }
}

/** Takes over what another process changed in the file: the active key and the older ones. Without a file nothing happens. */
export function refreshSecrets(secrets: Secrets): void {
  if (secrets.path === undefined) return
  const now = readSecrets(secrets.path)
  if (!now) return
  secrets.keyId = now.keyId
  secrets.key = now.key
  secrets.olderKeys = now.olderKeys ?? []
}

/**
 * AES-256-GCM (NIST SP 800-38D) under the active key. Layout: key id (4 bytes), nonce (12), tag (16), ciphertext. `about` binds it to its row. The file is
 * looked at each time: it happens rarely, and a key that was just retired must seal nothing more.
 */
export function seal(secrets: Secrets, about: string, value: unknown): Buffer {
  refreshSecrets(secrets)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(secrets.key, 'base64'), nonce)
  cipher.setAAD(Buffer.from(about))
  const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.from(secrets.keyId, 'hex'), nonce, cipher.getAuthTag(), body])
}

/** The inverse of `seal`, with whichever key sealed it. Throws when that key is not here, the row is another one, or a bit was changed. */
export function unseal<T>(secrets: Secrets, about: string, sealed: Buffer): T {
  const keyId = keyIdOf(sealed)
  if (!keyOf(secrets, keyId)) refreshSecrets(secrets)
  const key = keyOf(secrets, keyId)
  if (!key) throw new Error(`This was encrypted with the key ${keyId}, which is not here. ${remedy(secrets)}`)
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64'), sealed.subarray(4, 16))
  decipher.setAAD(Buffer.from(about))
  decipher.setAuthTag(sealed.subarray(16, 32))
  let text: string
  try {
    text = Buffer.concat([decipher.update(sealed.subarray(32)), decipher.final()]).toString('utf8')
  } catch (error) {
    throw new Error(`This does not open with the key ${keyId} that is here: the key or the row was changed. ${remedy(secrets)}`, {
      cause: error,
    })
  }
  return JSON.parse(text) as T
}

/** Which key sealed this, as 8 hex digits. */
export function keyIdOf(sealed: Buffer): string {
  return sealed.subarray(0, 4).toString('hex')
}

/** What an operator does when a key is missing. */
export function remedy(secrets: Secrets): string {
  return secrets.path === undefined
    ? 'Set SECRET_KEY to the secret that belongs to this database; while changing it, give both: the new one, a comma, the old one. If it is lost for good: pnpm cli keys forget'
    : `Put back the ${secrets.path} that belongs to this database. If it is lost for good: pnpm cli keys forget`
}

function keyOf(secrets: Secrets, keyId: string): string | null {
  return [secrets, ...(secrets.olderKeys ?? [])].find((each) => each.keyId === keyId)?.key ?? null
}

/** Everything follows from the first secret, by HKDF (RFC 5869) with a purpose each; the rest only open what they sealed. */
function secretsOf(text: string): Secrets {
  const given = text.split(/[\s,]+/).filter(Boolean)
  if (given.length === 0 || given.some((each) => each.length < 32))
    throw new Error('SECRET_KEY must be at least 32 characters long, as made by: openssl rand -hex 32')
  const derive = (secret: string, purpose: string, bytes: number) => Buffer.from(hkdfSync('sha256', secret, 'answerback', purpose, bytes))
  const keys = given.map((each) => ({ keyId: derive(each, 'key id', 4).toString('hex'), key: derive(each, 'seal', 32).toString('base64') }))
  return {
    ...keys[0]!,
    olderKeys: keys.slice(1),
    session: derive(given[0]!, 'session', 32).toString('hex'),
    olderSessions: given.slice(1).map((each) => derive(each, 'session', 32).toString('hex')),
    sandboxSeed: derive(given[0]!, 'sandbox', 16).toString('hex'),
  }
}

/** Null when there is no such file. */
function readSecrets(path: string): (Secrets & { path: string }) | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const parsed = shape.safeParse(parse(text))
  if (!parsed.success)
    throw new Error(
      `${path} is not readable as the secrets of an installation. Put back the file that belongs to this data folder; without it the connected accounts cannot be used.`,
    )
  return { ...parsed.data, path }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
