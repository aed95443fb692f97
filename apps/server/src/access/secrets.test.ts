import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keepSecrets, loadSecrets, makeKey, seal, unseal, type Secrets } from './secrets.ts'

const value = { accessToken: 'EAA-token', note: 'ünï' }
const secrets = (): Secrets => ({ ...makeKey(), session: 's'.repeat(64), sandboxSeed: '1' })

describe('what is sealed', () => {
  test('comes back, and shows nothing of itself', () => {
    const ours = secrets()
    const sealed = seal(ours, 'channel:1', value)
    expect(unseal(ours, 'channel:1', sealed)).toEqual(value)
    expect(sealed.includes('EAA-token')).toBe(false)
    expect(seal(ours, 'channel:1', value).equals(sealed)).toBe(false)
  })

  test('is refused with any single bit changed', () => {
    const ours = secrets()
    const sealed = seal(ours, 'channel:1', value)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Buffer.from(sealed)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => unseal(ours, 'channel:1', flipped), `bit ${bit}`).toThrow()
    }
  })

  test('is refused in another row or another table', () => {
    const ours = secrets()
    const sealed = seal(ours, 'channel:1', value)
    expect(() => unseal(ours, 'channel:2', sealed)).toThrow()
    expect(() => unseal(ours, 'platform_app:1', sealed)).toThrow()
  })

  test('is refused cut short, and by another key with what to do', () => {
    const ours = secrets()
    const sealed = seal(ours, 'channel:1', value)
    for (const length of [0, 3, 4, 16, 31, 32, sealed.length - 1])
      expect(() => unseal(ours, 'channel:1', sealed.subarray(0, length))).toThrow()
    expect(() => unseal(secrets(), 'channel:1', sealed)).toThrow(/encrypted with the key [0-9a-f]{8}, which is not here/)
  })

  test('is opened by an older key, and sealed by the newest', () => {
    const { keyId, key, ...rest } = secrets()
    const sealed = seal({ keyId, key, ...rest }, 'channel:1', value)
    const rotated: Secrets = { ...rest, ...makeKey(), olderKeys: [{ keyId, key }] }
    expect(unseal(rotated, 'channel:1', sealed)).toEqual(value)
    expect(seal(rotated, 'channel:1', value).subarray(0, 4).toString('hex')).toBe(rotated.keyId)
  })
})

describe('secrets.json', () => {
  let folder: string
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'secrets-'))))
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('is made once, for its owner only', async () => {
    const first = await loadSecrets(folder)
    expect(await loadSecrets(folder)).toEqual(first)
    expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600)
    const both = await Promise.all([loadSecrets(join(folder, 'two')), loadSecrets(join(folder, 'two'))])
    expect(both[0].key).toBe(both[1].key)
  })

  test('that was changed by another process is noticed, to open and to seal', async () => {
    const server = await loadSecrets(folder)
    const command = await loadSecrets(folder)
    const { keyId, key } = command
    Object.assign(command, { ...makeKey(), olderKeys: [{ keyId, key }] })
    await keepSecrets(command as Secrets & { path: string })
    const sealed = seal(command, 'channel:1', value)
    expect(unseal(server, 'channel:1', sealed)).toEqual(value)
    expect(seal(server, 'channel:1', value).subarray(0, 4)).toEqual(sealed.subarray(0, 4))
    expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8'))).not.toHaveProperty('path')
  })

  test.each(['', '{', '[]', '{"keyId":"zz"}', '{"keyId":"00000001","key":"short","session":"","sandboxSeed":""}'])(
    'that is broken (%s) is said to be, with what to do',
    async (text) => {
      await writeFile(join(folder, 'secrets.json'), text)
      await expect(loadSecrets(folder)).rejects.toThrow(/secrets\.json is not readable.*Put back the file/)
    },
  )

  test('is not made by one of several processes, which would not share it', async () => {
    const given = { DATABASE_URL: 'postgres://elsewhere', ROLES: ['web'] }
    await expect(loadSecrets(folder, given)).rejects.toThrow(/Set SECRET_KEY/)
    await loadSecrets(folder)
    await expect(loadSecrets(folder, given)).resolves.toHaveProperty('keyId')
  })
})

describe('SECRET_KEY', () => {
  const one = 'a'.repeat(64)
  const two = 'b'.repeat(64)
  test('gives every process the same secrets, and no file', async () => {
    const [a, b] = [await loadSecrets('/nowhere', { secretKey: one }), await loadSecrets('/nowhere', { secretKey: `${one}\n` })]
    expect(a).toEqual(b)
    expect(new Set([a.key, a.session, a.sandboxSeed]).size).toBe(3)
    expect(unseal(b, 'channel:1', seal(a, 'channel:1', value))).toEqual(value)
  })
  test('given twice, the newest first, opens what the older sealed', async () => {
    const before = await loadSecrets('/nowhere', { secretKey: one })
    const both = await loadSecrets('/nowhere', { secretKey: `${two},${one}` })
    const after = await loadSecrets('/nowhere', { secretKey: two })
    const sealed = seal(before, 'channel:1', value)
    expect(unseal(both, 'channel:1', sealed)).toEqual(value)
    expect(() => unseal(after, 'channel:1', sealed)).toThrow(/Set SECRET_KEY to the secret that belongs to this database/)
    expect(unseal(after, 'channel:1', seal(both, 'channel:1', value))).toEqual(value)
  })
  test('that is too short is refused', async () => {
    await expect(loadSecrets('/nowhere', { secretKey: `${one},short` })).rejects.toThrow(/at least 32 characters/)
  })
})
