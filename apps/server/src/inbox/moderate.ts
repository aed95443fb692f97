import { eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { moderationBody } from '@answerback/core/api'
import { Problem } from '@answerback/core/problem'
import { PlatformError } from '@answerback/platforms/error'
import { hasAbility } from '../access/abilities.ts'
import { ioOf } from '../access/channel-io.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { changing } from '../live/change-log.ts'
import { note } from './actions.ts'
import { recompute } from './recompute.ts'

type Why = z.infer<typeof moderationBody>

/**
 * Hides on the platform what somebody wrote, with the reason; `why` null shows it again, and they wait from their original start. Repeating is harmless, and gives
 * another reason. Throws `not_found`, `not_possible_there`, `too_late` when it is gone, `reason_needs_more`, `unavailable` when nobody knows.
 */
export async function hideMessage(ctx: Context, actor: Actor, messageId: string, why: Why | null): Promise<void> {
  const detail = why && wordsOf(why)
  const { message, channel, platform } = await found(ctx, actor, messageId)
  if (message.ours) throw new Problem('not_possible_there', 'Only what somebody else wrote can be hidden. What we wrote can be removed.')
  if (message.removedAt !== null) throw new Problem('too_late', 'It is no longer there.')
  const { hide } = platform
  if (!hide || !hasAbility(platform, channel.settings, 'hide'))
    throw new Problem('not_possible_there', `${platform.name} has no way to hide a comment.`)
  const hidden = why !== null
  await asking(platform.name, hidden ? 'hide it' : 'show it again', async () =>
    hide(await ioOf(ctx, channel), { externalId: message.externalId, ref: message.ref, hidden }),
  )
  await changing(ctx, actor.workspaceId, async (change) => {
    const now = ctx.now()
    await change.tx
      .update(t.message)
      // What was hidden already stays hidden since then: another reason moves no time.
      .set({ hidden, moderationReason: why?.reason === 'spam' ? 'spam' : null, ...(message.hidden !== hidden && { hiddenAt: now }) })
      .where(eq(t.message.id, message.id))
    await note(ctx, change, actor.id, message.conversationId, hidden ? 'hidden' : 'unhidden', detail, { messageId })
    await recompute(ctx, change, message.conversationId)
  })
}

/**
 * Takes a message away on the platform, for good: somebody's with a reason, ours without. Throws as `hideMessage` does. What is gone already is done.
 */
export async function removeMessage(ctx: Context, actor: Actor, messageId: string, why: Why | null): Promise<void> {
  const { message, channel, platform } = await found(ctx, actor, messageId)
  if (message.removedAt !== null && message.removedBy === 'us') return
  if (!message.ours && why === null)
    throw new Problem('reason_needs_more', 'reason: say why it is removed.', { invalidParams: [{ name: 'reason', reason: 'is missing' }] })
  const detail = why && wordsOf(why)
  if (message.removedAt !== null) throw new Problem('too_late', 'It is no longer there.')
  const { remove, can } = platform
  if (!remove || !hasAbility(platform, channel.settings, 'remove') || (can.remove === 'own' && !message.ours))
    throw new Problem('not_possible_there', `${platform.name} has no way to remove ${message.ours ? 'it' : 'what others write'}.`)
  await asking(platform.name, 'remove it', async () =>
    remove(await ioOf(ctx, channel), { externalId: message.externalId, ref: message.ref }),
  )
  await changing(ctx, actor.workspaceId, async (change) => {
    await change.tx
      .update(t.message)
      .set({ removedAt: ctx.now(), removedBy: 'us', moderationReason: why?.reason === 'spam' ? 'spam' : null })
      .where(eq(t.message.id, message.id))
    await note(ctx, change, actor.id, message.conversationId, 'removed', detail, { messageId, text: message.text })
    await recompute(ctx, change, message.conversationId)
  })
}

async function found(ctx: Context, actor: Actor, messageId: string) {
  const { message, channel } = await ctx.db.inWorkspace(actor.workspaceId, async (tx) => {
    const [row] = await tx
      .select({ message: t.message, channel: t.channel })
      .from(t.message)
      .innerJoin(t.channel, eq(t.channel.id, t.message.channelId))
      .where(eq(t.message.id, messageId))
    if (!row) throw new Problem('not_found', 'There is no such message.')
    return row
  })
  return { message, channel, platform: platformOf(ctx, channel.platform) }
}

/** What the thread says of the reason: `spam`, else the words given. */
function wordsOf({ reason, note: words }: Why): string {
  const text = words?.replaceAll('\0', '').trim() ?? ''
  if (reason === 'spam') return 'spam'
  if (text === '')
    throw new Problem('reason_needs_more', 'note: say in a few words why.', {
      invalidParams: [{ name: 'note', reason: 'a few words are needed' }],
    })
  return text
}

async function asking(name: string, what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const refused = error.kind === 'rejected' || error.kind === 'gone'
    throw new Problem(refused ? 'not_possible_there' : 'unavailable', `${name} did not ${what}: ${error.message}`)
  }
}
