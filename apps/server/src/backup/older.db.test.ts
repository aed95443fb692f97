import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientConfig } from 'pg'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { onDatabase } from '../../test/postgres.ts'
import { knownMigrations, migrate } from '../db/migrate.ts'
import { leftOut } from './manifest.ts'
import { lowerWalls, readBackup } from './read-backup.ts'
import { writeBackup } from './write-backup.ts'

/** A backup is brought to this version from each one before. The first that could make one had these. */
const first = 4
const all = await knownMigrations()
const earlier = all.slice(0, -1).flatMap((tag, at) => (at + 1 >= first ? [{ tag, count: at + 1 }] : []))

const { owner, rolePassword } = inject('postgres')
const rolePasswords = rolePassword === null ? [] : [rolePassword]
const made: string[] = []
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'answerback-older-'))
})
afterEach(async () => {
  for (const name of made.splice(0)) await onDatabase(owner, (client) => client.query(`drop database ${name} with (force)`))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function emptyDatabase() {
  const name = `answerback_older_${randomUUID().replaceAll('-', '')}`
  await onDatabase(owner, (client) => client.query(`create database ${name}`))
  made.push(name)
  const as = (user: string): ClientConfig => ({ ...owner, database: name, user, password: rolePassword ?? undefined })
  return { owner: { ...owner, database: name }, app: as('answerback_app'), system: as('answerback_system'), rolePasswords }
}

/** Whether the two roles see all tables that belong into a backup, as in every version. */
async function mayRead(config: ClientConfig): Promise<boolean> {
  return onDatabase(config, async (client) => {
    const { rows } = await client.query<{ all: boolean }>(
      `select bool_and(has_table_privilege(case when relforcerowsecurity then 'answerback_app' else 'answerback_system' end, oid, 'select')) as all
       from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and not relname = any($1)`,
      [leftOut],
    )
    return rows[0]!.all
  })
}

/** A brand and its owner, in columns that every version has. */
async function fill(config: ClientConfig): Promise<void> {
  const [workspaceId, userId] = [randomUUID(), randomUUID()]
  await onDatabase(config, async (client) => {
    await client.query('begin')
    const walled = await lowerWalls(client)
    await client.query(`insert into workspace (id, name, time_zone, created_at) values ($1, 'Shop', 'Europe/Lisbon', now())`, [workspaceId])
    await client.query('insert into workspace_seq (workspace_id) values ($1)', [workspaceId])
    await client.query(
      `insert into "user" (id, name, email, email_verified, created_at, updated_at) values ($1, 'Nora', 'nora@shop.example', true, now(), now())`,
      [userId],
    )
    await client.query(`insert into member (workspace_id, user_id, name, role, created_at) values ($1, $2, 'Nora', 'owner', now())`, [
      workspaceId,
      userId,
    ])
    for (const name of walled) await client.query(`alter table ${client.escapeIdentifier(name)} force row level security`)
    await client.query('commit')
  })
}

test.each(earlier)(
  'of the version that ended with $tag: its rows come along, and the tables are those of this one',
  async ({ count }) => {
    const [old, fresh] = [await emptyDatabase(), await emptyDatabase()]
    let upTo = count
    await migrate(old.owner, { rolePasswords, upTo })
    // New tables and their grants are two migrations, and no version ended between them.
    while (upTo < all.length && !(await mayRead(old.owner))) await migrate(old.owner, { rolePasswords, upTo: (upTo += 1) })
    await fill(old.owner)
    const file = join(folder, `${count}.tar.gz`)
    const { migrations } = await writeBackup(old, { file, now: new Date(), version: '0.0.1', secrets: null })
    expect(migrations).toEqual(all.slice(0, upTo))
    await readBackup(file, fresh, { now: new Date() })
    await onDatabase(fresh.owner, async (client) => {
      await client.query('begin')
      await lowerWalls(client)
      const { rows } = await client.query(
        `select w.name as brand, m.name, m.role, u.email from workspace w join member m on m.workspace_id = w.id join "user" u on u.id = m.user_id`,
      )
      expect(rows).toEqual([{ brand: 'Shop', name: 'Nora', role: 'owner', email: 'nora@shop.example' }])
      const done = await client.query<{ count: number }>('select count(*)::int as count from drizzle.__drizzle_migrations')
      expect(done.rows[0]!.count).toBe(all.length)
      await client.query('rollback')
    })
  },
  60_000,
)
