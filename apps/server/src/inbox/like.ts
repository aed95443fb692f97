import { and, eq, sql } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import { PlatformError } from '@answerback/platforms/error'
import { hasAbility } from '../access/abilities.ts'
import { ioOf } from '../access/channel-io.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { changing } from '../live/change-log.ts'
import { note } from './actions.ts'
import { conversationOf } from './conversation-of.ts'
import { recompute } from './recompute.ts'

/**
 * Likes (or unlikes) on the platform, then keeps it as an acknowledgement: the person still waits. Repeating it is harmless there and here.
 * Throws `not_possible_there` when the platform has no likes or refuses, `unavailable` when it cannot be reached.
 */
export async function likeMessage(
  ctx: Context,
  actor: Actor,
  conversationId: string,
  messageId: string | undefined,
  liked: boolean,
): Promise<void> {
  const { message, channel } = await ctx.db.inWorkspace(actor.workspaceId, async (tx) => {
    const conversation = await conversationOf(tx, conversationId)
    const wanted = messageId ?? conversation.waitingMessageId
    const messages = await tx
      .select()
      .from(t.message)
      .where(
        and(
          eq(t.message.conversationId, conversation.id),
          eq(t.message.ours, false),
          wanted === null ? sql`false` : eq(t.message.id, wanted),
        ),
      )
    if (!messages[0]) throw new Problem('not_found', 'messageId: no such message of theirs in this conversation.')
    const channels = await tx.select().from(t.channel).where(eq(t.channel.id, messages[0].channelId))
    return { message: messages[0], channel: channels[0]! }
  })
  const platform = platformOf(ctx, channel.platform)
  if (!platform.like || !hasAbility(platform, channel.settings, 'like'))
    throw new Problem('not_possible_there', `${platform.name} has no way to like a comment.`)
  try {
    await platform.like(await ioOf(ctx, channel), { externalId: message.externalId, ref: message.ref, liked })
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const code = error.kind === 'rejected' || error.kind === 'gone' ? 'not_possible_there' : 'unavailable'
    throw new Problem(code, `${platform.name} did not take the like: ${error.message}`)
  }
  await changing(ctx, actor.workspaceId, async (change) => {
    await change.tx.update(t.message).set({ liked, likedAt: ctx.now() }).where(eq(t.message.id, message.id))
    await note(ctx, change, actor.id, message.conversationId, liked ? 'liked' : 'unliked', null)
    await recompute(ctx, change, message.conversationId)
  })
}
