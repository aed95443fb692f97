import { eq } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { PlatformError } from '@answerback/platforms/error'
import type { ReplySent } from '@answerback/platforms/platform'
import { askForCredentials } from '../access/channel-io.ts'
import { isInUse } from '../access/channels.ts'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { recompute } from '../inbox/recompute.ts'
import { changing } from '../live/change-log.ts'
import { answeredMeanwhile } from './answered-meanwhile.ts'
import { firstLeaseUntil, whileLeased } from './lease.ts'
import { lookForReply } from './look.ts'
import { endReply, recordSent, type ReplyRow } from './outcome.ts'
import { sendingOf } from './sending.ts'

/**
 * How a reply goes out:
 *   held -> queued -> sending -> sent | rejected | (unknown, still `sending`) -> look -> sent | queued again (only where our key makes that safe) | needs_check
 * An attempt is committed before the socket opens. After a timeout, a reset, a 5xx or a crash the outcome is unknown: look, never send again blindly.
 */

/** The first look after an unknown outcome; platforms show a write after a moment. */
const firstLookMs = 2_000
/** After so many tries that surely did not reach the platform, a person is told. */
const maxNotSent = 20

/** Carries one reply one step further, whatever its state; safe to call at any time, any number of times, from many processes. */
export async function continueReply(ctx: Context, job: { workspaceId: string; replyId: string }): Promise<void> {
  const claimed = await claim(ctx, job)
  if (claimed === null) return
  const { reply, leasedUntil } = claimed
  await whileLeased(ctx, reply, leasedUntil, () =>
    claimed.step === 'look' ? lookForReply(ctx, reply) : attempt(ctx, reply, claimed.attemptId),
  )
}

type Claimed = { reply: ReplyRow; leasedUntil: Date } & ({ step: 'send'; attemptId: string } | { step: 'look' })

function claim(ctx: Context, job: { workspaceId: string; replyId: string }): Promise<Claimed | null> {
  return changing(ctx, job.workspaceId, async (change) => {
    const rows = await change.tx.select().from(t.reply).where(eq(t.reply.id, job.replyId))
    const reply = rows[0]
    const now = ctx.now()
    if (!reply || reply.dueAt === null || reply.dueAt > now) return null
    const leasedUntil = firstLeaseUntil(now)
    if (reply.state === 'sending' || reply.state === 'needs_check') {
      await change.tx.update(t.reply).set({ dueAt: leasedUntil }).where(eq(t.reply.id, reply.id))
      return { step: 'look', reply, leasedUntil }
    }
    if (reply.state !== 'held' && reply.state !== 'queued') return null
    const channels = await change.tx.select().from(t.channel).where(eq(t.channel.id, reply.channelId))
    if (channels[0] && !isInUse(channels[0])) {
      // Stays, and goes when the channel is in use again.
      await change.tx
        .update(t.reply)
        .set({
          state: 'queued',
          dueAt: null,
          reason: channels[0].reauthorizeAt === null ? 'The channel is paused.' : 'The channel must be connected again first.',
        })
        .where(eq(t.reply.id, reply.id))
      change.touch(reply.conversationId)
      return null
    }
    const answer = await answeredMeanwhile(change, reply)
    if (answer !== null) {
      const reason = `Somebody answered there meanwhile: “${answer.slice(0, 200)}”`
      await change.tx.update(t.reply).set({ state: 'rejected', reason, dueAt: null, endedAt: now }).where(eq(t.reply.id, reply.id))
      await recompute(ctx, change, reply.conversationId)
      return null
    }
    const attemptId = uuidv7()
    const sentAt = reply.sentAt ?? now
    await change.tx.insert(t.replyAttempt).values({ id: attemptId, workspaceId: job.workspaceId, replyId: reply.id, startedAt: now })
    await change.tx
      .update(t.reply)
      .set({ state: 'sending', dueAt: leasedUntil, sentAt, looks: 0, reason: null })
      .where(eq(t.reply.id, reply.id))
    change.touch(reply.conversationId)
    return { step: 'send', reply: { ...reply, state: 'sending', sentAt }, leasedUntil, attemptId }
  })
}

type Sending = Awaited<ReturnType<typeof sendingOf>>

async function attempt(ctx: Context, reply: ReplyRow, attemptId: string): Promise<void> {
  let sent: ReplySent
  let sending: Sending | null = null
  try {
    sending = await sendingOf(ctx, reply)
    sent = await sending.platform.reply(sending.io, sending.input)
  } catch (error) {
    return settleFailure(ctx, reply, { attemptId, channel: sending?.channel ?? null }, error)
  }
  await recordSent(ctx, reply, sent, attemptId)
}

type Tried = { attemptId: string; channel: Sending['channel'] | null }

async function settleFailure(ctx: Context, reply: ReplyRow, { attemptId, channel }: Tried, error: unknown): Promise<void> {
  const now = ctx.now()
  const reason = (error as Error).message
  const kind = error instanceof PlatformError ? error.kind : 'unavailable'
  ctx.log.warn(
    { reply: reply.id, kind, reason, ...(error instanceof PlatformError ? {} : { err: error }) },
    'reply: an attempt did not succeed',
  )
  if (kind === 'rejected' || kind === 'gone') return endReply(ctx, reply, { state: 'rejected', reason, attemptId, outcome: 'rejected' })
  const notSent = kind === 'reauthorize' || kind === 'rate_limited' || (error instanceof PlatformError && error.notSent)
  await changing(ctx, reply.workspaceId, async (change) => {
    await change.tx
      .update(t.replyAttempt)
      .set({ endedAt: now, outcome: notSent ? 'not_sent' : 'unknown', reason })
      .where(eq(t.replyAttempt.id, attemptId))
    const rows = await change.tx.select({ state: t.reply.state }).from(t.reply).where(eq(t.reply.id, reply.id))
    // Its echo may have come first.
    if (rows[0]?.state !== 'sending') return
    change.touch(reply.conversationId)
    if (!notSent)
      return change.tx
        .update(t.reply)
        .set({ reason, dueAt: new Date(now.getTime() + firstLookMs) })
        .where(eq(t.reply.id, reply.id))
    if (kind === 'reauthorize' && channel !== null && (await askForCredentials(ctx, change, channel)))
      return change.tx.update(t.reply).set({ state: 'queued', dueAt: null, reason }).where(eq(t.reply.id, reply.id))
    const tries = (await change.tx.select({ id: t.replyAttempt.id }).from(t.replyAttempt).where(eq(t.replyAttempt.replyId, reply.id)))
      .length
    if (tries >= maxNotSent)
      return change.tx.update(t.reply).set({ state: 'rejected', reason, dueAt: null, endedAt: now }).where(eq(t.reply.id, reply.id))
    const backoffMs = Math.min(300_000, 1_000 * 2 ** tries)
    // Credentials that were put there meanwhile can be tried at once.
    const waitMs = kind === 'reauthorize' ? 0 : ((error as PlatformError).retryAfterMs ?? backoffMs)
    return change.tx
      .update(t.reply)
      .set({ state: 'queued', reason, dueAt: new Date(now.getTime() + Math.max(500, waitMs)) })
      .where(eq(t.reply.id, reply.id))
  })
}
