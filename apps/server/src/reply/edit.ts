import { and, eq } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { Problem } from '@answerback/core/problem'
import { PlatformError } from '@answerback/platforms/error'
import type { ReplySent } from '@answerback/platforms/platform'
import { hasAbility } from '../access/abilities.ts'
import { ioOf } from '../access/channel-io.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { foldFacts } from '../ingest/fold.ts'
import { storable } from '../ingest/storable.ts'
import { recomputeAll } from '../inbox/recompute.ts'
import { changing } from '../live/change-log.ts'
import { checkReply } from './limits.ts'
import { sendable } from './send.ts'

/**
 * Puts other words in place of a reply that was sent, there and here. It stays the answer it was, given when it was given; who changed it, and from what, is in the
 * audit. Repeating is harmless. Throws `not_possible_there` when the platform cannot or will not, `too_late` when it was never sent, `unavailable` when nobody knows.
 */
export async function editReply(ctx: Context, actor: Actor, replyId: string, given: string): Promise<void> {
  const text = sendable(given)
  const { reply, message, channel } = await ctx.db.inWorkspace(actor.workspaceId, async (tx) => {
    const [found] = await tx.select().from(t.reply).where(eq(t.reply.id, replyId))
    if (!found) throw new Problem('not_found', 'There is no such reply.')
    const [sent] = await tx
      .select()
      .from(t.message)
      .where(and(eq(t.message.replyId, found.id), eq(t.message.ours, true)))
    if (found.state !== 'sent' || !sent || sent.removedAt !== null)
      throw new Problem('too_late', sent?.removedAt ? 'It is no longer there.' : 'Only what was sent can be changed there.')
    const [through] = await tx.select().from(t.channel).where(eq(t.channel.id, found.channelId))
    return { reply: found, message: sent, channel: through! }
  })
  const platform = platformOf(ctx, channel.platform)
  if (!platform.editReply || !hasAbility(platform, channel.settings, 'editReply'))
    throw new Problem('not_possible_there', `${platform.name} has no way to change what was sent.`)
  await changing(ctx, actor.workspaceId, (change) =>
    checkReply(ctx, change, reply.inReplyToId, { text, media: reply.media, privately: reply.privately }),
  )
  let sent: ReplySent
  try {
    sent = await platform.editReply(await ioOf(ctx, channel), { externalId: message.externalId, ref: message.ref, text })
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const refused = error.kind === 'rejected' || error.kind === 'gone'
    throw new Problem(refused ? 'not_possible_there' : 'unavailable', `${platform.name} did not take the change: ${error.message}`)
  }
  await changing(ctx, actor.workspaceId, async (change) => {
    const now = ctx.now()
    const conversations = new Set([reply.conversationId])
    // Whatever the platform says of the time of the change, the answer was given when it was given.
    const facts = sent.facts
      .map(storable)
      .map((fact) => ('platformAt' in fact ? { ...fact, platformAt: message.platformAt.toISOString() } : fact))
    await foldFacts(
      {
        tx: change.tx,
        workspaceId: actor.workspaceId,
        channelId: channel.id,
        platform: channel.platform,
        now,
        conversations,
        gone: change.gone,
      },
      [{ facts, seen: { receivedAt: now, current: false } }],
    )
    await change.tx.update(t.reply).set({ text }).where(eq(t.reply.id, reply.id))
    const by = { workspaceId: actor.workspaceId, byId: actor.id, createdAt: now }
    await change.tx.insert(t.activity).values({ ...by, id: uuidv7(), conversationId: message.conversationId, what: 'edited', detail: null })
    await change.tx.insert(t.audit).values({
      ...{ ...by, id: uuidv7(), what: 'reply.edited' },
      about: { replyId: reply.id, conversationId: reply.conversationId, from: message.text, to: text },
    })
    await recomputeAll(ctx, change, conversations)
  })
}
