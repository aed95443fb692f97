import { and, eq, isNull, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { z } from 'zod'
import type { closureBody } from '@answerback/core/api'
import { Problem } from '@answerback/core/problem'
import { stampOf } from '@answerback/core/reasons'
import { reasonsOf } from '../access/reasons.ts'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Change } from '../live/change-log.ts'
import { conversationOf } from './conversation-of.ts'
import { ruleIn } from './due-times.ts'
import { recompute } from './recompute.ts'

/** Who acts, and on which conversation. */
type Act = { byId: string; conversationId: string }

/** Somebody has it, or (null) nobody. Assigning ends nothing and moves no clock. Throws `not_found` for a person of another workspace. */
export async function assign(ctx: Context, change: Change, act: Act, assigneeId: string | null): Promise<void> {
  const conversation = await conversationOf(change.tx, act.conversationId)
  if (assigneeId !== null) {
    const rows = await change.tx.select({ userId: t.member.userId }).from(t.member).where(eq(t.member.userId, assigneeId))
    if (!rows[0]) throw new Problem('not_found', 'assigneeId: nobody of that id works here.')
  }
  if (conversation.assigneeId === assigneeId) return
  await change.tx.update(t.conversation).set({ assigneeId }).where(eq(t.conversation.id, conversation.id))
  await note(ctx, change, act.byId, conversation.id, assigneeId === null ? 'unassigned' : 'assigned', assigneeId)
  change.touch(conversation.id)
}

/** Out of sight until then, or until they write again. The clock keeps running. */
export async function snooze(ctx: Context, change: Change, act: Act, until: Date | null): Promise<void> {
  const conversation = await conversationOf(change.tx, act.conversationId)
  if (until !== null && until <= ctx.now())
    throw new Problem('bad_request', 'until: choose a time that is still to come.', {
      invalidParams: [{ name: 'until', reason: 'is in the past' }],
    })
  if (until !== null && conversation.waitingSince === null)
    throw new Problem('not_possible_there', 'Nobody waits here, so there is nothing to snooze.')
  await change.tx.update(t.conversation).set({ snoozedUntil: until }).where(eq(t.conversation.id, conversation.id))
  await note(ctx, change, act.byId, conversation.id, until === null ? 'unsnoozed' : 'snoozed', until?.toISOString() ?? null)
  await recompute(ctx, change, conversation.id)
}

/**
 * No reply needed, and why: words and class of the reason are stamped in, and the target that holds now, so that later edits of either rewrite no
 * history. Throws `reason_retired`, `reason_needs_more`.
 */
export async function close(ctx: Context, change: Change, act: Act, body: z.infer<typeof closureBody>): Promise<void> {
  const conversation = await conversationOf(change.tx, act.conversationId)
  const reason = (await reasonsOf(change.tx)).find((each) => each.id === body.reason)
  if (reason === undefined)
    throw new Problem('bad_request', 'reason: there is none of that name here.', {
      invalidParams: [{ name: 'reason', reason: 'is no reason of this workspace' }],
    })
  if (reason.retired)
    throw new Problem('reason_retired', 'reason: this one is no longer offered. Choose another.', {
      invalidParams: [{ name: 'reason', reason: 'is no longer offered' }],
    })
  const text = body.note?.replaceAll('\0', '').trim() ?? ''
  if (reason.needs === 'link' && !/^https?:\/\/\S+$/.test(text))
    throw new Problem('reason_needs_more', 'note: give the link to the answer, beginning with https://', {
      invalidParams: [{ name: 'note', reason: 'a link is needed' }],
    })
  if (reason.needs === 'text' && text === '')
    throw new Problem('reason_needs_more', 'note: say in a few words why.', {
      invalidParams: [{ name: 'note', reason: 'a few words are needed' }],
    })
  const turns = await change.tx
    .select()
    .from(t.turn)
    .where(and(eq(t.turn.conversationId, conversation.id), eq(t.turn.state, 'open')))
    .orderBy(t.turn.startAt, t.turn.id)
  const turn = body.messageId === undefined ? turns[0] : turns.find((each) => each.messageIds.includes(body.messageId!))
  if (!turn) throw new Problem('not_possible_there', 'Nobody waits here, so there is nothing to close.')
  const { target } = await ruleIn(change.tx, conversation.channelId)
  await change.tx.insert(t.closing).values({
    id: uuidv7(),
    workspaceId: change.workspaceId,
    conversationId: conversation.id,
    messageId: body.messageId ?? turn.messageIds.at(-1)!,
    ...stampOf(reason),
    targetSeconds: target.seconds,
    targetClock: target.clock,
    note: text || null,
    byId: act.byId,
    createdAt: ctx.now(),
  })
  await note(ctx, change, act.byId, conversation.id, 'closed', reason.name ?? reason.id)
  await recompute(ctx, change, conversation.id)
}

/** Takes the newest closing in force back: they wait again, from their original start. */
export async function reopen(ctx: Context, change: Change, act: Act): Promise<void> {
  const conversation = await conversationOf(change.tx, act.conversationId)
  const rows = await change.tx
    .select({ id: t.closing.id })
    .from(t.closing)
    .where(and(eq(t.closing.conversationId, conversation.id), isNull(t.closing.reopenedAt)))
    .orderBy(sql`id desc`)
    .limit(1)
  if (!rows[0]) throw new Problem('not_possible_there', 'Nothing is closed here.')
  await change.tx.update(t.closing).set({ reopenedAt: ctx.now() }).where(eq(t.closing.id, rows[0].id))
  await note(ctx, change, act.byId, conversation.id, 'reopened', null)
  await recompute(ctx, change, conversation.id)
}

/** One line in the thread and one in the audit trail. */
export async function note(
  ctx: Context,
  change: Change,
  byId: string,
  conversationId: string,
  what: string,
  detail: string | null,
  about: Record<string, unknown> = {},
): Promise<void> {
  const row = { workspaceId: change.workspaceId, byId, what, createdAt: ctx.now() }
  await change.tx.insert(t.activity).values({ ...row, id: uuidv7(), conversationId, detail })
  await change.tx.insert(t.audit).values({ ...row, id: uuidv7(), about: { conversationId, detail, ...about } })
}
