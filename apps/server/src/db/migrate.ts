import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runMigrations } from 'bullmq'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as runDrizzle } from 'drizzle-orm/node-postgres/migrator'
import { Client, type ClientConfig } from 'pg'
import { ensureRoles } from './roles.ts'

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))
/** Any fixed number: only one process migrates at a time, the others wait and find nothing to do. */
const lockKey = 4_120_557

/** Brings a database to this version: roles, our tables, BullMQ's tables. Forward-only, safe to call from many processes at once. */
export async function migrate(owner: ClientConfig, options: { rolePassword?: string | null } = {}): Promise<void> {
  const client = new Client(owner)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey])
    await ensureRoles(client, options.rolePassword ?? null)
    await runDrizzle(drizzle(client), { migrationsFolder })
    await runMigrations(client, 'bullmq')
    await client.query(`
      grant usage, create on schema bullmq to answerback_system; -- it makes a sequence for each queue
      grant select, insert, update, delete on all tables in schema bullmq to answerback_system;
      grant usage, select, update on all sequences in schema bullmq to answerback_system;
      grant execute on all functions in schema bullmq to answerback_system;
      grant usage on schema drizzle to answerback_system;
      grant select on drizzle.__drizzle_migrations to answerback_system;`)
  } finally {
    await client.end()
  }
}

/** This version's migrations, oldest first, by name. */
export async function knownMigrations(): Promise<string[]> {
  const journal = JSON.parse(await readFile(join(migrationsFolder, 'meta/_journal.json'), 'utf8')) as { entries: { tag: string }[] }
  return journal.entries.map((entry) => entry.tag)
}
