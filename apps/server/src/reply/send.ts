import { eq, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { z } from 'zod'
import { Problem } from '@answerback/core/problem'
import type { replyBody } from '@answerback/core/reply-api'
import { refuseOverCap } from '../access/spending.ts'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { conversationOf } from '../inbox/conversation-of.ts'
import { recompute } from '../inbox/recompute.ts'
import type { Change } from '../live/change-log.ts'
import { checkReply } from './limits.ts'
import { takeUploads } from './uploads.ts'
import { privatelyTo } from './window.ts'

/** People get this long to take a reply back; keys none. */
const undoSecondsForPeople = 10

/**
 * Puts a reply on its way: a row, held while it can be undone. Nothing is sent here. Throws `already_answered` with what a colleague wrote when the
 * writer had not seen it (`expectedLastOutboundId`), `reply_empty`, `reply_too_long`, `reply_too_short` and `media_not_taken` by the platform's own limits, `window_over`, `cost_cap_reached`, `channel_off`, `not_found`.
 */
export async function sendReply(
  ctx: Context,
  change: Change,
  actor: Actor,
  conversationId: string,
  body: z.infer<typeof replyBody>,
): Promise<{ id: string; state: string }> {
  const { tx } = change
  const conversation = await conversationOf(tx, conversationId)
  const text = sendable(body.text)
  const chosen = body.media ?? []
  if (text === '' && chosen.length === 0)
    throw new Problem('reply_empty', 'text: write something to send.', { invalidParams: [{ name: 'text', reason: 'is empty' }] })
  const target = await targetOf(change, conversation, body.inReplyTo)
  await refuseIfOff(change, target.channelId)
  const id = uuidv7()
  const media = await takeUploads(change, id, chosen)
  await checkReply(ctx, change, target.id, { text, media, privately: body.privately ?? false })
  const privately = await privatelyTo(ctx, change, target.id, body.privately ?? false)
  await refuseOverCap(ctx, tx, target.channelId, text)
  if (body.expectedLastOutboundId !== undefined)
    await refuseIfAnswered(change, conversation.id, target.id, body.expectedLastOutboundId, actor)

  const now = ctx.now()
  const undoSeconds = body.undoSeconds ?? (actor.key ? 0 : undoSecondsForPeople)
  const state = undoSeconds > 0 ? 'held' : 'queued'
  await tx.insert(t.reply).values({
    id,
    workspaceId: change.workspaceId,
    conversationId: conversation.id,
    channelId: target.channelId,
    inReplyToId: target.id,
    byId: actor.id,
    text,
    media,
    privately,
    state,
    dueAt: new Date(now.getTime() + undoSeconds * 1000),
    createdAt: now,
  })
  await recompute(ctx, change, conversation.id)
  if (state === 'queued') change.afterCommit(() => ctx.queue.add('send', [{ workspaceId: change.workspaceId, replyId: id }]))
  return { id, state }
}

/** The words as they can be kept and sent: without U+0000, half characters and blanks around. */
export function sendable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed().trim()
}

/** Said before anything is written down; a token that died meanwhile is another matter, such replies wait for it. */
async function refuseIfOff(change: Change, channelId: string): Promise<void> {
  const rows = await change.tx
    .select({ handle: t.channel.handle, pausedAt: t.channel.pausedAt, disconnectedAt: t.channel.disconnectedAt })
    .from(t.channel)
    .where(eq(t.channel.id, channelId))
  const channel = rows[0]
  if (channel?.disconnectedAt != null)
    throw new Problem(
      'channel_off',
      `${channel.handle} was disconnected. An owner can connect it again in the settings, then this can be answered.`,
    )
  if (channel?.pausedAt != null)
    throw new Problem('channel_off', `${channel.handle} is paused. An owner can go on with it in the settings, then this can be answered.`)
}

type Conversation = typeof t.conversation.$inferSelect
type Target = Pick<typeof t.message.$inferSelect, 'id' | 'channelId'>

/** The message the person chose, else the newest of the oldest open turn, else the newest inbound one. */
async function targetOf(change: Change, conversation: Conversation, chosen: string | undefined): Promise<Target> {
  const { rows } = await change.tx.execute<{ id: string; channelId: string }>(sql`
    select m.id, m.channel_id as "channelId" from message m
    where m.conversation_id = ${conversation.id} and not m.ours and ${chosen === undefined ? sql`true` : sql`m.id = ${chosen}`}
    order by (m.id = any(coalesce((select message_ids from turn where conversation_id = ${conversation.id} and state = 'open' order by start_at, id limit 1), '{}'))) desc, m.platform_at desc, m.id desc
    limit 1`)
  if (!rows[0])
    throw new Problem(
      chosen === undefined ? 'not_possible_there' : 'not_found',
      chosen === undefined
        ? 'There is nobody to answer in this conversation.'
        : 'inReplyTo: no such message of theirs in this conversation.',
    )
  return rows[0]
}

/** The writer must have seen our newest words to this person; a colleague's reply on its way counts as words. */
async function refuseIfAnswered(
  change: Change,
  conversationId: string,
  targetId: string,
  expected: string | null,
  actor: Actor,
): Promise<void> {
  const { rows } = await change.tx.execute<{ id: string; text: string; byId: string | null; at: Date; pending: boolean }>(sql`
    select id, text, by_id as "byId", platform_at as at, false as pending from message where conversation_id = ${conversationId} and ours and not automated and not gone
    union all
    select id, text, by_id, created_at, true from reply where conversation_id = ${conversationId} and in_reply_to_id = ${targetId} and state in ('held', 'queued', 'sending')
    order by pending desc, at desc, id desc limit 1`)
  const newest = rows[0]
  if (!newest || (!newest.pending && newest.id === expected)) return
  const who = newest.byId === actor.id ? 'You have' : newest.pending ? 'A colleague is just sending an answer and has' : 'Somebody has'
  const what = newest.text === '' ? 'sent a file without words.' : `written: “${newest.text.slice(0, 200)}”`
  throw new Problem('already_answered', `${who} already ${what}`, {
    answer: { text: newest.text, byId: newest.byId, at: new Date(newest.at).toISOString(), pending: newest.pending },
  })
}
