import { sql, type SQL } from 'drizzle-orm'
import type { z } from 'zod'
import type { SearchHit, SearchPage, searchQuery } from '@answerback/core/search-api'
import { Problem } from '@answerback/core/problem'
import { findIn, isEnough, queryOf, readWanted, type Wanted } from '@answerback/core/search-words'
import type { Queryable } from '../db/connection.ts'
import { readCursor, writeCursor, type Cursor } from '../http/cursor.ts'
import { rowsOf } from '../live/rows.ts'
import { textsOf } from './index-words.ts'
import { snippetOf } from './snippet.ts'

type Query = z.output<typeof searchQuery>

/** Messages that have the words: up to so many are put in order, of more the newest are walked through. */
const fewMax = 1_000
/** Messages walked through before any index of words is asked, and at most, at a time. */
const glanceMax = 500
const walkMax = 20_000
/** So often at most is looked on for one page, where most of what was proposed does not hold, or was shown before. */
const roundsMax = 6

/**
 * Conversations that hold all the words, in a message or in its writer's name, newest first, each once. The index of words only proposes: what is shown is judged by
 * the message as it is now, so neither what is gone nor what an edit replaced is found. Its cost is bounded, and a page may be short. Throws `bad_request` when there is too little to look for.
 */
export async function searchConversations(tx: Queryable, query: Query): Promise<SearchPage> {
  const wanted = readWanted(query.q)
  if (!isEnough(wanted))
    throw new Problem('bad_request', 'q: write two letters or more.', { invalidParams: [{ name: 'q', reason: 'too little to look for' }] })
  const from = query.cursor === undefined ? null : readCursor(query.cursor)
  const hits = new Map<string, { row: Row; marks: Marks }>()
  let next: Cursor | null = from
  for (let round = 0; round < roundsMax && hits.size < query.limit && (round === 0 || next !== null); round += 1) {
    const { places, end }: Proposed = await propose(tx, wanted, { from: next, limit: query.limit })
    const found = judge(await readRows(tx, places, query), wanted)
    const before = await toldBefore(tx, found, wanted, from)
    next = end
    for (const [at, place] of places.entries()) {
      const hit = found.get(place.id)
      if (hit === undefined || before.has(hit.row.conversationId) || hits.has(hit.row.conversationId)) continue
      hits.set(hit.row.conversationId, hit)
      if (hits.size < query.limit) continue
      if (at < places.length - 1) next = place
      break
    }
  }
  const conversations = new Map((await rowsOf(tx, [...hits.keys()])).map((row) => [row.id, row]))
  return {
    items: [...hits.values()].map(({ row, marks }) => ({
      conversation: conversations.get(row.conversationId)!,
      message: present(row, marks),
    })),
    nextCursor: next && writeCursor(next),
  }
}

type Marks = [number, number][][]

/** Places to look at, newest first, and from where to look on after them; null when that was all. */
type Proposed = { places: Cursor[]; end: Cursor | null }

/**
 * Two plans, because no single one is good for every word. Many have it: among the newest there is a page of them. Few have it: the index of words gives them all, and they are put in
 * order. For what lies between, and for words that stand for nearly everything, the newest are walked through further.
 */
async function propose(tx: Queryable, wanted: Wanted[], { from, limit }: { from: Cursor | null; limit: number }): Promise<Proposed> {
  const { query, vague } = queryOf(wanted)
  const begin = from ?? { at: '9999-12-31T00:00:00.000Z', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }
  const start = sql`${begin.at}::timestamptz, ${begin.id}::uuid`
  const most = Math.ceil(1.5 * limit)
  const walk = (through: number) => sql`select * from search_walk(${query}, ${start}, ${through}, ${most})`
  // In one round trip; the index is only asked where the newest did not give a page.
  const { rows } = await tx.execute<{ newest: number; few: number; message_id: string | null; platform_at: Date }>(sql`
    with glance as materialized (${walk(glanceMax)}), glanced as (select count(*) as newest from glance),
      few as materialized (select p.* from glanced, lateral search_probe(${query}, ${fewMax + 1}) p where newest <= ${limit} and not ${vague}::boolean)
    select newest, (select count(*) from few) as few, p.* from glanced left join lateral (
      (select * from glance where newest > ${limit}) union all
      (select * from few where (platform_at, message_id) < (${start}) order by platform_at desc, message_id desc limit ${most})) p on true`)
  const { newest, few } = rows[0]!
  const places = rows
    .flatMap((row) => (row.message_id === null ? [] : [placeOf(row as Place)]))
    .toSorted((a, b) => (isAfter(a, b) ? -1 : 1))
  if (newest > limit) return { places, end: places.at(-1)! }
  if (!vague && few <= fewMax) return { places, end: places.length === most ? places.at(-1)! : null }
  const walked = (await tx.execute<Place>(walk(walkMax))).rows.map(placeOf)
  if (walked.length === most) return { places: walked, end: walked.at(-1)! }
  const end = await tx.execute<Place>(sql`select * from search_walk_end(${start}, ${walkMax})`)
  return { places: walked, end: end.rows[0] ? placeOf(end.rows[0]) : null }
}

type Place = { message_id: string; platform_at: Date }

function placeOf({ message_id, platform_at }: Place): Cursor {
  return { at: new Date(platform_at).toISOString(), id: message_id }
}

/** Whether `b` comes after `a`, newest first. */
function isAfter(a: Cursor, b: Cursor): boolean {
  return a.at === b.at ? a.id > b.id : a.at > b.at
}

type Row = {
  id: string
  conversationId: string
  text: string
  ours: boolean
  hidden: boolean
  platformAt: Date
  contactId: string | null
  externalId: string | null
  name: string | null
  handle: string | null
  avatarUrl: string | null
  url: string | null
}

const columns = sql`m.id, m.conversation_id as "conversationId", m.text, m.ours, m.hidden, m.platform_at as "platformAt",
  k.id as "contactId", k.external_id as "externalId", k.name, k.handle, k.avatar_url as "avatarUrl", k.url`

async function readRows(tx: Queryable, places: Cursor[], { state, platform, channelId }: Query): Promise<Row[]> {
  const where: SQL[] = [sql`m.id = any(${sql.param(places.map((place) => place.id))}::uuid[])`, sql`not m.gone`]
  if (state) where.push(sql`c.state = ${state}`)
  if (platform) where.push(sql`c.platform = ${platform}`)
  if (channelId) where.push(sql`c.channel_id = ${channelId}`)
  const { rows } = await tx.execute<Row>(sql`
    select ${columns} from message m join conversation c on c.id = m.conversation_id left join contact k on k.id = m.contact_id
    where ${sql.join(where, sql` and `)}`)
  return rows
}

function judge(rows: Row[], wanted: Wanted[]): Map<string, { row: Row; marks: Marks }> {
  return new Map(
    rows.flatMap((row) => {
      const marks = findIn(textsOf(row), wanted)
      return marks === null ? [] : [[row.id, { row, marks }] as const]
    }),
  )
}

/** The conversations among these that an earlier page has shown, by a newer message. */
async function toldBefore(tx: Queryable, found: Map<string, { row: Row }>, wanted: Wanted[], from: Cursor | null): Promise<Set<string>> {
  if (from === null || found.size === 0) return new Set()
  const ids = [...new Set([...found.values()].map(({ row }) => row.conversationId))]
  const { rows } = await tx.execute<Row>(sql`
    select ${columns} from message m join message_words w on w.message_id = m.id left join contact k on k.id = m.contact_id
    where m.conversation_id = any(${sql.param(ids)}::uuid[]) and not m.gone and (m.platform_at, m.id) >= (${from.at}::timestamptz, ${from.id}::uuid)
      and w.words @@ ${queryOf(wanted).query}::tsquery`)
  return new Set(rows.filter((row) => findIn(textsOf(row), wanted) !== null).map((row) => row.conversationId))
}

function present(row: Row, [inText, inName = [], inHandle = []]: Marks): SearchHit['message'] {
  const known = row.contactId !== null && row.externalId?.startsWith('hidden:') === false
  return {
    id: row.id,
    direction: row.ours ? 'out' : 'in',
    contact: known ? { id: row.contactId!, name: row.name, handle: row.handle, avatarUrl: row.avatarUrl, url: row.url } : null,
    platformAt: new Date(row.platformAt).toISOString(),
    state: row.hidden ? 'hidden' : 'visible',
    ...snippetOf(row.text, inText!),
    nameMarks: known ? inName : [],
    handleMarks: known ? inHandle : [],
  }
}
