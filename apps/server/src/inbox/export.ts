import { sql, type SQL } from 'drizzle-orm'
import type { z } from 'zod'
import type { exportQuery } from '@answerback/core/api'
import { businessMs, type BusinessHours } from '@answerback/core/hours'
import { ruleOf } from '../access/targets.ts'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import type { Cell } from './csv.ts'
import { filtersOf } from './list.ts'

type Query = z.output<typeof exportQuery>

/** Turns read at once: what a file costs in memory, however long it gets. */
const batchSize = 500

/** One line of an export by its column; the columns are `exportColumns`, in that order. */
export type ExportLine = Record<(typeof exportColumns)[number], Cell>

export const exportColumns = [
  ...(['turn_id', 'conversation_id', 'platform', 'channel', 'kind', 'private', 'person', 'handle'] as const),
  ...(['waiting_since', 'state', 'counts_as', 'ended_at', 'seconds', 'business_seconds', 'first'] as const),
  ...(['target_seconds', 'target_clock', 'due_at', 'late', 'by', 'source', 'assignee'] as const),
  ...(['reason', 'reason_name', 'reason_class', 'note', 'liked', 'found_late', 'changed_since_answered', 'assumed'] as const),
  ...(['words', 'answer', 'stars', 'url', 'post', 'post_url'] as const),
] as const

/**
 * Every turn of the conversations that are meant, the oldest first, a line each: what every figure is made of. Read batch by batch, each in a short transaction of its
 * own, as fast as somebody takes them. What is gone has no words, who is not known no name.
 */
export async function* exportTurns(ctx: Context, workspaceId: string, query: Query, meId: string): AsyncGenerator<ExportLine> {
  const now = ctx.now()
  const read = <T>(run: (tx: Queryable) => Promise<T>) => ctx.db.inWorkspace(workspaceId, run)
  const names = await namesOf(ctx, workspaceId)
  const channels = await read(channelsOf)
  const where: SQL[] = [...filtersOf(query, { meId, now })]
  if (query.from) where.push(sql`t.start_at >= ${query.from}::timestamptz`)
  if (query.to) where.push(sql`t.start_at < ${query.to}::timestamptz`)
  for (let after: Row | null = null; ;) {
    const rows: Row[] = await read((tx) => readBatch(tx, where, after))
    for (const row of rows) yield lineOf(row, { now, names, channels })
    if (rows.length < batchSize) return
    after = rows.at(-1)!
  }
}

type Row = {
  id: string
  conversationId: string
  channelId: string
  platform: string
  kind: string
  private: boolean
  startAt: Date
  state: 'open' | 'answered' | 'closed' | 'moderated' | 'withdrawn'
  endAt: Date | null
  source: string | null
  closedClass: string | null
  first: boolean
  targetSeconds: number
  targetClock: string
  dueAt: Date
  acknowledged: boolean
  foundLate: boolean
  changedSinceAnswered: boolean
  assumed: boolean
  assigneeId: string | null
  person: string | null
  handle: string | null
  byId: string | null
  reason: string | null
  reasonName: string | null
  note: string | null
  words: string | null
  stars: number | null
  url: string | null
  answer: string | null
  post: string | null
  postUrl: string | null
}

async function readBatch(tx: Queryable, where: SQL[], after: Row | null): Promise<Row[]> {
  // Said twice, as only the first half is plain enough for the index.
  const at = after && sql`${new Date(after.startAt).toISOString()}::timestamptz`
  const from = after ? [sql`t.start_at >= ${at} and (t.start_at, t.id collate "C") > (${at}, ${after.id})`] : []
  const { rows } = await tx.execute<Row>(sql`
    select t.id, t.conversation_id as "conversationId", t.channel_id as "channelId", c.platform, c.kind, c.private, t.start_at as "startAt", t.state,
      t.end_at as "endAt", t.source, t.closed_class as "closedClass", t.first, t.target_seconds as "targetSeconds", t.target_clock as "targetClock",
      t.due_at as "dueAt", t.acknowledged, t.found_late as "foundLate", t.changed_since_answered as "changedSinceAnswered", t.assumed,
      c.assignee_id as "assigneeId", k.name as person, k.handle, coalesce(a.by_id, g.by_id) as "byId", g.reason, g.reason_name as "reasonName", g.note,
      s.words, s.stars, s.url, case when not a.gone then a.text end as answer, p.text as post, p.url as "postUrl"
    from turn t join conversation c on c.id = t.conversation_id
    left join contact k on k.id = t.contact_id and not starts_with(k.external_id, 'hidden:')
    left join message a on t.state = 'answered' and a.id = t.ended_by
    left join closing g on t.state = 'closed' and g.id = t.ended_by
    left join post p on p.id = c.post_id and p.removed_at is null
    cross join lateral (
      select string_agg(m.text, E'\n' order by m.platform_at, m.id) filter (where not m.gone) as words, max(m.rating) filter (where not m.gone) as stars,
        (array_agg(m.url order by m.platform_at, m.id) filter (where not m.gone))[1] as url
      from message m where m.id = any(t.message_ids)) s
    where ${sql.join([...where, ...from, sql`true`], sql` and `)} order by t.start_at, t.id collate "C" limit ${batchSize}`)
  return rows
}

type Known = { now: Date; names: Map<string, string>; channels: Map<string, { name: string; hours: BusinessHours }> }

function lineOf(row: Row, { now, names, channels }: Known): ExportLine {
  const [startAt, dueAt] = [new Date(row.startAt), new Date(row.dueAt)]
  const endAt = row.endAt && new Date(row.endAt)
  const channel = channels.get(row.channelId)
  // So long it took, or has taken until now.
  const until = endAt ?? now
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? null))
  return {
    turn_id: row.id,
    conversation_id: row.conversationId,
    platform: row.platform,
    channel: channel?.name ?? null,
    kind: row.kind,
    private: row.private,
    person: row.person,
    handle: row.handle,
    waiting_since: startAt,
    state: row.state,
    counts_as: placeOf(row),
    ended_at: endAt,
    seconds: secondsOf(Math.max(0, until.getTime() - startAt.getTime())),
    business_seconds: channel
      ? secondsOf(businessMs(startAt.getTime(), Math.max(startAt.getTime(), until.getTime()), channel.hours))
      : null,
    first: row.first,
    target_seconds: row.targetSeconds,
    target_clock: row.targetClock,
    due_at: dueAt,
    // An answer in the very instant in which it is due is in time.
    late: row.state === 'answered' ? until > dueAt : until >= dueAt,
    by: nameOf(row.byId),
    source: row.source,
    assignee: nameOf(row.assigneeId),
    reason: row.reason,
    reason_name: row.reasonName,
    reason_class: row.closedClass,
    note: row.note,
    liked: row.acknowledged,
    found_late: row.foundLate,
    changed_since_answered: row.changedSinceAnswered,
    assumed: row.assumed,
    words: row.words,
    answer: row.answer,
    stars: row.stars,
    url: row.url,
    post: row.post,
    post_url: row.postUrl,
  }
}

/** Where the figures count it (core/figures): the first four are what is owed. */
function placeOf({ state, closedClass, endAt, dueAt }: Row): string {
  if (state === 'answered' || state === 'open') return state
  if (closedClass === 'declined') return 'declined'
  if (endAt !== null && new Date(endAt) >= new Date(dueAt)) return 'late'
  return state === 'closed' ? 'not_owed' : state
}

function secondsOf(ms: number): number {
  return Math.round(ms) / 1000
}

/** Of staff and of keys: credit goes to whoever sent it. */
async function namesOf(ctx: Context, workspaceId: string): Promise<Map<string, string>> {
  const members = await ctx.db.inWorkspace(workspaceId, (tx) => tx.select({ id: t.member.userId, name: t.member.name }).from(t.member))
  const keys = await ctx.db.system
    .select({ id: t.apiKey.id, name: t.apiKey.name })
    .from(t.apiKey)
    .where(sql`workspace_id = ${workspaceId}`)
  return new Map([...keys, ...members].map(({ id, name }) => [id, name]))
}

async function channelsOf(tx: Queryable): Promise<Known['channels']> {
  const [workspace] = await tx.select().from(t.workspace)
  const channels = await tx.select().from(t.channel)
  return new Map(channels.map((each) => [each.id, { name: each.name, hours: ruleOf(workspace!, each).hours }]))
}
