import { and, eq, or, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { schema as t } from '../db/schema.ts'
import type { Fold } from './fold.ts'
import type { Merged } from './merge.ts'

/**
 * The conversation a new message belongs to: its parent's, else a new one of which it is the root (provisional while the parent is not known).
 * Returns the conversation's id; makes it when needed.
 */
export async function placeMessage(fold: Fold, message: Merged): Promise<string> {
  if (message.parentExternalId !== null) {
    const parents = await fold.tx
      .select({ conversationId: t.message.conversationId })
      .from(t.message)
      .where(and(eq(t.message.platform, fold.platform), eq(t.message.externalId, message.parentExternalId)))
    if (parents[0]) return parents[0].conversationId
  }
  const post = await postAbove(fold, message)
  const id = uuidv7()
  await fold.tx.insert(t.conversation).values({
    id,
    workspaceId: fold.workspaceId,
    channelId: fold.channelId,
    platform: fold.platform,
    rootExternalId: message.externalId,
    postId: post?.id ?? null,
    onOurPost: post?.ours ?? false,
    kind: post?.ours && message.kind === 'reply' ? 'comment' : message.kind,
    private: message.private,
    lastActivityAt: message.platformAt,
  })
  return id
}

/** A post or a message that has just become known. */
type Arrived = { externalId: string; post: { id: string; ours: boolean } | null; conversationId: string | null }

/** What was waiting for `arrived` finds its place: replies join their parent's conversation, comments their post. */
export async function adoptChildren(fold: Fold, arrived: Arrived): Promise<void> {
  if (arrived.post) return adoptUnderPost(fold, arrived.externalId, arrived.post)
  const children = await fold.tx
    .selectDistinct({ id: t.message.conversationId })
    .from(t.message)
    .where(and(eq(t.message.platform, fold.platform), eq(t.message.parentExternalId, arrived.externalId)))
  let into = arrived.conversationId!
  for (const child of children) if (child.id !== into) into = await mergeConversations(fold, into, child.id)
}

async function postAbove(fold: Fold, message: Merged): Promise<{ id: string; ours: boolean } | null> {
  const wanted = [message.postExternalId, message.parentExternalId].filter((id) => id !== null)
  if (wanted.length === 0) return null
  const rows = await fold.tx
    .select({ id: t.post.id, ours: t.post.ours, externalId: t.post.externalId })
    .from(t.post)
    .where(and(eq(t.post.platform, fold.platform), or(...wanted.map((id) => eq(t.post.externalId, id)))))
  // Part of our self-thread: the nearest post is the one people see above the comment.
  return rows.find((row) => row.externalId === message.parentExternalId) ?? rows[0] ?? null
}

async function adoptUnderPost(fold: Fold, externalId: string, post: { id: string; ours: boolean }): Promise<void> {
  // The post itself had come as a message before it was known to be a post.
  const misplaced = await fold.tx
    .select({
      id: t.message.id,
      conversationId: t.message.conversationId,
      externalId: t.message.externalId,
      text: t.message.text,
      url: t.message.url,
      media: t.message.media,
      ref: t.message.ref,
      platformAt: t.message.platformAt,
      receivedAt: t.message.receivedAt,
    })
    .from(t.message)
    .where(
      and(
        eq(t.message.platform, fold.platform),
        post.ours
          ? or(eq(t.message.externalId, externalId), and(eq(t.message.parentExternalId, externalId), t.message.ours))
          : eq(t.message.externalId, externalId),
      ),
    )
  for (const message of misplaced) await becomePost(fold, message, post)

  const below = await fold.tx
    .selectDistinct({ id: t.message.conversationId, direct: sql<boolean>`bool_or(${t.message.parentExternalId} = ${externalId})` })
    .from(t.message)
    .where(
      and(eq(t.message.platform, fold.platform), or(eq(t.message.parentExternalId, externalId), eq(t.message.postExternalId, externalId))),
    )
    .groupBy(t.message.conversationId)
  for (const { id, direct } of below) {
    const change = direct
      ? { postId: post.id, ...(post.ours ? { kind: sql`case kind when 'reply' then 'comment' else kind end` } : {}) }
      : { postId: sql`coalesce(post_id, ${post.id}::uuid)` }
    await fold.tx
      .update(t.conversation)
      .set({ ...change, onOurPost: sql`on_our_post or ${post.ours}` })
      .where(eq(t.conversation.id, id))
    fold.conversations.add(id)
  }
}

type Misplaced = Pick<
  typeof t.message.$inferSelect,
  'id' | 'conversationId' | 'externalId' | 'text' | 'url' | 'media' | 'ref' | 'platformAt' | 'receivedAt'
>

/** Our own message turns out to be a post: what stands directly under it becomes conversations of its own. */
async function becomePost(fold: Fold, message: Misplaced, above: { id: string; ours: boolean }): Promise<void> {
  await fold.tx
    .insert(t.post)
    .values({
      id: uuidv7(),
      workspaceId: fold.workspaceId,
      channelId: fold.channelId,
      platform: fold.platform,
      externalId: message.externalId,
      ours: true,
      text: message.text,
      url: message.url,
      media: message.media,
      ref: message.ref,
      platformAt: message.platformAt,
      receivedAt: message.receivedAt,
      seenAt: message.receivedAt,
    })
    .onConflictDoNothing()
  const posts = await fold.tx
    .select({ id: t.post.id, ours: t.post.ours })
    .from(t.post)
    .where(and(eq(t.post.platform, fold.platform), eq(t.post.externalId, message.externalId)))
  const post = posts[0] ?? above
  await fold.tx.delete(t.sighting).where(eq(t.sighting.messageId, message.id))
  await fold.tx.delete(t.message).where(eq(t.message.id, message.id))
  const rest = await fold.tx.select().from(t.message).where(eq(t.message.conversationId, message.conversationId))
  const roots = rest.filter((row) => row.parentExternalId === message.externalId)
  const [keeper, ...others] = roots
  if (!keeper) {
    if (rest.length > 0) return
    await fold.tx.delete(t.turn).where(eq(t.turn.conversationId, message.conversationId))
    await fold.tx.delete(t.conversation).where(eq(t.conversation.id, message.conversationId))
    fold.conversations.delete(message.conversationId)
    fold.gone(message.conversationId, null)
    return
  }
  await fold.tx
    .update(t.conversation)
    .set({ rootExternalId: keeper.externalId, postId: post.id, onOurPost: true, kind: keeper.kind })
    .where(eq(t.conversation.id, message.conversationId))
  fold.conversations.add(message.conversationId)
  for (const root of others) {
    const id = uuidv7()
    await fold.tx.insert(t.conversation).values({
      id,
      workspaceId: fold.workspaceId,
      channelId: root.channelId,
      platform: fold.platform,
      rootExternalId: root.externalId,
      postId: post.id,
      onOurPost: true,
      kind: root.kind,
      private: root.private,
      lastActivityAt: root.platformAt,
    })
    const moving = subtree(rest, root.externalId)
    await fold.tx
      .update(t.message)
      .set({ conversationId: id })
      .where(sql`${t.message.id} = any(${sql.param(moving)}::uuid[])`)
    fold.conversations.add(id)
  }
}

function subtree(rows: { id: string; externalId: string; parentExternalId: string | null }[], root: string): string[] {
  const inside = new Set([root])
  let grew = true
  while (grew) {
    grew = false
    for (const row of rows) {
      if (row.parentExternalId === null || inside.has(row.externalId) || !inside.has(row.parentExternalId)) continue
      inside.add(row.externalId)
      grew = true
    }
  }
  return rows.filter((row) => inside.has(row.externalId)).map((row) => row.id)
}

/** `upper` holds the parent, `lower` the provisional subtree. The older id survives and keeps all that people did; the other redirects to it. */
async function mergeConversations(fold: Fold, upper: string, lower: string): Promise<string> {
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
  fold.conversations.delete(loser.id)
  fold.conversations.add(survivor.id)
  fold.gone(loser.id, survivor.id)
  return survivor.id
}
