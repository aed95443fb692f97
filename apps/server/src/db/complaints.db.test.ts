import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded, type EmbeddedPostgres } from './embedded.ts'
import { migrate } from './migrate.ts'
import { explainCondition, explainConnection } from './open-owner.ts'

let dataDir: string
let server: EmbeddedPostgres

/** A server of its own, because roles belong to all of a server, where one user has a password and no right to make roles. */
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'answerback-complaints-'))
  server = await startEmbedded({ dataDir, log: { debug() {}, warn() {} } })
  const hba = join(dataDir, 'postgres', 'pg_hba.conf')
  const scram = ['plain', 'answerback_app', 'answerback_system'].map((role) => `local all ${role} scram-sha-256\n`).join('')
  writeFileSync(hba, scram + readFileSync(hba, 'utf8'))
  await asAdministrator(
    'select pg_reload_conf()',
    "create role plain login password 'right'",
    'create database theirs owner plain',
    'create database others',
  )
  // The new rules hold once a connection meets them.
  for (;;) if (await connectsAs(plain('wrong')).then((ok) => !ok)) break
})
afterAll(async () => {
  await server.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function asAdministrator(...statements: string[]): Promise<void> {
  const client = new Client(server.config)
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

async function connectsAs(config: ClientConfig): Promise<boolean> {
  const client = new Client(config)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end()
  }
}

function plain(password: string, database = 'theirs'): ClientConfig {
  return { ...server.config, user: 'plain', password, database }
}

describe('a database that cannot be used is refused with what to do about it', () => {
  test('a wrong password', async () => {
    await expect(migrate(plain('wrong'))).rejects.toThrow(/refused the user or password of DATABASE_URL/)
  })

  test('a database that is not there', async () => {
    await expect(migrate(plain('right', 'nowhere'))).rejects.toThrow(/There is no such database .* create database answerback/)
  })

  test('nobody at that address', async () => {
    await expect(migrate({ ...plain('right'), host: '127.0.0.1', port: 1 })).rejects.toThrow(
      /No database answers at the address of DATABASE_URL/,
    )
  })

  test('a database that may only be read', async () => {
    await asAdministrator('alter database theirs set default_transaction_read_only = on')
    await expect(migrate(plain('right'))).rejects.toThrow(/only lets itself be read .* Point DATABASE_URL at the primary/)
    await asAdministrator('alter database theirs reset default_transaction_read_only')
  })

  test('a database of somebody else', async () => {
    await expect(migrate(plain('right', 'others'))).rejects.toThrow(/may not make tables here\. Make it the owner of the database/)
  })

  test('no right to make roles: the SQL for an administrator, which is then enough and tells no password', async () => {
    const rolePassword = 'derived-from-the-key'
    const refusal = await migrate(plain('right'), { rolePasswords: [rolePassword] }).then(
      () => '',
      (error: Error) => error.message,
    )
    expect(refusal).toMatch(/may not make roles .* Run this as an administrator, then start again:/)
    expect(refusal).not.toContain(rolePassword)
    const statements = refusal.split('\n').slice(1)
    expect(statements).toHaveLength(2)
    await asAdministrator(...statements)
    await migrate(plain('right'), { rolePasswords: [rolePassword] })
    for (const user of ['answerback_app', 'answerback_system']) {
      expect(await connectsAs({ ...plain(rolePassword), user }), user).toBe(true)
      expect(await connectsAs({ ...plain('another'), user }), user).toBe(false)
    }
  })

  test('one that is too old, a standby, or stores text in another way', () => {
    const fine = { version: 160_004, readOnly: false, standby: false, mayCreate: true, encoding: 'UTF8' }
    expect(explainCondition(fine)).toBe(null)
    expect(explainCondition({ ...fine, version: 150_018 })).toMatch(/PostgreSQL 15, and Answerback needs 16 or later\. Upgrade/)
    expect(explainCondition({ ...fine, standby: true })).toMatch(/standby .* Point DATABASE_URL at the primary/)
    expect(explainCondition({ ...fine, encoding: 'SQL_ASCII' })).toMatch(/stores text as SQL_ASCII, .* encoding 'UTF8'/)
  })

  test('a name that nobody knows, or a server that is full', () => {
    const of = (code: string) => explainConnection(Object.assign(new Error('words of the driver'), { code }))
    expect(of('ENOTFOUND')).toMatch(/host name of DATABASE_URL is not known/)
    expect(of('53300')).toMatch(/takes no more connections .* max_connections/)
    expect(of('57P03')).toMatch(/just starting or stopping/)
  })
})
