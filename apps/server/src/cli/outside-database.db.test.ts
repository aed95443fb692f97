import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildForTest, endOf, runCli, startNode } from '../../test/real-program.ts'
import { addMember, makeWorkspace } from '../access/workspaces.ts'
import { startEmbedded, type EmbeddedPostgres } from '../db/embedded.ts'
import { readEnv } from '../env.ts'
import { startServer } from '../server.ts'

/** A PostgreSQL of somebody else, with two databases whose owners are nobody special: one may make roles, the other may not. */
let folder: string
let server: EmbeddedPostgres
let backup: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'answerback-outside-'))
  server = await startEmbedded({ dataDir: join(folder, 'theirs'), log: { debug() {}, warn() {} } })
  await asAdministrator(
    'create role maker login createrole nosuperuser',
    'create role poor login nosuperuser',
    'create database makers owner maker',
    'create database poors owner poor',
  )
  backup = join(folder, 'shop.tar.gz')
  const env = readEnv({ DATA_DIR: join(folder, 'source'), DEMO: 'off', PORT: '0', HOST: '127.0.0.1', ROLES: 'web' })
  const source = await startServer(env, { log: pino({ level: 'silent' }), onTrouble: () => {} })
  const workspaceId = await makeWorkspace(source.ctx, { name: 'Shop', timeZone: 'Europe/Lisbon' })
  await addMember(source.ctx, workspaceId, { name: 'Nora', email: 'nora@shop.example', role: 'owner' })
  await source.stop()
  expect(await runCli(['backup', backup, '--with-secrets'], { DATA_DIR: join(folder, 'source'), DEMO: 'off' })).toMatchObject({ code: 0 })
}, 120_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function asAdministrator(...statements: string[]): Promise<void> {
  const client = new Client(server.config)
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

function settings(user: 'maker' | 'poor'): Record<string, string> {
  const { host, port } = server.config
  return {
    ...{ DATA_DIR: join(folder, `with-${user}`), PORT: '0', HOST: '127.0.0.1' },
    DATABASE_URL: `postgres://${user}@localhost:${port}/${user}s?host=${encodeURIComponent(host)}`,
  }
}

async function startProgram(user: 'maker' | 'poor') {
  return endOf(startNode([await buildForTest('main')], settings(user)))
}

describe('without the right to make roles', () => {
  test('the program prints the SQL for an administrator and ends; so does restore; doctor says it', async () => {
    for (const { code, err } of [await startProgram('poor'), await runCli(['restore', backup], settings('poor'))]) {
      expect(code).toBe(1)
      expect(err).toMatch(
        /may not make roles .* Run this as an administrator, then (start|run this) again:\n {2}create role answerback_app login/,
      )
      expect(err).toContain('  create role answerback_system login')
    }
    // Restore took back the keys that it brought; a start makes some, and doctor looks with those.
    await startProgram('poor')
    expect(await runCli(['doctor'], settings('poor'))).toMatchObject({
      code: 1,
      out: expect.stringMatching(/BAD {3}Roles: this database user may not make roles/),
    })
  }, 120_000)
})

describe('a database that only lets itself be read', () => {
  test('is refused by the program and by doctor, and nothing is made', async () => {
    await asAdministrator('alter database makers set default_transaction_read_only = on')
    const started = await startProgram('maker')
    expect(started).toMatchObject({
      code: 1,
      err: expect.stringMatching(/only lets itself be read .* Point DATABASE_URL at the primary server/),
    })
    const { code, out } = await runCli(['doctor'], settings('maker'))
    expect(code).toBe(1)
    expect(out).toMatch(/BAD {3}Database: .*only lets itself be read/)
    await asAdministrator('alter database makers reset default_transaction_read_only')
  }, 120_000)
})

describe('a backup', () => {
  test('goes into the database of an owner who is no superuser, and out of it again', async () => {
    const restored = await runCli(['restore', backup], settings('maker'))
    expect(restored).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^Restored \d+ rows/) })
    expect((await runCli(['staff', 'list'], settings('maker'))).out).toBe('Nora  nora@shop.example  owner\n')
    const again = join(folder, 'again.tar.gz')
    expect(await runCli(['backup', again], settings('maker'))).toMatchObject({ code: 0 })
    expect(await runCli(['restore', again], settings('maker'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('This database is not empty'),
    })
    const doctor = await runCli(['doctor'], settings('maker'))
    expect(doctor.out).not.toContain('BAD')
    expect(doctor.out).toContain('Migrations: all')
  }, 120_000)

  test('goes also where an administrator has made the roles', async () => {
    expect(await runCli(['restore', backup], settings('poor'))).toMatchObject({ code: 0, err: '' })
    expect((await runCli(['staff', 'list'], settings('poor'))).out).toBe('Nora  nora@shop.example  owner\n')
  }, 120_000)
})
