import { and, eq, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { ReplySent } from '@answerback/platforms/platform'
import type { MessageFact } from '@answerback/core/facts'
import { addSpending, priceOf } from '../access/spending.ts'
import { platformOf, type Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { foldFacts } from '../ingest/fold.ts'
import type { Fold } from '../ingest/folding.ts'
import { storable } from '../ingest/storable.ts'
import { recompute, recomputeAll } from '../inbox/recompute.ts'
import { changing } from '../live/change-log.ts'

export type ReplyRow = typeof t.reply.$inferSelect

/**
 * The platform has it: the reply becomes a message of the thread, by the same folding as everything that a platform tells, so that its echo, before or
 * after, is the same message.
 */
export async function recordSent(ctx: Context, reply: ReplyRow, sent: ReplySent, attemptId: string | null): Promise<void> {
  await changing(ctx, reply.workspaceId, async (change) => {
    const now = ctx.now()
    const channels = await change.tx.select().from(t.channel).where(eq(t.channel.id, reply.channelId))
    // One that was found there by looking cost what its words do.
    const usd = sent.spentUsd ?? priceOf(platformOf(ctx, channels[0]!.platform), reply.text)
    const [before] = await change.tx.select({ state: t.reply.state }).from(t.reply).where(eq(t.reply.id, reply.id))
    if (usd > 0 && before?.state !== 'sent') {
      change.afterCommit(() => addSpending(ctx, reply.channelId, usd))
      change.channelsChanged()
    }
    const fold: Fold = {
      tx: change.tx,
      workspaceId: reply.workspaceId,
      channelId: reply.channelId,
      platform: channels[0]!.platform,
      now,
      conversations: new Set([reply.conversationId]),
      gone: change.gone,
    }
    const facts = toldOf(sent) || !reply.privately ? sent.facts : [...sent.facts, await untold(change.tx, reply, sent, now)]
    await foldFacts(fold, [{ facts: facts.map(storable), seen: { receivedAt: now, current: false } }])
    // Where there is one answer at most, it may have the name of one that was taken back before this was written.
    const since = sql`${reply.createdAt.toISOString()}::timestamptz`
    const unlessBefore = (column: AnyPgColumn) => sql`case when ${t.message.removedAt} < ${since} then null else ${column} end`
    await change.tx
      .update(t.message)
      .set({
        replyId: reply.id,
        byId: reply.byId,
        inReplyToId: reply.inReplyToId,
        sentAt: reply.sentAt,
        removedAt: unlessBefore(t.message.removedAt),
        removedBy: unlessBefore(t.message.removedBy),
        absentAt: sql`case when ${t.message.absentAt} < ${(reply.sentAt ?? reply.createdAt).toISOString()}::timestamptz then null else ${t.message.absentAt} end`,
      })
      .where(and(eq(t.message.platform, channels[0]!.platform), eq(t.message.externalId, sent.externalId)))
    await change.tx
      .update(t.reply)
      // What waits for an approval there may not even have a name yet.
      .set({ state: 'sent', externalId: sent.externalId || null, url: sent.url, reason: sent.pending ?? null, dueAt: null, endedAt: now })
      .where(eq(t.reply.id, reply.id))
    await change.tx
      .update(t.replyAttempt)
      .set({ outcome: attemptId === null ? 'landed' : 'sent', endedAt: now })
      .where(
        attemptId === null
          ? and(eq(t.replyAttempt.replyId, reply.id), sql`outcome is null or outcome = 'unknown'`)
          : eq(t.replyAttempt.id, attemptId),
      )
    await recomputeAll(ctx, change, fold.conversations)
  })
}

function toldOf({ facts, externalId }: ReplySent): boolean {
  return externalId === '' || facts.some((fact) => fact.fact === 'message' && fact.externalId === externalId)
}

/** A private answer stands in another place, which a platform may show to nobody: what we know of it is that it was taken. */
async function untold(tx: Queryable, reply: ReplyRow, sent: ReplySent, now: Date): Promise<MessageFact> {
  const [row] = await tx
    .select({ target: t.message, channel: t.channel })
    .from(t.message)
    .innerJoin(t.channel, eq(t.channel.id, t.message.channelId))
    .where(eq(t.message.id, reply.inReplyToId))
  const { target, channel } = row!
  const us = { externalId: channel.externalId, handle: channel.handle, name: channel.name, avatarUrl: channel.avatarUrl, url: channel.url }
  return {
    fact: 'message',
    externalId: sent.externalId,
    kind: 'direct',
    ours: true,
    automated: false,
    author: us,
    parentExternalId: target.externalId,
    postExternalId: target.postExternalId,
    mentionsUs: false,
    tagsExternalId: null,
    private: true,
    text: reply.text,
    language: null,
    url: sent.url,
    media: [],
    platformAt: now.toISOString(),
    authorAt: null,
    editedAt: null,
    version: 'sent',
    ref: {},
  }
}

/** Ends a reply without success, or hands it to a person. A reply whose echo came meanwhile stays sent. */
export async function endReply(
  ctx: Context,
  reply: ReplyRow,
  end: { state: 'rejected' | 'needs_check'; reason: string; attemptId: string | null; outcome: 'rejected' | 'unknown'; dueAt?: Date },
): Promise<void> {
  await changing(ctx, reply.workspaceId, async (change) => {
    const now = ctx.now()
    if (end.attemptId !== null)
      await change.tx
        .update(t.replyAttempt)
        .set({ outcome: end.outcome, endedAt: now, reason: end.reason })
        .where(eq(t.replyAttempt.id, end.attemptId))
    const rows = await change.tx.select({ state: t.reply.state }).from(t.reply).where(eq(t.reply.id, reply.id))
    if (rows[0]?.state !== 'sending' && rows[0]?.state !== 'needs_check') return
    await change.tx
      .update(t.reply)
      .set({ state: end.state, reason: end.reason, dueAt: end.dueAt ?? null, endedAt: now })
      .where(eq(t.reply.id, reply.id))
    await recompute(ctx, change, reply.conversationId)
  })
}
