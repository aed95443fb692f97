import { eq } from 'drizzle-orm'
import type { ReplyMedia } from '@answerback/core/reply-api'
import type { MediaLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '@answerback/platforms/error'
import type { ReplyInput, ReplyMedia as SentMedia } from '@answerback/platforms/platform'
import { ioOf } from '../access/channel-io.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { ReplyRow } from './outcome.ts'
import { publicAddressOf } from './public-media.ts'
import { readUpload } from './uploads.ts'

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
  const platform = platformOf(ctx, channel.platform)
  const limit = (channel.replyLimit ?? platform.can.replyLimit).media
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
    ...(reply.media.length > 0 && { media: reply.media.map((file) => mediaOf(ctx, reply, file, limit)) }),
    createdAt: (reply.sentAt ?? reply.createdAt).toISOString(),
  }
  return { io: await ioOf(ctx, channel), platform, input, channel }
}

/** The bytes come out of the database when they are asked for, which looking never does. */
function mediaOf(ctx: Context, reply: ReplyRow, file: ReplyMedia, limit: MediaLimit | undefined): SentMedia {
  const { id, type, name, alt, width, height } = file
  return {
    ...{ id, type, name, width, height },
    alt: limit?.altMax === undefined ? '' : alt,
    url: limit?.byAddress ? publicAddressOf(ctx, id) : null,
    async bytes() {
      const kept = await readUpload(ctx, reply.workspaceId, id)
      if (kept) return new Uint8Array(kept.data)
      throw new PlatformError('rejected', `The file “${name}” is not kept here any more. Attach it again.`, { notSent: true })
    },
  }
}
