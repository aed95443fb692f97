import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Client, type ClientConfig } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { knownMigrations } from '../db/migrate.ts'
import { leftOut, type Manifest } from './manifest.ts'
import { tarEnd, tarEntry } from './tar.ts'

/** Rows travel in pieces of about this size, so that neither end holds a table in memory. */
const pieceBytes = 1 << 20

type Table = { name: string; walled: boolean; columns: string[] }
type Options = { file: string; now: Date; version: string; secrets: string | null }

/**
 * Writes all rows of the installation into `file` (tar, gzip, 0600), as they stood in one instant, while servers run: both roles read the same snapshot,
 * the app's role behind each workspace's wall in turn. Nothing half-written is left behind under that name. Returns what it wrote.
 */
export async function writeBackup(store: { app: ClientConfig; system: ClientConfig }, options: Options): Promise<Manifest> {
  const [system, app] = [new Client(store.system), new Client(store.app)]
  const draft = `${options.file}.part`
  await Promise.all([system.connect(), app.connect()])
  try {
    await system.query('begin isolation level repeatable read read only')
    const snapshot = await system.query<{ id: string }>('select pg_export_snapshot() as id')
    await app.query('begin isolation level repeatable read read only')
    await app.query(`set transaction snapshot ${app.escapeLiteral(snapshot.rows[0]!.id)}`)
    const workspaces = (await system.query<{ id: string }>('select id from workspace order by id')).rows.map((row) => row.id)
    const sources = { system, app, workspaces }
    const tables = await tablesOf(system)
    const manifest: Manifest = {
      format: 1,
      madeAt: options.now.toISOString(),
      version: options.version,
      migrations: await doneMigrations(system),
      tables: [],
      keyIds: await keyIdsOf(system),
      secrets: options.secrets !== null,
    }
    for (const { name, walled, columns } of tables)
      manifest.tables.push({ name, columns, rows: await countRows(sources, { name, walled, columns }) })
    await pipeline(
      Readable.from(pieces(sources, tables, manifest, options)),
      createGzip({ level: 6 }),
      createWriteStream(draft, { mode: 0o600 }),
    )
    await rename(draft, options.file)
    return manifest
  } finally {
    await rm(draft, { force: true })
    await Promise.all([system.end(), app.end()])
  }
}

type Sources = { system: Client; app: Client; workspaces: string[] }

async function* pieces(sources: Sources, tables: Table[], manifest: Manifest, options: Options): AsyncGenerator<Buffer> {
  const at = Math.floor(options.now.getTime() / 1000)
  yield tarEntry({ name: 'manifest.json', body: Buffer.from(JSON.stringify(manifest, null, 2)) }, at)
  if (options.secrets !== null) yield tarEntry({ name: 'secrets.json', body: Buffer.from(options.secrets) }, at)
  for (const table of tables) {
    let number = 0
    for await (const body of rowsOf(sources, table)) {
      number += 1
      yield tarEntry({ name: `${table.name}/${String(number).padStart(6, '0')}.copy`, body }, at)
    }
  }
  // Says that this is all: a file that was cut does not have it.
  yield tarEntry({ name: 'end', body: Buffer.alloc(0) }, at)
  yield tarEnd
}

/** All tables but those left out, in an order without meaning: nothing refers to a row that must be there first. */
async function tablesOf(system: Client): Promise<Table[]> {
  const { rows } = await system.query<Table>(
    `select c.relname as name, c.relforcerowsecurity as walled,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relname = any($1) order by c.relname`,
    [leftOut],
  )
  return rows
}

async function doneMigrations(system: Client): Promise<string[]> {
  const { rows } = await system.query<{ count: number }>('select count(*)::int as count from drizzle.__drizzle_migrations')
  return (await knownMigrations()).slice(0, rows[0]!.count)
}

async function keyIdsOf(system: Client): Promise<string[]> {
  const { rows } = await system.query<{ id: string }>(
    `select distinct encode(substring(sealed from 1 for 4), 'hex') as id
     from (select credentials as sealed from channel union all select secrets from platform_app) as all_sealed where length(sealed) > 0 order by 1`,
  )
  return rows.map((row) => row.id)
}

/** Who reads a table: the system's role, or the app's from inside each workspace. */
async function* readers({ system, app, workspaces }: Sources, table: Table): AsyncGenerator<Client> {
  if (!table.walled) return yield system
  for (const id of workspaces) {
    await app.query("select set_config('app.workspace', $1, true)", [id])
    yield app
  }
}

async function countRows(sources: Sources, table: Table): Promise<number> {
  let count = 0
  for await (const client of readers(sources, table))
    count += (await client.query<{ count: number }>(`select count(*)::int as count from ${client.escapeIdentifier(table.name)}`)).rows[0]!
      .count
  return count
}

/** A table as COPY text, in pieces that end at a row's end. */
async function* rowsOf(sources: Sources, table: Table): AsyncGenerator<Buffer> {
  for await (const client of readers(sources, table)) {
    const columns = table.columns.map((each) => client.escapeIdentifier(each)).join(', ')
    const stream = client.query(copyTo(`copy (select ${columns} from ${client.escapeIdentifier(table.name)}) to stdout`))
    let held: Buffer[] = []
    let length = 0
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      held.push(chunk)
      length += chunk.length
      // A row with a file in it is longer than a piece: it is put together once, at its end.
      if (length < pieceBytes || !chunk.includes(10)) continue
      const all = Buffer.concat(held)
      const end = all.lastIndexOf(10) + 1
      yield all.subarray(0, end)
      held = [all.subarray(end)]
      length = all.length - end
    }
    if (length > 0) yield Buffer.concat(held)
  }
}
