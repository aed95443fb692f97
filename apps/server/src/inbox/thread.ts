import { inArray, sql } from 'drizzle-orm'
import type { Conversation, Message, TurnView } from '@answerback/core/api'
import { platformOf, type Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { iso, presentReply, rowsOf, type RawReply } from '../live/rows.ts'
import { conversationOf } from './conversation-of.ts'
import { presentMedia } from './media-routes.ts'
import { loadHistory, type ClosingRow, type MessageRow } from './history.ts'

/** A conversation with all its messages, turns, replies on their way and what people did. Throws `not_found`. */
export async function showConversation(ctx: Context, tx: Queryable, id: string): Promise<Conversation> {
  const conversation = await conversationOf(tx, id)
  const [row] = await rowsOf(tx, [conversation.id])
  const { messages, closings, removed, connectedAt } = await loadHistory(tx, conversation, platformOf(ctx, conversation.platform))
  const contactIds = [...new Set(messages.map((each) => each.contactId))]
  const contacts = contactIds.length === 0 ? [] : await tx.select().from(t.contact).where(inArray(t.contact.id, contactIds))
  const contactOf = new Map(contacts.map((each) => [each.id, each]))
  const idOf = new Map(messages.map((each) => [each.externalId, each.id]))
  const turns = await tx
    .select()
    .from(t.turn)
    .where(sql`conversation_id = ${conversation.id}`)
    .orderBy(t.turn.startAt, t.turn.id)
  const replies = await tx.execute<RawReply>(sql`
    select * from reply where conversation_id = ${conversation.id}
      and (state in ('held', 'queued', 'sending', 'rejected', 'needs_check') or (state = 'sent' and external_id is null) or (state = 'cancelled' and created_at > ${new Date(ctx.now().getTime() - 86_400_000).toISOString()}::timestamptz))
    order by created_at, id`)
  const pending = await tx
    .select({ id: t.reply.id, reason: t.reply.reason, endedAt: t.reply.endedAt })
    .from(t.reply)
    .where(sql`conversation_id = ${conversation.id} and state = 'sent' and reason is not null`)
  const events = await tx
    .select()
    .from(t.activity)
    .where(sql`conversation_id = ${conversation.id}`)
    .orderBy(t.activity.createdAt, t.activity.id)
  return {
    ...row!,
    messages: messages
      .toSorted((a, b) => a.platformAt.getTime() - b.platformAt.getTime() || (a.externalId < b.externalId ? -1 : 1))
      .map((each) =>
        presentMessage(each, {
          contact: contactOf.get(each.contactId),
          parentId: each.parentExternalId === null ? null : (idOf.get(each.parentExternalId) ?? null),
          removed: removed.get(each.id) ?? null,
          connectedAt,
          pending: pending.find((reply) => reply.id === each.replyId),
        }),
      ),
    turns: turns.map((turn) => presentTurn(turn, messages, closings)),
    replies: replies.rows.map(presentReply),
    events: events.map((each) => ({
      at: each.createdAt.toISOString(),
      byId: each.byId,
      what: each.what as Conversation['events'][number]['what'],
      detail: each.detail,
    })),
  }
}

type About = {
  contact: typeof t.contact.$inferSelect | undefined
  parentId: string | null
  removed: { by: 'author' | 'us' | 'parent' | 'unknown'; at: number } | null
  connectedAt: number
  /** The reply that it was sent as, while the platform has not shown it. */
  pending: { reason: string | null; endedAt: Date | null } | undefined
}

/** What is gone keeps its place, its writer and its times, and neither words nor pictures, of no version. */
function presentMessage(row: MessageRow, { contact, parentId, removed, connectedAt, pending }: About): Message {
  const hidden = contact === undefined || contact.externalId.startsWith('hidden:')
  return {
    id: row.id,
    externalId: row.externalId,
    direction: row.ours ? 'out' : 'in',
    kind: row.kind,
    contact: hidden ? null : { id: contact.id, name: contact.name, handle: contact.handle, avatarUrl: contact.avatarUrl, url: contact.url },
    byId: row.byId,
    replyId: row.ours ? row.replyId : null,
    pending: pending && !isSeen(row, pending.endedAt) ? pending.reason : null,
    automated: row.automated,
    parentId,
    text: removed ? '' : row.text,
    rating: row.rating,
    earlier: removed ? [] : row.otherVersions.map((each) => ({ text: each.text, at: each.editedAt ?? each.firstAt })),
    media: removed ? [] : presentMedia(row.media, { messageId: row.id, workspaceId: row.workspaceId }),
    url: row.url,
    private: row.private,
    platformAt: row.platformAt.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
    editedAt: iso(row.editedAt) ?? (row.otherVersions.length > 0 ? row.versionFirstAt.toISOString() : null),
    state: removed ? 'removed' : row.hidden ? 'hidden' : 'visible',
    removedBy: removed?.by ?? null,
    liked: row.liked,
    beforeConnection: row.platformAt.getTime() < connectedAt,
  }
}

/** Others see it: a page showed it after it was taken, and not as hidden. */
function isSeen(row: MessageRow, takenAt: Date | null): boolean {
  return !row.hidden && row.seenAt !== null && takenAt !== null && row.seenAt > takenAt
}

function presentTurn(turn: typeof t.turn.$inferSelect, messages: MessageRow[], closings: ClosingRow[]): TurnView {
  const answer = turn.state === 'answered' ? messages.find((each) => each.id === turn.endedBy) : undefined
  const closing = turn.state === 'closed' ? closings.find((each) => each.id === turn.endedBy) : undefined
  return {
    id: turn.id,
    contactId: turn.contactId,
    messageIds: turn.messageIds,
    startAt: turn.startAt.toISOString(),
    state: turn.state,
    endAt: iso(turn.endAt),
    seconds: turn.endAt === null ? null : (turn.endAt.getTime() - turn.startAt.getTime()) / 1000,
    answerId: answer?.id ?? null,
    byId: answer?.byId ?? closing?.byId ?? null,
    source: turn.source,
    assumed: turn.assumed,
    reason: closing?.reason ?? null,
    reasonName: closing?.reasonName ?? null,
    closedClass: turn.closedClass,
    target: { seconds: turn.targetSeconds, clock: turn.targetClock },
    note: closing?.note ?? null,
    acknowledged: turn.acknowledged,
    foundLate: turn.foundLate,
    changedSinceAnswered: turn.changedSinceAnswered,
    clocksDisagree: turn.clocksDisagree,
  }
}
