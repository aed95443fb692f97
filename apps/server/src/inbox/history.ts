import { eq, inArray } from 'drizzle-orm'
import type { History, HistoryMessage } from '@answerback/core/history'
import type { Platform } from '@answerback/platforms/platform'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'

export type MessageRow = typeof t.message.$inferSelect
export type ClosingRow = typeof t.closing.$inferSelect

/** All rows from which a conversation's turns follow, and the `History` they make. */
export type Loaded = { history: History; messages: MessageRow[]; closings: ClosingRow[] }

/** Reads one conversation's facts. `platform` tells whether removing a comment there takes its replies along. */
export async function loadHistory(
  tx: Queryable,
  conversation: Pick<typeof t.conversation.$inferSelect, 'id' | 'onOurPost' | 'channelId'>,
  platform: Platform,
): Promise<Loaded> {
  const messages = await tx.select().from(t.message).where(eq(t.message.conversationId, conversation.id))
  const closings = await tx.select().from(t.closing).where(eq(t.closing.conversationId, conversation.id))
  const channels = await tx.select({ connectedAt: t.channel.connectedAt }).from(t.channel).where(eq(t.channel.id, conversation.channelId))
  const idOf = new Map(messages.map((row) => [row.externalId, row.id]))
  const tagged = messages.flatMap((row) => row.tagsExternalId ?? [])
  const contacts =
    tagged.length === 0
      ? []
      : await tx
          .select({ id: t.contact.id, externalId: t.contact.externalId, platform: t.contact.platform })
          .from(t.contact)
          .where(inArray(t.contact.externalId, tagged))
  const contactOf = new Map(contacts.map((row) => [`${row.platform} ${row.externalId}`, row.id]))
  const removals = removalsOf(messages, idOf, platform.can.removalTakesReplies)
  return {
    messages,
    closings,
    history: {
      connectedAt: channels[0]!.connectedAt.getTime(),
      onOurPost: conversation.onOurPost,
      messages: messages.map((row) =>
        historyMessage(
          row,
          idOf,
          removals,
          row.tagsExternalId === null ? null : (contactOf.get(`${row.platform} ${row.tagsExternalId}`) ?? null),
        ),
      ),
      closings: closings.map((row) => ({
        id: row.id,
        messageId: row.messageId,
        at: row.createdAt.getTime(),
        class: row.class,
        reason: row.reason,
        reopenedAt: row.reopenedAt?.getTime() ?? null,
      })),
      likes: messages.flatMap((row) =>
        row.liked && !row.ours ? [{ messageId: row.id, at: row.likedAt?.getTime() ?? row.receivedAt.getTime() }] : [],
      ),
    },
  }
}

type Removals = Map<string, HistoryMessage['removed']>

function historyMessage(row: MessageRow, idOf: Map<string, string>, removals: Removals, tags: string | null): HistoryMessage {
  const at = Math.min(row.platformAt.getTime(), row.receivedAt.getTime())
  return {
    id: row.id,
    parentId: row.parentExternalId === null ? null : (idOf.get(row.parentExternalId) ?? null),
    handle: row.contactId,
    ours: row.ours,
    automated: row.automated,
    private: row.private,
    mentionsUs: row.mentionsUs,
    at,
    receivedAt: row.receivedAt.getTime(),
    versions: versionsOf(row, at),
    removed: removals.get(row.id) ?? null,
    hiddenAt: row.hidden ? (row.hiddenAt?.getTime() ?? row.receivedAt.getTime()) : null,
    moderationReason: row.moderationReason,
    inReplyTo: row.inReplyToId,
    sentAt: row.sentAt?.getTime() ?? null,
    tags,
  }
}

/** Oldest first. The first version is as old as the message; a later one as its edit, or as our first sight of it. */
function versionsOf(row: MessageRow, at: number): HistoryMessage['versions'] {
  const all = [
    ...row.otherVersions.map((each) => ({ text: each.text, media: each.media, editedAt: each.editedAt, firstAt: each.firstAt })),
    { text: row.text, media: row.media, editedAt: row.editedAt?.toISOString() ?? null, firstAt: row.versionFirstAt.toISOString() },
  ]
  return all.map((each, index) => ({
    text: each.text,
    media: each.media.map((media) => media.url.split('?')[0]).join(' '),
    at:
      each.editedAt !== null ? Math.min(Date.parse(each.editedAt), Date.parse(each.firstAt)) : index === 0 ? at : Date.parse(each.firstAt),
  }))
}

function removalsOf(messages: MessageRow[], idOf: Map<string, string>, takesReplies: boolean): Removals {
  const removals: Removals = new Map(messages.map((row) => [row.id, removalOf(row)]))
  if (!takesReplies) return removals
  const byId = new Map(messages.map((row) => [row.id, row]))
  for (const row of messages) {
    if (removals.get(row.id)) continue
    const passed = new Set([row.id])
    for (let above = parentOf(row, idOf, byId); above && !passed.has(above.id); above = parentOf(above, idOf, byId)) {
      passed.add(above.id)
      const own = removalOf(above)
      if (!own) continue
      removals.set(row.id, { by: 'parent', at: own.at })
      break
    }
  }
  return removals
}

function parentOf(row: MessageRow, idOf: Map<string, string>, byId: Map<string, MessageRow>): MessageRow | undefined {
  const id = row.parentExternalId === null ? undefined : idOf.get(row.parentExternalId)
  return id === undefined ? undefined : byId.get(id)
}

/**
 * Is it gone, and since when (ms)? What the platform told is final; a mere absence yields to a later sighting.
 */
export function removalOf(row: Pick<MessageRow, 'removedAt' | 'removedBy' | 'absentAt' | 'seenAt'>): HistoryMessage['removed'] {
  if (row.removedAt !== null) return { by: row.removedBy ?? 'unknown', at: row.removedAt.getTime() }
  if (row.absentAt !== null && (row.seenAt === null || row.absentAt > row.seenAt)) return { by: 'unknown', at: row.absentAt.getTime() }
  return null
}
