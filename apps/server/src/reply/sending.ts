import { eq } from 'drizzle-orm'
import type { ReplyInput } from '@answerback/platforms/platform'
import { ioOf } from '../access/channel-io.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { ReplyRow } from './outcome.ts'

/** All that an adapter needs to send or find a reply. */
export async function sendingOf(ctx: Context, reply: ReplyRow) {
  const { channel, target, contact } = await ctx.db.inWorkspace(reply.workspaceId, async (tx) => {
    const channels = await tx.select().from(t.channel).where(eq(t.channel.id, reply.channelId))
    const rows = await tx
      .select({ target: t.message, contact: t.contact })
      .from(t.message)
      .innerJoin(t.contact, eq(t.contact.id, t.message.contactId))
      .where(eq(t.message.id, reply.inReplyToId))
    return { channel: channels[0]!, ...rows[0]! }
  })
  const hidden = contact.externalId.startsWith('hidden:')
  const input: ReplyInput = {
    target: {
      externalId: target.externalId,
      parentExternalId: target.parentExternalId,
      postExternalId: target.postExternalId,
      ref: target.ref,
      authorExternalId: hidden ? null : contact.externalId,
      authorHandle: contact.handle,
      private: target.private,
    },
    text: reply.text,
    key: reply.id,
    ...(reply.privately && { privately: true as const }),
    createdAt: (reply.sentAt ?? reply.createdAt).toISOString(),
  }
  return { io: await ioOf(ctx, channel), platform: platformOf(ctx, channel.platform), input }
}
