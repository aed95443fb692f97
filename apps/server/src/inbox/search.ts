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
const fewMax = 2_000
/** Messages walked through, and messages read, for one page at most. */
const walkMax = 20_000
const readMax = 400
const readAtOnce = 50

/**
 * Conversations that hold all the words, in a message or in its writer's name, newest first, each once. The index of words only proposes: what is shown is judged by
 * the message as it is now, so neither what is gone nor what an edit replaced is found. Its cost is bounded, and a page may be short. Throws `bad_request` when there is too little to look for.
 */
export async function searchConversations(tx: Queryable, query: Query): Promise<SearchPage> {
  const wanted = readWanted(query.q)
  if (!isEnough(wanted))
    throw new Problem('bad_request', 'q: write two letters or more.', { invalidParams: [{ name: 'q', reason: 'too little to look for' }] })
  const from = query.cursor === undefined ? null : readCursor(query.cursor)
  const { places, end } = await propose(tx, wanted, from)
  const hits = new Map<string, { row: Row; marks: Marks }>()
  let last: Cursor | null = null
  for (let at = 0; at < places.length && hits.size < query.limit; at += readAtOnce) {
    const batch = places.slice(at, at + readAtOnce)
    const found = judge(await readRows(tx, batch, query), wanted)
    const before = await toldBefore(tx, found, wanted, from)
    for (const place of batch) {
      last = place
      const hit = found.get(place.id)
      if (hit === undefined || before.has(hit.row.conversationId) || hits.has(hit.row.conversationId)) continue
      hits.set(hit.row.conversationId, hit)
      if (hits.size === query.limit) break
    }
  }
  const done = last === null || last.id === places.at(-1)!.id
  const next = done ? end : last
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
 * Two plans, because no single one is good for every word. Few have it: the index of words gives them all, and they are put in order. Many have it: the newest are walked
 * through, and a page of them comes soon.
 */
async function propose(tx: Queryable, wanted: Wanted[], from: Cursor | null): Promise<Proposed> {
  const { query, vague } = queryOf(wanted)
  const begin = from ?? { at: '9999-12-31T00:00:00.000Z', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }
  if (!vague) {
    const few = (await tx.execute<Place>(sql`select * from search_probe(${query}, ${fewMax + 1})`)).rows.map(placeOf)
    if (few.length <= fewMax) {
      const places = few.filter((place) => isAfter(begin, place)).toSorted((a, b) => (isAfter(a, b) ? -1 : 1))
      return { places: places.slice(0, readMax), end: places.length > readMax ? places[readMax - 1]! : null }
    }
  }
  const start = sql`${begin.at}::timestamptz, ${begin.id}::uuid, ${walkMax}`
  const places = (await tx.execute<Place>(sql`select * from search_walk(${query}, ${start}, ${readMax})`)).rows.map(placeOf)
  if (places.length === readMax) return { places, end: places.at(-1)! }
  const end = await tx.execute<Place>(sql`select * from search_walk_end(${start})`)
  return { places, end: end.rows[0] ? placeOf(end.rows[0]) : null }
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
