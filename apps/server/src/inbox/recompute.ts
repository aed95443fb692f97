import { eq, inArray, sql } from 'drizzle-orm'
import { stateOf } from '@answerback/core/conversation-state'
import type { Turn } from '@answerback/core/history'
import { dueOf, type Rule, type Target, targetOf } from '@answerback/core/targets'
import { ruleOf } from '../access/targets.ts'
import { platformOf, type Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import type { Change } from '../live/change-log.ts'
import { schema as t } from '../db/schema.ts'
import { historyOf, loadRows, type ClosingRow, type Loaded, type MessageRow } from './history.ts'

type ConversationChange = Partial<typeof t.conversation.$inferInsert>
type TurnRow = typeof t.turn.$inferSelect

/** So many in one statement at most: it holds some 20 values a turn, and PostgreSQL takes 65,535. */
const atOnce = 200

/** Derives a conversation's turns and its row again from all its facts, and marks it as touched. Never nudged, always recomputed. */
export function recompute(ctx: Context, change: Change, conversationId: string): Promise<void> {
  return recomputeAll(ctx, change, [conversationId])
}

/** The same for several, which together take as many round trips as one. */
export async function recomputeAll(ctx: Context, change: Change, conversationIds: Iterable<string>): Promise<void> {
  const ids = [...conversationIds]
  for (let at = 0; at < ids.length; at += atOnce) await recomputeSome(ctx, change, ids.slice(at, at + atOnce))
}

async function recomputeSome(ctx: Context, change: Change, ids: string[]): Promise<void> {
  const { tx } = change
  const [found, rows, oldTurns, replies] = await Promise.all([
    tx
      .select({ conversation: t.conversation, workspace: t.workspace, channel: t.channel, snoozedAt })
      .from(t.conversation)
      .innerJoin(t.workspace, eq(t.workspace.id, t.conversation.workspaceId))
      .innerJoin(t.channel, eq(t.channel.id, t.conversation.channelId))
      .where(inArray(t.conversation.id, ids)),
    loadRows(tx, ids),
    tx.select().from(t.turn).where(inArray(t.turn.conversationId, ids)),
    pendingReplies(tx, ids),
  ])
  const before = new Map(oldTurns.map((row) => [row.id, row]))
  const after: (typeof t.turn.$inferInsert)[] = []
  const writes: PromiseLike<unknown>[] = []
  for (const { conversation, workspace, channel, snoozedAt } of found) {
    const rule = ruleOf(workspace, channel)
    const { turns, ranked, messages, closings, removed } = historyOf(conversation, channel, platformOf(ctx, conversation.platform), rows)
    for (const turn of turns) after.push(turnRow(conversation, turn, before.get(turn.id), { closings, rule }))

    for (const gone of [true, false]) {
      const turned = messages.filter((row) => row.gone !== gone && (removed.get(row.id) != null) === gone).map((row) => row.id)
      if (turned.length > 0) writes.push(tx.update(t.message).set({ gone }).where(inArray(t.message.id, turned)))
    }

    const inbound = messages.filter((row) => !row.ours)
    const newestInboundAt = Math.max(0, ...inbound.map((row) => row.receivedAt.getTime()))
    // They wrote again: snoozing was about what was there before.
    const snoozedUntil = snoozedAt !== null && newestInboundAt > snoozedAt.getTime() ? null : conversation.snoozedUntil
    const pending = replies.get(conversation.id)
    const derived: ConversationChange = {
      ...derive(turns, messages, closings, { rule, removed }),
      state: stateOf(ranked, snoozedUntil?.getTime() ?? null, ctx.now().getTime()),
      snoozedUntil,
      replyId: pending?.id ?? null,
      replyFailed: pending !== undefined && (pending.state === 'rejected' || pending.state === 'needs_check'),
    }
    writes.push(tx.update(t.conversation).set(derived).where(eq(t.conversation.id, conversation.id)))
    change.touch(conversation.id)
  }
  await Promise.all([...writes, ...writeTurns(tx, before, after)])
}

/** When it was snoozed last, while it is. */
const snoozedAt = sql<Date | null>`case when ${t.conversation.snoozedUntil} is not null then
  (select max(a.created_at) from activity a where a.conversation_id = ${t.conversation.id} and a.what = 'snoozed') end`.mapWith(
  (at: string) => new Date(at),
)

function* writeTurns(tx: Queryable, before: Map<string, TurnRow>, after: (typeof t.turn.$inferInsert)[]): Generator<PromiseLike<unknown>> {
  const ids = new Set(after.map((row) => row.id))
  const dropped = [...before.keys()].filter((id) => !ids.has(id))
  if (dropped.length > 0) yield tx.delete(t.turn).where(inArray(t.turn.id, dropped))
  const changed = after.filter((row) => JSON.stringify(row) !== JSON.stringify(pick(before.get(row.id), row)))
  if (changed.length === 0) return
  const columns = Object.keys(changed[0]!).filter((key) => key !== 'id' && key !== 'workspaceId') as (keyof TurnRow)[]
  yield tx
    .insert(t.turn)
    .values(changed)
    .onConflictDoUpdate({
      target: [t.turn.workspaceId, t.turn.id],
      set: Object.fromEntries(columns.map((key) => [key, sql.raw(`excluded."${t.turn[key].name}"`)])),
    })
}

function turnRow(
  { id, workspaceId, channelId }: typeof t.conversation.$inferSelect,
  turn: Turn,
  old: TurnRow | undefined,
  { closings, rule }: { closings: ClosingRow[]; rule: Rule },
): typeof t.turn.$inferInsert {
  return {
    id: turn.id,
    workspaceId,
    conversationId: id,
    channelId,
    contactId: turn.handle,
    messageIds: turn.messageIds,
    startAt: new Date(turn.startAt),
    state: turn.state,
    endAt: turn.endAt === null ? null : new Date(turn.endAt),
    endedBy: turn.endedBy,
    source: turn.source,
    assumed: turn.assumed,
    closedClass: turn.closedClass,
    acknowledged: turn.acknowledged,
    foundLate: turn.foundLate,
    changedSinceAnswered: turn.changedSinceAnswered,
    clocksDisagree: turn.clocksDisagree,
    first: turn.first,
    ...promiseOf(turn, old, closings, rule),
  }
}

/** Its target, and when that came or comes due. */
function promiseOf(
  turn: Turn,
  old: TurnRow | undefined,
  closings: ClosingRow[],
  rule: Rule,
): { targetSeconds: number; targetClock: Target['clock']; dueAt: Date } {
  const closing = turn.state === 'closed' ? closings.find((row) => row.id === turn.endedBy) : undefined
  const target = targetOf(turn, {
    now: rule.target,
    before: old === undefined ? null : { state: old.state, target: { seconds: old.targetSeconds, clock: old.targetClock } },
    stamped: closing?.targetSeconds == null ? null : { seconds: closing.targetSeconds, clock: closing.targetClock ?? 'calendar' },
  })
  const { dueAt } = dueOf(turn.startAt, target, rule.hours)
  return { targetSeconds: target.seconds, targetClock: target.clock, dueAt: new Date(dueAt) }
}

/** Of a longer thing, what a shorter one also has, in its order: for comparing as text. */
function pick<T extends object>(from: Record<string, unknown> | undefined, like: T): object | null {
  return from ? Object.fromEntries(Object.keys(like).map((key) => [key, from[key]])) : null
}

function derive(
  turns: Turn[],
  messages: MessageRow[],
  closings: ClosingRow[],
  { rule, removed }: { rule: Rule; removed: Loaded['removed'] },
): ConversationChange {
  const byId = new Map(messages.map((row) => [row.id, row]))
  const newest = messages.toSorted((a, b) => b.platformAt.getTime() - a.platformAt.getTime() || (a.externalId < b.externalId ? 1 : -1))
  const last = newest[0]
  const open = turns.filter((turn) => turn.state === 'open')
  const oldest = open[0] ?? null
  const latest = turns.at(-1) ?? null
  const ended = oldest === null ? latest : null
  const stands = (id: string) => removed.get(id) == null
  // What is gone has no words to quote: rather what is left of the turn, or of the conversation.
  const quoted =
    oldest === null
      ? (newest.find((row) => !row.ours && stands(row.id)) ?? newest.find((row) => !row.ours))?.id
      : (oldest.messageIds.find(stands) ?? oldest.messageIds[0])
  const answer = ended?.state === 'answered' && ended.endedBy !== null ? byId.get(ended.endedBy) : undefined
  const closing = ended?.state === 'closed' ? closings.find((row) => row.id === ended.endedBy) : undefined
  const due = oldest && dueOf(oldest.startAt, rule.target, rule.hours)
  return {
    waitingSince: oldest && new Date(oldest.startAt),
    dueAt: due && new Date(due.dueAt),
    dueSoonAt: due && new Date(due.dueSoonAt),
    openTurns: open.length,
    acknowledged: oldest?.acknowledged ?? false,
    foundLate: open.some((turn) => turn.foundLate),
    changedSinceAnswered: turns.some((turn) => turn.changedSinceAnswered),
    contactId: oldest?.handle ?? latest?.handle ?? last?.contactId ?? null,
    waitingMessageId: quoted ?? null,
    lastMessageId: last?.id ?? null,
    ...(last ? { lastActivityAt: last.platformAt } : {}),
    endedAt: ended?.endAt == null ? null : new Date(ended.endAt),
    endedMs: ended?.endAt == null ? null : ended.endAt - ended.startAt,
    endedById: answer?.byId ?? closing?.byId ?? null,
    endedSource: ended?.source ?? null,
    endedReason: closing?.reason ?? null,
    endedReasonName: closing?.reasonName ?? null,
  }
}

/** The replies that the rows tell of. One that failed is told until it is tried again, discarded, or the same person got another. */
async function pendingReplies(tx: Queryable, conversationIds: string[]): Promise<Map<string, { id: string; state: string }>> {
  const { rows } = await tx.execute<{ conversation_id: string; id: string; state: string }>(sql`
    select distinct on (r.conversation_id) r.conversation_id, r.id, r.state from reply r
    where r.conversation_id = any(${sql.param(conversationIds)}::uuid[]) and r.state in ('held', 'queued', 'sending', 'rejected', 'needs_check')
      and not exists (select from reply s where s.conversation_id = r.conversation_id and s.in_reply_to_id = r.in_reply_to_id and s.state = 'sent' and s.id > r.id)
    order by r.conversation_id, r.id desc`)
  return new Map(rows.map((row) => [row.conversation_id, row]))
}
