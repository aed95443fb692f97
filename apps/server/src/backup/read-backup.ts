import { createReadStream } from 'node:fs'
import { once } from 'node:events'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Client, type ClientConfig } from 'pg'
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams'
import { knownMigrations, migrate } from '../db/migrate.ts'
import { manifest, type Manifest } from './manifest.ts'
import { NotAnArchive, readTar, type TarEntry } from './tar.ts'

/**
 * Reads what a backup says of itself, and the file to its end, whose checksum tells whether each byte is as it was written: what is damaged is refused before
 * any database is made. Throws a sentence when the file is not a backup, is not whole, or this version is older than it.
 */
export async function readManifest(file: string): Promise<{ manifest: Manifest; secrets: string | null }> {
  let [about, secrets, ended] = [null as string | null, null as string | null, false]
  for await (const { name, body } of entriesOf(file)) {
    if (name === 'manifest.json') about ??= body.toString('utf8')
    if (name === 'secrets.json') secrets ??= body.toString('utf8')
    ended = name === 'end'
  }
  if (about === null) throw new Error(foreignWords(file))
  if (!ended) throw new Error(cutWords(file))
  const parsed = manifest.safeParse(parse(about))
  if (!parsed.success) throw new Error(foreignWords(file))
  const known = await knownMigrations()
  if (parsed.data.migrations.some((tag, at) => known[at] !== tag))
    throw new Error(`${file} was made by a newer Answerback (${parsed.data.version}). Restore it with that version or a later one.`)
  return { manifest: parsed.data, secrets: parsed.data.secrets ? secrets : null }
}

/**
 * Puts a backup's rows into a database that has none: brings it to the backup's migrations, fills it in one transaction, then brings it to this version's.
 * What was on its way out when the backup was made may have arrived since: it is looked for, and shown to a person, never sent again by itself.
 * Throws a sentence, with nothing written, when the database is not empty or the file is cut or changed.
 */
export async function readBackup(
  file: string,
  store: { owner: ClientConfig; rolePasswords: readonly string[] },
  options: { now: Date },
): Promise<Manifest> {
  const { manifest: about } = await readManifest(file)
  await refuseFull(store.owner, about)
  await migrate(store.owner, { rolePasswords: store.rolePasswords, upTo: about.migrations.length })
  const owner = new Client(store.owner)
  await owner.connect()
  try {
    await owner.query('begin')
    const walled = await lowerWalls(owner)
    await fill(owner, file, about)
    await settle(owner, options.now)
    for (const name of walled) await owner.query(`alter table ${owner.escapeIdentifier(name)} force row level security`)
    await owner.query('commit')
  } finally {
    await owner.end()
  }
  await migrate(store.owner, { rolePasswords: store.rolePasswords })
  return about
}

/** Empty: no tables at all, or those of a server that was started and never used, by the same version as the backup. */
async function refuseFull(config: ClientConfig, about: Manifest): Promise<void> {
  const owner = new Client(config)
  await owner.connect()
  try {
    const { rows } = await owner.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
    )
    if (rows.length === 0) return
    const { rows: ours } = await owner.query<{ ours: boolean }>(`select to_regclass('drizzle.__drizzle_migrations') is not null as ours`)
    if (!ours[0]!.ours)
      throw new Error('This database holds tables of something else. Give Answerback a database of its own to restore into.')
    await owner.query('begin')
    await lowerWalls(owner)
    const full = await owner.query<{ full: boolean }>(
      'select exists (select from workspace) or exists (select from "user") or exists (select from delivery) as full',
    )
    const done = await owner.query<{ count: number }>('select count(*)::int as count from drizzle.__drizzle_migrations')
    await owner.query('rollback')
    if (full.rows[0]!.full)
      throw new Error(
        'This database is not empty, and a backup is only restored into an empty one. Choose another DATA_DIR or DATABASE_URL; nothing was changed.',
      )
    if (done.rows[0]!.count !== about.migrations.length)
      throw new Error(
        'This database was already started by another version than the backup was made with. Give restore a new one: an empty DATA_DIR or database.',
      )
  } finally {
    await owner.end()
  }
}

/** Lets the tables' owner see and write all rows, for this transaction. Returns which tables it was. */
export async function lowerWalls(owner: Client): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relforcerowsecurity`,
  )
  for (const { name } of rows) await owner.query(`alter table ${owner.escapeIdentifier(name)} no force row level security`)
  return rows.map((row) => row.name)
}

async function fill(owner: Client, file: string, about: Manifest): Promise<void> {
  await owner.query('alter table conversation disable trigger count_conversation')
  const wanted = new Map(about.tables.map((table) => [table.name, table]))
  const found = new Map<string, number>()
  let ended = false
  const now: { open: { name: string; copy: CopyStreamQuery } | null; refused: Error | null } = { open: null, refused: null }
  const finish = async () => {
    const { open } = now
    if (!open) return
    now.open = null
    const finished = once(open.copy, 'finish')
    open.copy.end()
    await finished
    found.set(open.name, (found.get(open.name) ?? 0) + open.copy.rowCount)
  }
  for await (const { name, body } of entriesOf(file)) {
    if (name === 'end') ended = true
    const table = wanted.get(name.split('/')[0]!)
    if (!table || !name.includes('/')) continue
    if (now.open?.name !== table.name) {
      await finish()
      const columns = table.columns.map((each) => owner.escapeIdentifier(each)).join(', ')
      const copy = owner.query(copyFrom(`copy ${owner.escapeIdentifier(table.name)} (${columns}) from stdin`))
      copy.on('error', (error) => (now.refused = error))
      now.open = { name: table.name, copy }
    }
    if (now.refused) throw now.refused
    if (!now.open.copy.write(body)) await once(now.open.copy, 'drain')
  }
  await finish()
  if (!ended) throw new Error(cutWords(file))
  const wrong = about.tables.find((table) => (found.get(table.name) ?? 0) !== table.rows)
  if (wrong)
    throw new Error(`${file} holds ${found.get(wrong.name) ?? 0} rows of ${wrong.name} where it says ${wrong.rows}. Nothing was restored.`)
  await owner.query('alter table conversation enable trigger count_conversation')
}

async function settle(owner: Client, now: Date): Promise<void> {
  await owner.query(
    `insert into conversation_count (workspace_id, state, channel_id, assignee_id, reply_failed, count)
     select workspace_id, state, channel_id, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'), reply_failed, count(*)
     from conversation group by 1, 2, 3, 4, 5`,
  )
  await owner.query(
    `update reply set state = 'needs_check', due_at = $1, looks = 0, reason = 'Restored from a backup: it may have been sent after the backup was made.'
     where state in ('held', 'queued')`,
    [now],
  )
  // Browsers that saw later changes than the backup's ask for everything anew.
  await owner.query('update workspace_seq set seq = seq + 1')
}

async function* entriesOf(file: string): AsyncGenerator<TarEntry> {
  let begun = false
  try {
    for await (const entry of readTar(pipeline(createReadStream(file), createGunzip(), () => {}))) {
      yield entry
      begun = true
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') throw new Error(`There is no file ${file}.`)
    if (code === 'Z_BUF_ERROR' || (error instanceof NotAnArchive && error.cut)) throw new Error(cutWords(file))
    // zlib's words for a file that is not gzip at all; what it finds later was gzip once.
    const foreign = error instanceof NotAnArchive ? !begun : (error as Error).message === 'incorrect header check'
    if (code?.startsWith('Z_') || error instanceof NotAnArchive) throw new Error(foreign ? foreignWords(file) : changedWords(file))
    throw error
  }
}

function cutWords(file: string): string {
  return `${file} is not whole: its end is missing. Copy it again, or take another backup. Nothing was restored.`
}

function foreignWords(file: string): string {
  return `${file} is not a backup of Answerback.`
}

function changedWords(file: string): string {
  return `${file} is not whole: it was changed after it was written. Copy it again, or take another backup. Nothing was restored.`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
