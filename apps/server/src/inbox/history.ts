import { eq, inArray } from 'drizzle-orm'
import type { History, HistoryMessage, Turn } from '@answerback/core/history'
import { turnsOf } from '@answerback/core/turns'
import type { Platform } from '@answerback/platforms/platform'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'

export type MessageRow = typeof t.message.$inferSelect
export type ClosingRow = typeof t.closing.$inferSelect

/**
 * All rows from which a conversation's turns follow, and what they are: the turns, and per message's id since when it is gone and by whom (ms).
 * `connectedAt`: what is older is context.
 */
export type Loaded = {
  messages: MessageRow[]
  closings: ClosingRow[]
  turns: Turn[]
  /** The same turns by keys that are in the order of external ids: for what is decided by an id where instants are equal. */
  ranked: Turn[]
  removed: Map<string, HistoryMessage['removed']>
  connectedAt: number
}

type Conversation = Pick<typeof t.conversation.$inferSelect, 'id' | 'onOurPost' | 'channelId' | 'postId' | 'rootExternalId'>

/** Reads one conversation's facts. `platform` tells whether removing a comment there takes its replies along. */
export async function loadHistory(tx: Queryable, conversation: Conversation, platform: Platform): Promise<Loaded> {
  const [rows, channels] = await Promise.all([
    loadRows(tx, [conversation.id]),
    tx.select({ connectedAt: t.channel.connectedAt }).from(t.channel).where(eq(t.channel.id, conversation.channelId)),
  ])
  return historyOf(conversation, channels[0]!, platform, rows)
}

/** The rows of several conversations, and ids of the contacts that they tag. */
export type Rows = { messages: MessageRow[]; closings: ClosingRow[]; contacts: Map<string, string> }

/** Reads them in one round trip, or in two when somebody is tagged. */
export async function loadRows(tx: Queryable, conversationIds: string[]): Promise<Rows> {
  const [messages, closings] = await Promise.all([
    tx.select().from(t.message).where(inArray(t.message.conversationId, conversationIds)),
    tx.select().from(t.closing).where(inArray(t.closing.conversationId, conversationIds)),
  ])
  return { messages, closings, contacts: await contactsOf(tx, messages) }
}

/** What follows from the rows of one conversation; those of others may be among them. */
export function historyOf(conversation: Conversation, channel: { connectedAt: Date }, platform: Platform, rows: Rows): Loaded {
  const messages = rows.messages.filter((row) => row.conversationId === conversation.id)
  const closings = rows.closings.filter((row) => row.conversationId === conversation.id)
  const keys = keysOf(messages)
  const removals = removalsOf(messages, keys, platform.can.removalTakesReplies)
  const key = (id: string) => keys.byId.get(id) ?? id
  const connectedAt = channel.connectedAt.getTime()
  const history: History = {
    connectedAt,
    onOurPost: conversation.onOurPost || isOnUnknownPost(conversation, messages),
    messages: messages.map((row) => historyMessage(row, keys, removals, rows.contacts)),
    closings: closings.map((row) => ({
      id: row.id,
      messageId: key(row.messageId),
      at: row.createdAt.getTime(),
      class: row.class,
      reason: row.reason,
      reopenedAt: row.reopenedAt?.getTime() ?? null,
    })),
    likes: messages.flatMap((row) =>
      row.liked && !row.ours ? [{ messageId: key(row.id), at: row.likedAt?.getTime() ?? row.receivedAt.getTime() }] : [],
    ),
  }
  const ranked = turnsOf(history)
  return { messages, closings, ranked, turns: ranked.map((turn) => withIds(turn, keys)), removed: removals, connectedAt }
}

/**
 * A comment stands on a post of ours, also when nobody has told us of that post yet: an old one that somebody found. They wait; should it turn out to be
 * somebody else's, it is judged again.
 */
function isOnUnknownPost({ postId, rootExternalId }: { postId: string | null; rootExternalId: string }, messages: MessageRow[]): boolean {
  return postId === null && messages.some((row) => row.externalId === rootExternalId && row.kind === 'comment')
}

/** `byId` and `byExternalId` give a message's key in the history, `idOf` goes back. */
type Keys = { byId: Map<string, string>; byExternalId: Map<string, string>; idOf: Map<string, string> }

/**
 * In a history messages go by their rank among external ids: where two share an instant the id decides, and our own ids tell only what reached us
 * first, which must change nothing.
 */
function keysOf(messages: MessageRow[]): Keys {
  const keys: Keys = { byId: new Map(), byExternalId: new Map(), idOf: new Map() }
  for (const [rank, row] of messages.toSorted((a, b) => (a.externalId < b.externalId ? -1 : 1)).entries()) {
    const key = String(rank).padStart(8, '0')
    keys.byId.set(row.id, key)
    keys.byExternalId.set(row.externalId, key)
    keys.idOf.set(key, row.id)
  }
  return keys
}

function withIds(turn: Turn, { idOf }: Keys): Turn {
  const id = (key: string) => idOf.get(key) ?? key
  return {
    ...turn,
    id: turn.id.split(':after:').map(id).join(':after:'),
    messageIds: turn.messageIds.map(id),
    endedBy: turn.endedBy === null ? null : id(turn.endedBy),
  }
}

/** Contact ids of those whom our messages tag. Whoever has no contact yet has said nothing here, and is still nobody else. */
async function contactsOf(tx: Queryable, messages: MessageRow[]): Promise<Map<string, string>> {
  const tagged = messages.flatMap((row) => row.tagsExternalId ?? [])
  if (tagged.length === 0) return new Map()
  const rows = await tx
    .select({ id: t.contact.id, externalId: t.contact.externalId, platform: t.contact.platform })
    .from(t.contact)
    .where(inArray(t.contact.externalId, tagged))
  return new Map(rows.map((row) => [`${row.platform} ${row.externalId}`, row.id]))
}

type Removals = Map<string, HistoryMessage['removed']>

function historyMessage(row: MessageRow, keys: Keys, removals: Removals, contacts: Map<string, string>): HistoryMessage {
  const at = Math.min(row.platformAt.getTime(), row.receivedAt.getTime())
  return {
    id: keys.byId.get(row.id)!,
    parentId: row.parentExternalId === null ? null : (keys.byExternalId.get(row.parentExternalId) ?? null),
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
    inReplyTo: row.inReplyToId === null ? null : (keys.byId.get(row.inReplyToId) ?? row.inReplyToId),
    sentAt: row.sentAt?.getTime() ?? null,
    tags: row.tagsExternalId === null ? null : (contacts.get(`${row.platform} ${row.tagsExternalId}`) ?? `unknown ${row.tagsExternalId}`),
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

function removalsOf(messages: MessageRow[], keys: Keys, takesReplies: boolean): Removals {
  const removals: Removals = new Map(messages.map((row) => [row.id, removalOf(row)]))
  if (!takesReplies) return removals
  const byKey = new Map(messages.map((row) => [keys.byId.get(row.id)!, row]))
  const parentOf = (row: MessageRow) => byKey.get(keys.byExternalId.get(row.parentExternalId ?? '') ?? '')
  for (const row of messages) {
    if (removals.get(row.id)) continue
    const passed = new Set([row.id])
    for (let above = parentOf(row); above && !passed.has(above.id); above = parentOf(above)) {
      passed.add(above.id)
      const own = removalOf(above)
      if (!own) continue
      removals.set(row.id, { by: 'parent', at: own.at })
      break
    }
  }
  return removals
}

/**
 * Is it gone, and since when (ms)? What the platform told is final; a mere absence yields to a later sighting. Not to one of the same reading, which lists first and
 * looks each open message up last: it was taken away in between, and the next reading, in which nothing is new, would not say so again.
 */
export function removalOf(row: Pick<MessageRow, 'removedAt' | 'removedBy' | 'absentAt' | 'seenAt'>): HistoryMessage['removed'] {
  if (row.removedAt !== null) return { by: row.removedBy ?? 'unknown', at: row.removedAt.getTime() }
  if (row.absentAt !== null && (row.seenAt === null || row.absentAt >= row.seenAt)) return { by: 'unknown', at: row.absentAt.getTime() }
  return null
}
