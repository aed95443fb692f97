import { and, eq, or, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { schema as t } from '../db/schema.ts'
import type { Folding, MessageRow } from './folding.ts'
import { moveKnown } from './known.ts'
import type { Merged } from './merge.ts'
import { adoptUnderPost } from './under-post.ts'

/**
 * The conversation a new message belongs to: its parent's, else a new one of which it is the root (provisional while the parent is not known).
 * Returns the conversation's id; makes it when needed.
 */
export function placeMessage(fold: Folding, message: Merged): string {
  const parent = message.parentExternalId === null ? undefined : fold.known.messages.get(message.parentExternalId)
  const post = postAbove(fold, message)
  if (parent) {
    if (post) fold.later(namePost(fold, parent.conversationId, post))
    return parent.conversationId
  }
  const id = uuidv7()
  fold.later(
    fold.tx.insert(t.conversation).values({
      id,
      workspaceId: fold.workspaceId,
      channelId: fold.channelId,
      platform: fold.platform,
      rootExternalId: message.externalId,
      postId: post?.id ?? null,
      onOurPost: post?.ours ?? false,
      kind: post?.ours && post.externalId === message.parentExternalId && message.kind === 'reply' ? 'comment' : message.kind,
      private: message.private,
      lastActivityAt: message.platformAt,
    }),
  )
  return id
}

/** Whoever was there first may not have told the post: a conversation is under the post that any of its messages names. */
function namePost(fold: Folding, conversationId: string, post: { id: string; ours: boolean }) {
  return fold.tx
    .update(t.conversation)
    .set({ postId: sql`coalesce(post_id, ${post.id}::uuid)`, onOurPost: sql`on_our_post or ${post.ours}` })
    .where(and(eq(t.conversation.id, conversationId), sql`(post_id is null or on_our_post < ${post.ours})`))
}

/** A message has just become known, in this conversation: replies that waited for it join it there. */
export async function adoptChildren(fold: Folding, arrived: { externalId: string; conversationId: string }): Promise<void> {
  if (!fold.known.awaited.has(arrived.externalId)) return
  const children = await fold.tx
    .selectDistinct({ id: t.message.conversationId })
    .from(t.message)
    .where(and(eq(t.message.platform, fold.platform), eq(t.message.parentExternalId, arrived.externalId)))
  let into = arrived.conversationId
  for (const child of children) if (child.id !== into) into = await mergeConversations(fold, into, child.id)
}

/** A message that was placed is known better now: its parent or post may be named at last, its kind be another, or it be private. */
export async function replaceMessage(fold: Folding, before: MessageRow, after: MessageRow): Promise<void> {
  if (before.kind !== after.kind || before.private !== after.private) await retellRoot(fold, after)
  if (before.parentExternalId !== after.parentExternalId && after.parentExternalId !== null) {
    const upper = fold.known.messages.get(after.parentExternalId)?.conversationId
    if (upper !== undefined && upper !== after.conversationId) await mergeConversations(fold, upper, after.conversationId)
  }
  const named = new Set<string>()
  if (after.parentExternalId !== null && after.parentExternalId !== before.parentExternalId) named.add(after.parentExternalId)
  if (after.postExternalId !== null && after.postExternalId !== before.postExternalId) named.add(after.postExternalId)
  for (const externalId of named) {
    const post = fold.known.posts.get(externalId)
    if (post) await adoptUnderPost(fold, externalId, post)
  }
}

async function retellRoot(fold: Folding, root: MessageRow): Promise<void> {
  await fold.tx
    .update(t.conversation)
    .set({
      private: root.private,
      kind: sql`case when ${root.kind} = 'reply' and exists (select from post p where p.id = conversation.post_id and p.ours and p.external_id = ${root.parentExternalId})
        then 'comment' else ${root.kind} end`,
    })
    .where(and(eq(t.conversation.id, root.conversationId), eq(t.conversation.rootExternalId, root.externalId)))
}

/** In a self-thread of ours the nearest post is the one that people see above the comment. */
function postAbove(fold: Folding, message: Merged): { id: string; ours: boolean; externalId: string } | null {
  for (const externalId of [message.parentExternalId, message.postExternalId]) {
    const post = externalId === null ? undefined : fold.known.posts.get(externalId)
    if (post) return { ...post, externalId: externalId! }
  }
  return null
}

/** `upper` holds the parent, `lower` the provisional subtree. The older id survives and keeps all that people did; the other redirects to it. */
async function mergeConversations(fold: Folding, upper: string, lower: string): Promise<string> {
  const rows = await fold.tx
    .select()
    .from(t.conversation)
    .where(or(eq(t.conversation.id, upper), eq(t.conversation.id, lower)))
  const above = rows.find((row) => row.id === upper)!
  const below = rows.find((row) => row.id === lower)!
  // UUIDv7 begins with the time it was made: the smaller one is the older.
  const [survivor, loser] = upper < lower ? [above, below] : [below, above]
  for (const table of [t.message, t.closing, t.activity, t.reply] as const) {
    await fold.tx.update(table).set({ conversationId: survivor.id }).where(eq(table.conversationId, loser.id))
  }
  await fold.tx.delete(t.turn).where(eq(t.turn.conversationId, loser.id))
  await fold.tx.delete(t.conversation).where(eq(t.conversation.id, loser.id))
  await fold.tx
    .update(t.conversation)
    .set({
      rootExternalId: above.rootExternalId,
      channelId: above.channelId,
      postId: above.postId ?? below.postId,
      onOurPost: above.onOurPost || below.onOurPost,
      kind: above.kind,
      private: above.private,
      assigneeId: survivor.assigneeId ?? loser.assigneeId,
      snoozedUntil: survivor.snoozedUntil ?? loser.snoozedUntil,
    })
    .where(eq(t.conversation.id, survivor.id))
  await fold.tx.update(t.conversationRedirect).set({ intoId: survivor.id }).where(eq(t.conversationRedirect.intoId, loser.id))
  await fold.tx.insert(t.conversationRedirect).values({ workspaceId: fold.workspaceId, fromId: loser.id, intoId: survivor.id })
  moveKnown(fold.known, survivor.id, (row) => row.conversationId === loser.id)
  fold.conversations.delete(loser.id)
  fold.conversations.add(survivor.id)
  fold.gone(loser.id, survivor.id)
  return survivor.id
}
