import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { endDemo } from '../access/end-demo.ts'
import { lowerWalls } from '../backup/read-backup.ts'
import { migrate } from '../db/migrate.ts'
import { demoEndedFile } from '../env.ts'
import { print, type Command } from './command.ts'
import { refuseWhileServing, withStore } from './installation.ts'

export const wipeDemo: Command = {
  usage: 'demo wipe',
  words:
    'Removes the demo with all its people, conversations and accounts, and nothing else. The next start is the real thing: it prints a link to set it up. Stop Answerback first.',
  run() {
    return withStore(async ({ dataDir, store }) => {
      await refuseWhileServing(store)
      await migrate(store.owner, { rolePasswords: store.rolePasswords })
      const owner = new Client(store.owner)
      await owner.connect()
      try {
        await owner.query('begin')
        const wiped = await wipe(owner)
        await owner.query('commit')
        if (wiped === 0 && existsSync(join(dataDir, demoEndedFile))) return print('The demo is already gone.')
        if (wiped === 0) throw new Error('There is no demo here; nothing was removed.')
      } finally {
        await owner.end()
      }
      for (const name of ['sandbox-secrets.json', 'sandbox-state.json', 'sandbox-state.json.files'])
        await rm(join(dataDir, name), { force: true, recursive: true })
      await endDemo(dataDir)
      print('The demo is gone, and the next start is the real thing. While nobody has set that up, it prints a link to do so.')
    })
  },
}

/** Removes the demo workspaces' rows from every table, and what belongs to nobody else. Returns how many workspaces there were. */
async function wipe(owner: Client): Promise<number> {
  const walled = await lowerWalls(owner)
  const { rows } = await owner.query<{ id: string }>('select id from workspace where demo')
  const demos = rows.map((row) => row.id)
  if (demos.length > 0) {
    await owner.query(`create temporary table demo_channel on commit drop as select id, app_id from channel where workspace_id = any($1)`, [
      demos,
    ])
    await owner.query(
      `create temporary table demo_app on commit drop as select id from platform_app p
      where exists (select from demo_channel d where d.app_id = p.id) and not exists (select from channel c where c.app_id = p.id and not c.workspace_id = any($1))`,
      [demos],
    )
    await owner.query('delete from delivery where channel_id in (select id from demo_channel) or app_id in (select id from demo_app)')
    await owner.query('delete from platform_app where id in (select id from demo_app)')
    await owner.query(
      `create temporary table demo_person on commit drop as select distinct user_id as id from member m where workspace_id = any($1)
       and not exists (select from member other where other.user_id = m.user_id and not other.workspace_id = any($1))`,
      [demos],
    )
    for (const table of ['session', 'account']) await owner.query(`delete from ${table} where user_id in (select id from demo_person)`)
    await owner.query('delete from "user" where id in (select id from demo_person)')
    const tables = await owner.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'workspace_id' and not a.attisdropped
       order by c.relname = 'conversation_count'`,
    )
    for (const { name } of tables.rows)
      await owner.query(`delete from ${owner.escapeIdentifier(name)} where workspace_id = any($1)`, [demos])
    await owner.query('delete from workspace where id = any($1)', [demos])
  }
  for (const name of walled) await owner.query(`alter table ${owner.escapeIdentifier(name)} force row level security`)
  return demos.length
}
