import { and, eq } from 'drizzle-orm'
import type { FindResult } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { changing } from '../live/change-log.ts'
import { endReply, recordSent, type ReplyRow } from './outcome.ts'
import { sendingOf } from './sending.ts'

/** Looks before a person is asked, how far apart, and how long at most since the attempt, also when the platform cannot be asked. */
const looksBeforeAsking = 2
const nextLookMs = 12_000
const askAfterMs = 50_000
/** A reply that a person should check is still looked for now and then; it may show up by itself. */
const laterLookMs = 120_000
const maxLooks = 12
/** How long a reply that never arrives is sent again by itself. */
const sendAgainForMs = 600_000

/**
 * The outcome of an attempt is unknown: ask the platform. Seen: sent. Surely absent (the platform keeps our key): queued again with the same key.
 * Not seen twice: a person checks. Never sends anything itself.
 */
export async function lookForReply(ctx: Context, reply: ReplyRow): Promise<void> {
  const result = await look(ctx, reply)
  if (result.found === 'landed') return recordSent(ctx, reply, result.sent, null)
  const now = ctx.now()
  const sinceMs = now.getTime() - (reply.sentAt ?? reply.createdAt).getTime()
  if (result.found === 'absent' && reply.state === 'sending' && sinceMs < sendAgainForMs) {
    await changing(ctx, reply.workspaceId, async (change) => {
      await change.tx.update(t.reply).set({ state: 'queued', dueAt: now, reason: null }).where(eq(t.reply.id, reply.id))
      change.touch(reply.conversationId)
      change.afterCommit(() => ctx.queue.add('send', [{ workspaceId: reply.workspaceId, replyId: reply.id }]))
    })
    return
  }
  const looks = reply.looks + 1
  const enough = (result.found === 'unsure' && !result.failed && looks >= looksBeforeAsking) || sinceMs >= askAfterMs
  const dueAt = looks >= maxLooks ? null : new Date(now.getTime() + (enough || reply.state === 'needs_check' ? laterLookMs : nextLookMs))
  await changing(ctx, reply.workspaceId, (change) => change.tx.update(t.reply).set({ looks, dueAt }).where(eq(t.reply.id, reply.id)))
  if (enough && reply.state === 'sending') {
    const why = reply.reason ?? 'The connection was lost before the platform confirmed.'
    await endReply(ctx, reply, { state: 'needs_check', reason: why, attemptId: null, outcome: 'unknown', dueAt: dueAt ?? undefined })
  }
}

async function look(ctx: Context, reply: ReplyRow): Promise<FindResult & { failed?: boolean }> {
  try {
    const { io, platform, input } = await sendingOf(ctx, reply)
    const result = await platform.find(io, { ...input, since: (reply.sentAt ?? reply.createdAt).toISOString() })
    if (result.found !== 'landed' || platform.can.oneReply || !(await isAnothers(ctx, reply, result.sent.externalId))) return result
    return { found: 'unsure' }
  } catch (error) {
    ctx.log.warn({ reply: reply.id, reason: (error as Error).message }, 'reply: could not look for it')
    return { found: 'unsure', failed: true }
  }
}

/** The same words were said to somebody else nearby, and that is what was found: it proves nothing of this reply. */
function isAnothers(ctx: Context, reply: ReplyRow, externalId: string): Promise<boolean> {
  return ctx.db.inWorkspace(reply.workspaceId, async (tx) => {
    const [found] = await tx
      .select({ replyId: t.message.replyId })
      .from(t.message)
      .innerJoin(t.channel, and(eq(t.channel.id, reply.channelId), eq(t.channel.platform, t.message.platform)))
      .where(eq(t.message.externalId, externalId))
    return found !== undefined && found.replyId !== null && found.replyId !== reply.id
  })
}
