import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { makeBusy, openOtherWorkspace } from '../../test/busy.ts'
import { openWorld, type World } from '../../test/world.ts'

/** Without walls, because they belong to no workspace or are read before one is known; the app's role may not even read them. */
const exempt = [
  'account',
  'api_key',
  'delivery',
  'feed',
  'installation',
  'one_time_link',
  'platform_app',
  'poll',
  'poll_budget',
  'session',
  'sign_in_attempt',
  'user',
  'verification',
]

type Table = { name: string; workspace: boolean; enabled: boolean; forced: boolean }

let world: World
let other: { id: string; key: string }
let tables: Table[]
let app: pg.Pool

beforeAll(async () => {
  world = await openWorld()
  other = await openOtherWorkspace(world)
  await makeBusy(world)
  const { rows } = await world.ctx.db.system.execute<Table>(sql`
    select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped) as workspace
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.relname`)
  tables = rows
  app = new pg.Pool({ ...world.database.app, max: 1 })
})
afterAll(async () => {
  await app.end()
  await world.close()
})

function walled(): Table[] {
  return tables.filter((table) => !exempt.includes(table.name))
}

/** Rows of every table that the app's role sees from inside one workspace, or from none. */
async function seenFrom(workspaceId: string | null): Promise<Record<string, number>> {
  const client = await app.connect()
  try {
    await client.query('begin')
    if (workspaceId !== null) await client.query("select set_config('app.workspace', $1, true)", [workspaceId])
    const seen: Record<string, number> = {}
    for (const { name } of walled()) {
      const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${client.escapeIdentifier(name)}`)
      seen[name] = rows[0]!.count
    }
    await client.query('commit')
    return seen
  } finally {
    client.release()
  }
}

async function refusal(statement: string): Promise<string> {
  const client = await app.connect()
  try {
    await client.query('begin')
    await client.query("select set_config('app.workspace', $1, true)", [world.workspaceId])
    await client.query(statement)
    return 'allowed'
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const denied = '42501'

describe('walls between workspaces', () => {
  test('every table of a workspace has row-level security on and forced, and nothing else is exempt', () => {
    expect(walled().filter((table) => !table.enabled || !table.forced)).toEqual([])
    expect(
      walled()
        .filter((table) => !table.workspace)
        .map((table) => table.name),
    ).toEqual(['workspace'])
    expect(tables.filter((table) => exempt.includes(table.name)).map((table) => table.name)).toEqual(exempt)
  })

  test('a busy workspace has rows in every table, seen from inside it alone', async () => {
    const own = await seenFrom(world.workspaceId)
    expect(Object.entries(own).filter(([, count]) => count === 0)).toEqual([])
    const nowhere = Object.fromEntries(walled().map(({ name }) => [name, 0]))
    expect(await seenFrom(null)).toEqual(nowhere)
    // Its own row and its own counter are all that a fresh workspace has.
    expect(await seenFrom(other.id)).toEqual({ ...nowhere, workspace: 1, workspace_seq: 1 })
  })

  test('from inside one workspace nothing can be written into, or moved to, another', async () => {
    const { rows } = await world.ctx.db.system.execute<{ name: string; columns: string[] }>(sql`
      select c.relname as name, array_agg(a.attname::text) as columns from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped group by c.relname`)
    const columnsOf = new Map(rows.map((row) => [row.name, row.columns]))
    for (const { name, workspace } of walled()) {
      if (!workspace) continue
      const columns = columnsOf.get(name)!.map((each) => `"${each}"`)
      const moved = columns.map((each) => (each === '"workspace_id"' ? `'${other.id}'::uuid` : each))
      expect(await refusal(`insert into "${name}" (${columns}) select ${moved} from "${name}"`), `insert into ${name}`).toBe(denied)
      expect(await refusal(`update "${name}" set workspace_id = '${other.id}'`), `update ${name}`).toBe(denied)
    }
    expect(await refusal(`update workspace set id = '${other.id}'`)).toBe(denied)
  })

  test("the app's role reads no exempt table, and what is in the audit trail stays", async () => {
    for (const name of exempt) expect(await refusal(`select from "${name}"`), name).toBe(denied)
    expect(await refusal(`update audit set what = 'nothing'`)).toBe(denied)
    expect(await refusal('delete from audit')).toBe(denied)
    expect(await refusal('truncate audit')).toBe(denied)
  })

  test("the system's role cannot read what people wrote", async () => {
    for (const table of ['message', 'contact', 'turn', 'closing', 'activity', 'audit', 'post'])
      await expect(world.ctx.db.systemPool.query(`select from ${table}`), table).rejects.toMatchObject({ code: denied })
    for (const [table, column] of [
      ['reply', 'text'],
      ['change', 'gone'],
      ['idempotency_key', 'response'],
      ['upload', 'data'],
    ])
      await expect(world.ctx.db.systemPool.query(`select ${column} from ${table}`), table).rejects.toMatchObject({ code: denied })
  })

  test('neither role can step around the walls', async () => {
    const { rows } = await world.ctx.db.system.execute(sql`
      select r.rolname as role, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication,
        exists (select from pg_auth_members m where m.member = r.oid) as "inOthers",
        exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = 'public'::regnamespace) as "ownsTables"
      from pg_roles r where r.rolname in ('answerback_app', 'answerback_system') order by 1`)
    const nothing = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      inOthers: false,
      ownsTables: false,
    }
    expect(rows).toEqual([
      { role: 'answerback_app', ...nothing },
      { role: 'answerback_system', ...nothing },
    ])
    await expect(app.query(`set role ${pg.escapeIdentifier(world.database.owner.user!)}`)).rejects.toMatchObject({ code: denied })
    await expect(app.query('set row_security = off; select count(*) from message')).rejects.toMatchObject({ code: denied })
  })
})
