import { and, eq, or, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { schema as t } from '../db/schema.ts'
import { countBelow } from './count-below.ts'
import type { Folding, MessageRow } from './folding.ts'
import { moveKnown } from './known.ts'

type Post = { id: string; ours: boolean }

/** A post has just become known: what had come for it, and what stands under it, finds its place. */
export async function adoptUnderPost(fold: Folding, externalId: string, post: Post): Promise<void> {
  // It had come as a message before it was known to be a post; so had our own words directly under our post.
  const misplaced = await fold.tx
    .select()
    .from(t.message)
    .where(
      and(
        eq(t.message.platform, fold.platform),
        t.message.ours,
        or(eq(t.message.externalId, externalId), post.ours ? eq(t.message.parentExternalId, externalId) : undefined),
      ),
    )
  for (const message of misplaced) await becomePost(fold, message)

  const below = await fold.tx
    .select({ id: t.message.conversationId, direct: sql<boolean>`bool_or(${t.message.parentExternalId} = ${externalId})` })
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

/** Our message turns out to be a post: what stands directly under it becomes conversations of its own, and what stood above stays as it was. */
async function becomePost(fold: Folding, message: MessageRow): Promise<void> {
  const shown = lastSeen(message)
  await fold.tx
    .insert(t.post)
    .values({
      id: uuidv7(),
      workspaceId: fold.workspaceId,
      channelId: message.channelId,
      platform: fold.platform,
      externalId: message.externalId,
      ours: true,
      ...shown,
      url: message.url,
      parentExternalId: message.parentExternalId,
      postExternalId: message.postExternalId,
      platformAt: message.platformAt,
      receivedAt: message.receivedAt,
      removedAt: goneAt(message, shown.seenAt),
    })
    .onConflictDoNothing()
  await fold.tx.delete(t.sighting).where(eq(t.sighting.messageId, message.id))
  await fold.tx.delete(t.message).where(eq(t.message.id, message.id))
  fold.known.messages.delete(message.externalId)

  const rest = await fold.tx.select().from(t.message).where(eq(t.message.conversationId, message.conversationId))
  const roots = rest.filter((row) => row.parentExternalId === message.externalId).toSorted(theirsByAge)
  const trees = roots.map((root) => ({ root, ids: subtree(rest, root.externalId) }))
  const below = new Set(trees.flatMap((tree) => tree.ids))
  const keptAbove = rest.some((row) => !below.has(row.id))
  if (!keptAbove && trees.length === 0) await dropConversation(fold, message.conversationId)
  else fold.conversations.add(message.conversationId)
  for (const [at, tree] of trees.entries()) {
    if (at === 0 && !keptAbove)
      await fold.tx.update(t.conversation).set(headOf(tree.root)).where(eq(t.conversation.id, message.conversationId))
    else await split(fold, tree, message.conversationId)
  }

  const posts = await fold.tx
    .select({ id: t.post.id, ours: t.post.ours })
    .from(t.post)
    .where(and(eq(t.post.platform, fold.platform), eq(t.post.externalId, message.externalId)))
  fold.known.posts.set(message.externalId, posts[0]!)
  await countBelow(fold, posts[0]!.id)
  await adoptUnderPost(fold, message.externalId, posts[0]!)
}

/** As a post is kept: by when it was seen last, not by its edits. */
function lastSeen(message: MessageRow) {
  const all = [...message.otherVersions, { ...message, lastAt: message.versionLastAt.toISOString() }]
  const { text, media, ref, lastAt } = all.reduce((a, b) => (a.lastAt > b.lastAt || (a.lastAt === b.lastAt && a.text > b.text) ? a : b))
  return { text, media, ref, seenAt: new Date(lastAt) }
}

function goneAt(message: MessageRow, seenAt: Date): Date | null {
  const [latest] = [message.removedAt, message.absentAt].filter((at) => at !== null).toSorted((a, b) => b.getTime() - a.getTime())
  return latest && latest >= seenAt ? latest : null
}

function headOf(root: MessageRow) {
  return { rootExternalId: root.externalId, channelId: root.channelId, kind: root.kind, private: root.private }
}

async function split(fold: Folding, { root, ids }: { root: MessageRow; ids: string[] }, from: string): Promise<void> {
  const id = uuidv7()
  await fold.tx.insert(t.conversation).values({
    ...headOf(root),
    id,
    workspaceId: fold.workspaceId,
    platform: fold.platform,
    onOurPost: false,
    lastActivityAt: root.platformAt,
  })
  const moving = sql`any(${sql.param(ids)}::uuid[])`
  await fold.tx
    .update(t.message)
    .set({ conversationId: id })
    .where(sql`${t.message.id} = ${moving}`)
  moveKnown(fold.known, id, (row) => ids.includes(row.id))
  // What people did stays with whom they did it to.
  await fold.tx
    .update(t.closing)
    .set({ conversationId: id })
    .where(and(eq(t.closing.conversationId, from), sql`${t.closing.messageId} = ${moving}`))
  await fold.tx
    .update(t.reply)
    .set({ conversationId: id })
    .where(and(eq(t.reply.conversationId, from), sql`${t.reply.inReplyToId} = ${moving}`))
  fold.conversations.add(id)
}

async function dropConversation(fold: Folding, id: string): Promise<void> {
  await fold.tx.delete(t.turn).where(eq(t.turn.conversationId, id))
  await fold.tx.delete(t.conversationRedirect).where(eq(t.conversationRedirect.intoId, id))
  await fold.tx.delete(t.conversation).where(eq(t.conversation.id, id))
  fold.conversations.delete(id)
  fold.gone(id, null)
}

/** Theirs first: what people did to the thread stays with somebody who may wait. */
function theirsByAge(a: MessageRow, b: MessageRow): number {
  return Number(a.ours) - Number(b.ours) || a.platformAt.getTime() - b.platformAt.getTime() || (a.externalId < b.externalId ? -1 : 1)
}

function subtree(rows: MessageRow[], root: string): string[] {
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
