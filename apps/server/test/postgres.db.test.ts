import pg from 'pg'
import { expect, test } from 'vitest'
import { freshDatabase } from './postgres.ts'

async function rowsOf(config: pg.ClientConfig, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

test('two fresh databases are migrated, apart from each other, and open to the three roles', async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()])
  await rowsOf(one.owner, 'create table only_here (id int)')
  const tables = "select count(*)::int as count from pg_tables where schemaname = 'public'"
  const [inOne] = await rowsOf(one.owner, tables)
  const [inTwo] = await rowsOf(two.owner, tables)
  expect(inTwo!.count).toBeGreaterThan(5)
  expect(inOne!.count).toBe((inTwo!.count as number) + 1)

  const who = 'select current_user as who, (select rolbypassrls or rolsuper from pg_roles where rolname = current_user) as exempt'
  expect(await rowsOf(one.app, who)).toEqual([{ who: 'answerback_app', exempt: false }])
  expect(await rowsOf(one.system, who)).toEqual([{ who: 'answerback_system', exempt: false }])

  await Promise.all([one.drop(), two.drop()])
  await expect(rowsOf(one.owner, 'select 1')).rejects.toThrow(/does not exist/)
})
