import { eq, inArray, sql } from 'drizzle-orm'
import { stateOf } from '@answerback/core/conversation-state'
import type { Turn } from '@answerback/core/history'
import { dueOf, type Rule, type Target, targetOf } from '@answerback/core/targets'
import { ruleOf } from '../access/targets.ts'
import { platformOf, type Context } from '../context.ts'
import type { Change } from '../live/change-log.ts'
import { schema as t } from '../db/schema.ts'
import { loadHistory, type ClosingRow, type MessageRow } from './history.ts'

type ConversationChange = Partial<typeof t.conversation.$inferInsert>

/** Derives a conversation's turns and its row again from all its facts, and marks it as touched. Never nudged, always recomputed. */
export async function recompute(ctx: Context, change: Change, conversationId: string): Promise<void> {
  const { tx } = change
  const rows = await tx
    .select({ conversation: t.conversation, workspace: t.workspace, channel: t.channel })
    .from(t.conversation)
    .innerJoin(t.workspace, eq(t.workspace.id, t.conversation.workspaceId))
    .innerJoin(t.channel, eq(t.channel.id, t.conversation.channelId))
    .where(eq(t.conversation.id, conversationId))
  if (!rows[0]) return
  const { conversation } = rows[0]
  const rule = ruleOf(rows[0].workspace, rows[0].channel)
  const { turns, ranked, messages, closings } = await loadHistory(tx, conversation, platformOf(ctx, conversation.platform))
  await writeTurns(change, conversation, { turns, closings, rule })

  const inbound = messages.filter((row) => !row.ours)
  const newestInboundAt = Math.max(0, ...inbound.map((row) => row.receivedAt.getTime()))
  // They wrote again: snoozing was about what was there before.
  const snoozedAt = await lastSnoozeAt(change, conversation)
  const snoozedUntil =
    conversation.snoozedUntil !== null && snoozedAt !== null && newestInboundAt > snoozedAt ? null : conversation.snoozedUntil
  const pending = await pendingReply(change, conversationId)
  const derived: ConversationChange = {
    ...derive(turns, messages, closings, rule),
    state: stateOf(ranked, snoozedUntil?.getTime() ?? null, ctx.now().getTime()),
    snoozedUntil,
    replyId: pending?.id ?? null,
    replyFailed: pending !== null && (pending.state === 'rejected' || pending.state === 'needs_check'),
  }
  await tx.update(t.conversation).set(derived).where(eq(t.conversation.id, conversationId))
  change.touch(conversationId)
}

async function writeTurns(
  change: Change,
  conversation: typeof t.conversation.$inferSelect,
  { turns, closings, rule }: { turns: Turn[]; closings: ClosingRow[]; rule: Rule },
): Promise<void> {
  const { tx, workspaceId } = change
  const before = await tx.select().from(t.turn).where(eq(t.turn.conversationId, conversation.id))
  const old = new Map(before.map((row) => [row.id, row]))
  const ids = new Set(turns.map((turn) => turn.id))
  const dropped = before.filter((row) => !ids.has(row.id)).map((row) => row.id)
  if (dropped.length > 0) await tx.delete(t.turn).where(inArray(t.turn.id, dropped))
  const changed = turns
    .map((turn) => ({
      id: turn.id,
      workspaceId,
      conversationId: conversation.id,
      channelId: conversation.channelId,
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
      ...promiseOf(turn, old.get(turn.id), closings, rule),
    }))
    .filter((row) => JSON.stringify(row) !== JSON.stringify(pick(old.get(row.id), row)))
  if (changed.length === 0) return
  const columns = Object.keys(changed[0]!).filter((key) => key !== 'id' && key !== 'workspaceId') as (keyof (typeof changed)[0])[]
  await tx
    .insert(t.turn)
    .values(changed)
    .onConflictDoUpdate({
      target: [t.turn.workspaceId, t.turn.id],
      set: Object.fromEntries(columns.map((key) => [key, sql.raw(`excluded."${t.turn[key].name}"`)])),
    })
}

/** Its target, and when that came or comes due. */
function promiseOf(
  turn: Turn,
  old: typeof t.turn.$inferSelect | undefined,
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

function derive(turns: Turn[], messages: MessageRow[], closings: ClosingRow[], rule: Rule): ConversationChange {
  const byId = new Map(messages.map((row) => [row.id, row]))
  const newest = messages.toSorted((a, b) => b.platformAt.getTime() - a.platformAt.getTime() || (a.externalId < b.externalId ? 1 : -1))
  const last = newest[0]
  const open = turns.filter((turn) => turn.state === 'open')
  const oldest = open[0] ?? null
  const latest = turns.at(-1) ?? null
  const ended = oldest === null ? latest : null
  const waitingMessageId = oldest?.messageIds[0] ?? newest.find((row) => !row.ours)?.id ?? null
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
    waitingMessageId,
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

async function lastSnoozeAt(change: Change, conversation: typeof t.conversation.$inferSelect): Promise<number | null> {
  if (conversation.snoozedUntil === null) return null
  const { rows } = await change.tx.execute<{ at: Date | null }>(
    sql`select max(created_at) as at from activity where conversation_id = ${conversation.id} and what = 'snoozed'`,
  )
  return rows[0]?.at ? new Date(rows[0].at).getTime() : null
}

/** The reply the row tells of. One that failed is told until it is tried again, discarded, or the same person got another. */
async function pendingReply(change: Change, conversationId: string): Promise<{ id: string; state: string } | null> {
  const { rows } = await change.tx.execute<{ id: string; state: string }>(sql`
    select r.id, r.state from reply r
    where r.conversation_id = ${conversationId} and r.state in ('held', 'queued', 'sending', 'rejected', 'needs_check')
      and not exists (select from reply s where s.conversation_id = r.conversation_id and s.in_reply_to_id = r.in_reply_to_id and s.state = 'sent' and s.id > r.id)
    order by r.id desc limit 1`)
  return rows[0] ?? null
}
