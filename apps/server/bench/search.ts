import { parseArgs } from 'node:util'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Client } from 'pg'
import { searchQuery } from '@answerback/core/search-api'
import { queryOf, readWanted } from '@answerback/core/search-words'
import type { Queryable } from '../src/db/connection.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { searchConversations } from '../src/inbox/search.ts'
import { rowsOf } from '../src/live/rows.ts'
import { describePairs, measurePairs, quantile, sayVerdict, worst, type Verdict } from './pairs.ts'
import { inDataDir } from './program.ts'

const pairs = 7
const searchesInMeasurement = 10
const goal = 2

/** What is looked for, and how many of how many messages have it. */
const classes = [
  { name: 'rare', q: 'walnut' },
  { name: 'common', q: 'the' },
  { name: 'between', q: 'strap' },
  { name: 'absent', q: 'xylophone' },
  { name: 'prefix', q: 'haz' },
  { name: 'two letters', q: 'st' },
  { name: 'two words', q: 'the walnut' },
  { name: 'without borders', q: '革靴' },
] as const

/**
 * The first page of a search, by the route's own function behind the walls, over a million messages; against the best of the two plans that PostgreSQL has for these words, forced, without
 * walls, with as many rows read by their keys.
 */
export default async function search(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { messages: { type: 'string', default: '1000000' } } })
  await inDataDir(async (dataDir) => {
    const server = await startEmbedded({ dataDir, log: { debug: () => {}, warn: console.warn } })
    const owner = new Client(server.config)
    const app = new Client({ ...server.config, user: 'answerback_app' })
    try {
      await migrate(server.config)
      await Promise.all([owner.connect(), app.connect()])
      const workspaceId = await fill(owner, Number(values.messages))
      const verdicts: Verdict[] = []
      for (const { name, q } of classes) verdicts.push(await compare({ owner, app, workspaceId }, name, q))
      for (const verdict of verdicts) sayVerdict(verdict)
      sayVerdict(worst('search', verdicts))
    } finally {
      await Promise.all([owner.end(), app.end()])
      await server.stop()
    }
  })
}

type Place = { owner: Client; app: Client; workspaceId: string }

async function compare({ owner, app, workspaceId }: Place, name: string, q: string): Promise<Verdict> {
  const query = searchQuery.parse({ q })
  const words = queryOf(readWanted(q)).query
  const plans = [
    { name: 'all in order', text: fewPlan },
    { name: 'the newest', text: walkPlan },
  ]
  const times: number[] = []
  for (const plan of plans) times.push(await timed(1, () => forced(owner, workspaceId, plan.text, words)))
  // A plan that takes a second is not the best one; of two near ones the better is measured.
  const near = plans.filter((_, at) => times[at]! < 5 * Math.min(...times))
  const means: number[] = []
  for (const plan of near) means.push(quantile(await several(5, () => timed(3, () => forced(owner, workspaceId, plan.text, words))), 0.5))
  const best = near[means.indexOf(Math.min(...means))]!
  const paired = await measurePairs(
    pairs,
    () => timed(searchesInMeasurement, () => forced(owner, workspaceId, best.text, words)),
    () => timed(searchesInMeasurement, () => found(app, workspaceId, query)),
  )
  const hits = await found(app, workspaceId, query)
  console.log(
    `${name} (“${q}”, ${hits} on the first page): ${paired.subject.toFixed(2)} ms; ${best.name} ${paired.baseline.toFixed(2)} ms, the other plan ${Math.max(...times).toFixed(1)} ms; ${describePairs(paired)}`,
  )
  return { name: `search.${name.replaceAll(' ', '-')}`, ratio: paired.ratio, op: '<=', goal }
}

async function found(app: Client, workspaceId: string, query: Parameters<typeof searchConversations>[1]): Promise<number> {
  await app.query('begin')
  await app.query(`select set_config('app.workspace', $1, true)`, [workspaceId])
  const page = await searchConversations(drizzle(app) as unknown as Queryable, query)
  await app.query('commit')
  return page.items.length
}

const fewPlan = `set local enable_seqscan = off; set local enable_indexscan = off;
  with found as materialized (select message_id, platform_at from message_words where workspace_id = $ws and words @@ $words)
  select message_id from found order by platform_at desc, message_id desc limit 20`
const walkPlan = `set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off;
  select message_id from message_words where workspace_id = $ws and words @@ $words order by platform_at desc, message_id desc limit 20`

/** One plan, and the rows that a page of it shows. */
async function forced(owner: Client, workspaceId: string, text: string, words: string): Promise<number> {
  await owner.query('begin')
  const named = text.replace('$ws', `${owner.escapeLiteral(workspaceId)}::uuid`).replace('$words', `${owner.escapeLiteral(words)}::tsquery`)
  const results = (await owner.query(named)) as unknown as { rows: { message_id: string }[] }[]
  const ids = results.at(-1)!.rows.map((row) => row.message_id)
  const tx = drizzle(owner) as unknown as Queryable
  const { rows } = await tx.execute<{ conversation_id: string }>(sql`
    select m.*, k.name, k.handle from message m join conversation c on c.id = m.conversation_id left join contact k on k.id = m.contact_id where m.id = any(${sql.param(ids)}::uuid[])`)
  await rowsOf(tx, [...new Set(rows.map((row) => row.conversation_id))])
  await owner.query('commit')
  return ids.length
}

async function timed(times: number, run: () => Promise<number>): Promise<number> {
  const startedAt = performance.now()
  for (let n = 0; n < times; n += 1) await run()
  return (performance.now() - startedAt) / times
}

async function several(times: number, run: () => Promise<number>): Promise<number[]> {
  const values: number[] = []
  for (let n = 0; n < times; n += 1) values.push(await run())
  return values
}

/** Messages a minute apart, four to a conversation, of seven words out of 20,000 and now and then one that is looked for. Returns the workspace. */
async function fill(owner: Client, messages: number): Promise<string> {
  await owner.query(`
    alter table conversation disable trigger count_conversation;
    alter table message disable trigger keep_words;
    insert into workspace (id, name, time_zone, created_at) values (gen_random_uuid(), 'Brand', 'UTC', now());
    insert into contact (id, workspace_id, platform, external_id, name, handle, seen_at)
      select gen_random_uuid(), w.id, 'facebook', 'k' || n, 'Guest' || n, 'guest' || n, now() from workspace w, generate_series(0, 999) n;
    create temporary table said as
      select gen_random_uuid() as id, now() - n * interval '1 minute' as at, n, array_remove(array[
        case when n % 3 = 0 then 'the' end, case when n % 100 = 0 then 'strap' end, case when n % ${Math.floor(messages / 5)} = 7 then 'walnut' end,
        case when n % 5000 = 0 then 'hazel' || n % 7 end, case when n % 20 = 0 then 'st' || n % 9000 end, case when n % 4000 = 0 then '革靴' end,
        'w' || hashint4(n) % 20000, 'w' || hashint4(n + 1) % 20000, 'w' || hashint4(n + 2) % 3000, 'w' || hashint4(n + 3) % 3000, 'w' || hashint4(n + 4) % 300, 'w' || hashint4(n + 5) % 300], null) as words
      from generate_series(1, ${messages}) n;
    insert into message (id, workspace_id, conversation_id, channel_id, platform, external_id, kind, ours, automated, contact_id, mentions_us, private, text, media, ref,
        version, version_first_at, version_last_at, platform_at, received_at, recorded_at)
      select s.id, w.id, md5((s.n / 4)::text)::uuid, w.id, 'facebook', 'm' || s.n, 'comment', false, false, k.id, false, false, array_to_string(s.words, ' '), '[]', '{}', '1', s.at, s.at, s.at, s.at, s.at
      from said s, workspace w, contact k where k.external_id = 'k' || s.n % 1000;
    insert into conversation (id, workspace_id, channel_id, platform, root_external_id, on_our_post, kind, state, contact_id, waiting_message_id, last_message_id, last_activity_at)
      select distinct on (conversation_id) conversation_id, workspace_id, channel_id, platform, external_id, false, 'comment', 'closed', contact_id, id, id, platform_at
      from message order by conversation_id, platform_at desc;
    insert into message_words (message_id, workspace_id, contact_id, platform_at, words, stale)
      select m.id, m.workspace_id, m.contact_id, m.platform_at,
        array_to_tsvector(s.words || case when s.words @> '{革靴}' then '{靴}'::text[] else '{}' end || array['guest' || s.n % 1000]), false
      from message m join said s on s.id = m.id`)
  // As it is after some hours: what is new is merged into the index, and pages that all may see are marked.
  await owner.query('vacuum analyze')
  return (await owner.query<{ id: string }>('select id from workspace')).rows[0]!.id
}
