import { and, eq, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { PostFact, RemovalFact } from '@answerback/core/facts'
import { schema as t } from '../db/schema.ts'
import { countBelow } from './count-below.ts'
import type { Folding } from './folding.ts'
import type { Seen } from './merge.ts'
import { adoptUnderPost } from './under-post.ts'

/** Keeps a post as it was seen last; what had come before it finds its place under it. The same post again, in any order, gives the same row. */
export async function foldPost(fold: Folding, fact: PostFact, seen: Seen): Promise<void> {
  const platformAt = new Date(Math.min(Date.parse(fact.platformAt), seen.receivedAt.getTime()))
  // At the same instant the greater text wins, whoever came first.
  const newer = sql`((excluded.seen_at, excluded.text collate "C", excluded.media::text collate "C") >= (post.seen_at, post.text collate "C", post.media::text collate "C"))`
  const kept = await fold.tx
    .insert(t.post)
    .values({
      id: uuidv7(),
      workspaceId: fold.workspaceId,
      channelId: fold.channelId,
      platform: fold.platform,
      externalId: fact.externalId,
      ours: fact.ours,
      text: fact.text,
      url: fact.url,
      media: fact.media,
      ref: fact.ref,
      reportedReplies: fact.reportedReplies,
      parentExternalId: fact.parentExternalId ?? null,
      postExternalId: fact.postExternalId ?? null,
      platformAt,
      receivedAt: seen.receivedAt,
      seenAt: seen.receivedAt,
    })
    .onConflictDoUpdate({
      target: [t.post.workspaceId, t.post.platform, t.post.externalId],
      set: {
        ours: sql`post.ours or excluded.ours`,
        text: sql`case when ${newer} then excluded.text else post.text end`,
        url: sql`greatest(post.url collate "C", excluded.url collate "C")`,
        media: sql`case when ${newer} then excluded.media else post.media end`,
        ref: sql`case when ${newer} then post.ref || excluded.ref else excluded.ref || post.ref end`,
        reportedReplies: sql`case when ${newer} then coalesce(excluded.reported_replies, post.reported_replies) else coalesce(post.reported_replies, excluded.reported_replies) end`,
        parentExternalId: sql`greatest(post.parent_external_id collate "C", excluded.parent_external_id collate "C")`,
        postExternalId: sql`greatest(post.post_external_id collate "C", excluded.post_external_id collate "C")`,
        platformAt: sql`least(post.platform_at, excluded.platform_at)`,
        receivedAt: sql`least(post.received_at, excluded.received_at)`,
        seenAt: sql`greatest(post.seen_at, excluded.seen_at)`,
        // Seen after it was gone: it is there.
        removedAt: sql`case when excluded.seen_at > post.removed_at then null else post.removed_at end`,
      },
    })
    // The subquery still sees the row as it was: null when there was none.
    .returning({ id: t.post.id, ours: t.post.ours, wasOurs: sql<boolean | null>`(select old.ours from post old where old.id = post.id)` })
  const post = kept[0]!
  fold.known.posts.set(fact.externalId, post)
  if (post.wasOurs === post.ours) return
  if (post.ours) fold.later(countBelow(fold, post.id))
  for (const early of post.wasOurs === null ? (fold.known.early.get(fact.externalId) ?? []) : []) {
    const about = early.fact as RemovalFact
    if (about.fact === 'removal') removePost(fold, fact.externalId, removalAt(about, { receivedAt: early.receivedAt, current: false }))
  }
  await adoptUnderPost(fold, fact.externalId, post)
}

/** A post that was not seen since is gone: nothing new is read under it. */
export function removePost(fold: Folding, externalId: string, at: Date): void {
  const goneAt = sql`${at.toISOString()}::timestamptz`
  fold.later(
    fold.tx
      .update(t.post)
      .set({ removedAt: sql`greatest(removed_at, ${goneAt})` })
      .where(and(eq(t.post.platform, fold.platform), eq(t.post.externalId, externalId), sql`seen_at <= ${goneAt}`)),
  )
}

/** When a removal counts: by the platform's time, else when it was noticed. */
export function removalAt(fact: RemovalFact, seen: Seen): Date {
  return fact.platformAt === null ? seen.receivedAt : new Date(fact.platformAt)
}
