import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runMigrations } from 'bullmq'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as runDrizzle } from 'drizzle-orm/node-postgres/migrator'
import type { ClientConfig } from 'pg'
import { keepMark, refuseOtherKey } from './key-mark.ts'
import { openOwner } from './open-owner.ts'
import { ensureRoles } from './roles.ts'

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))
/** Any fixed number: only one process migrates at a time, the others wait and find nothing to do. */
const lockKey = 4_120_557

/**
 * Brings a database to this version: roles, our tables, BullMQ's tables. Forward-only, safe to call from many processes at once. `upTo` stops after so many of our
 * migrations, for rows that were written under them. `takeOver`: the secret it belonged to is lost, and a person wants it to belong to ours from now on. Throws a sentence when the database cannot be used.
 */
export async function migrate(
  owner: ClientConfig,
  options: { rolePasswords?: readonly string[]; upTo?: number; takeOver?: boolean } = {},
): Promise<void> {
  const { rolePasswords = [], takeOver = false } = options
  const client = await openOwner(owner)
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey])
    if (!takeOver) await refuseOtherKey(client, rolePasswords)
    await ensureRoles(client, rolePasswords, { takeOver })
    if (options.upTo === undefined) await runDrizzle(drizzle(client), { migrationsFolder })
    else await inPart(options.upTo, (folder) => runDrizzle(drizzle(client), { migrationsFolder: folder }))
    await runMigrations(client, 'bullmq')
    await client.query(`
      grant usage, create on schema bullmq to answerback_system; -- it makes a sequence for each queue
      grant select, insert, update, delete on all tables in schema bullmq to answerback_system;
      grant usage, select, update on all sequences in schema bullmq to answerback_system;
      grant execute on all functions in schema bullmq to answerback_system;
      grant usage on schema drizzle to answerback_system;
      grant select on drizzle.__drizzle_migrations to answerback_system;`)
    await keepMark(client, rolePasswords)
  } finally {
    await client.end()
  }
}

/** A folder with the first migrations alone, as the migrator wants it, gone after `run`. */
async function inPart(count: number, run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'answerback-migrations-'))
  try {
    await cp(migrationsFolder, folder, { recursive: true })
    const file = join(folder, 'meta/_journal.json')
    const journal = JSON.parse(await readFile(file, 'utf8')) as { entries: unknown[] }
    await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }))
    await run(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** This version's migrations, oldest first, by name. */
export async function knownMigrations(): Promise<string[]> {
  const journal = JSON.parse(await readFile(join(migrationsFolder, 'meta/_journal.json'), 'utf8')) as { entries: { tag: string }[] }
  return journal.entries.map((entry) => entry.tag)
}
