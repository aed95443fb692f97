import { drizzle } from 'drizzle-orm/node-postgres'
import { Client } from 'pg'
import { listQuery } from '@answerback/core/api'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { listConversations } from '../src/inbox/list.ts'
import { describePairs, measurePairs, sayVerdict } from './pairs.ts'
import { inDataDir } from './program.ts'

const pairs = 9
const pagesInMeasurement = 200
const goal = 1.1
const workspaces = 20
const conversationsInWorkspace = 5_000
const free = 'bench_without_walls'

/**
 * What row-level security costs on the unanswered page: the list route's own statement, 50 rows, in the route's own transaction, behind the walls; against the
 * same as a role that passes them, where the statement names the workspace itself. 100,000 conversations in 20 workspaces, half of them waiting.
 */
export default async function walls(): Promise<void> {
  await inDataDir(async (dataDir) => {
    const server = await startEmbedded({ dataDir, log: { debug: () => {}, warn: console.warn } })
    const owner = new Client(server.config)
    const [walled, open] = [new Client({ ...server.config, user: 'answerback_app' }), new Client({ ...server.config, user: free })]
    try {
      await migrate(server.config)
      await owner.connect()
      await fill(owner)
      await Promise.all([walled.connect(), open.connect()])
      const { rows } = await owner.query<{ id: string }>('select id from workspace order by id offset $1 limit 1', [workspaces / 2])
      const workspaceId = rows[0]!.id
      const page = await readStatement(owner)
      const named = {
        text: page.text.replace('where ', `where c.workspace_id = $${page.values.length + 1} and `),
        values: [...page.values, workspaceId],
      }
      const behind = await readPage(walled, workspaceId, page)
      const beside = await readPage(open, workspaceId, named)
      if (behind.length !== 51 || behind.join() !== beside.join()) throw new Error('The two do not read the same page.')
      await measure(walled, workspaceId, page)
      await measure(open, workspaceId, named)
      const paired = await measurePairs(
        pairs,
        () => measure(open, workspaceId, named),
        () => measure(walled, workspaceId, page),
      )
      console.log(
        `a page in ${paired.subject.toFixed(2)} ms behind the walls, ${paired.baseline.toFixed(2)} ms without; ${describePairs(paired)}`,
      )
      sayVerdict({ name: 'walls', ratio: paired.ratio, op: '<=', goal })
    } finally {
      await Promise.all([owner.end(), walled.end(), open.end()])
      await server.stop()
    }
  })
}

type Statement = { text: string; values: unknown[] }

/** What the list route asks for its first page, as it goes to the database. */
async function readStatement(owner: Client): Promise<Statement> {
  const asked: Statement[] = []
  const logger = { logQuery: (text: string, values: unknown[]) => void asked.push({ text, values }) }
  await listConversations(drizzle(owner, { logger }) as never, listQuery.parse({ state: 'unanswered' }), { meId: '', now: new Date() })
  return asked[0]!
}

/** Mean milliseconds of a page. */
async function measure(client: Client, workspaceId: string, page: Statement): Promise<number> {
  const startedAt = performance.now()
  for (let n = 0; n < pagesInMeasurement; n += 1) await readPage(client, workspaceId, page)
  return (performance.now() - startedAt) / pagesInMeasurement
}

async function readPage(client: Client, workspaceId: string, page: Statement): Promise<string[]> {
  await client.query('begin')
  await client.query(`select set_config('app.workspace', $1, true)`, [workspaceId])
  const { rows } = await client.query<{ id: string }>(page)
  await client.query('commit')
  return rows.map((row) => row.id)
}

/** Rows as an inbox has them: somebody's words under a post of ours, a few from the same person; every second conversation waits. */
async function fill(owner: Client): Promise<void> {
  await owner.query(`
    create role ${free} login bypassrls;
    grant select on all tables in schema public to ${free};
    alter table conversation disable trigger count_conversation;
    insert into workspace (id, name, time_zone, created_at)
      select gen_random_uuid(), 'Brand ' || n, 'UTC', now() from generate_series(1, ${workspaces}) n;
    insert into post (id, workspace_id, channel_id, platform, external_id, ours, text, media, ref, platform_at, received_at, seen_at)
      select gen_random_uuid(), w.id, w.id, 'facebook', 'p' || n, true, repeat('A post of ours. ', 10), '[]', '{}', now(), now(), now()
      from workspace w, generate_series(0, ${conversationsInWorkspace / 50 - 1}) n;
    insert into contact (id, workspace_id, platform, external_id, name, seen_at)
      select gen_random_uuid(), w.id, 'facebook', 'k' || n, 'Guest ' || n, now() from workspace w, generate_series(0, ${conversationsInWorkspace / 5 - 1}) n;
    insert into message (id, workspace_id, conversation_id, channel_id, platform, external_id, kind, ours, automated, contact_id, mentions_us, private, text, media, ref,
        version, version_first_at, version_last_at, platform_at, received_at, recorded_at)
      select gen_random_uuid(), w.id, gen_random_uuid(), w.id, 'facebook', 'm' || n, 'comment', false, false, k.id, false, false, repeat('Does this come in green? ', 5), '[]', '{}',
        '1', at, at, at, at, at
      from workspace w, generate_series(1, ${conversationsInWorkspace}) n, lateral (select now() - n * interval '1 minute' as at) as instant, contact k
      where k.workspace_id = w.id and k.external_id = 'k' || n % ${conversationsInWorkspace / 5}
      order by n, w.id;
    insert into conversation (id, workspace_id, channel_id, platform, root_external_id, post_id, on_our_post, kind, state, waiting_since, due_at, open_turns, contact_id,
        waiting_message_id, last_message_id, last_activity_at)
      select m.conversation_id, m.workspace_id, m.channel_id, m.platform, m.external_id, p.id, true, 'comment', case when waits then 'waiting' else 'closed' end,
        case when waits then m.platform_at end, case when waits then m.platform_at + interval '1 day' end, waits::int, m.contact_id, m.id, m.id, m.platform_at
      from message m join post p on p.workspace_id = m.workspace_id and p.external_id = 'p' || substr(m.external_id, 2)::int % ${conversationsInWorkspace / 50},
        lateral (select substr(m.external_id, 2)::int % 2 = 0 as waits) as half
      order by m.platform_at, m.workspace_id;
    analyze`)
}
