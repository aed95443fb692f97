import { createHash } from 'node:crypto'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Author, Fact, HiddenFact, LikeFact, MessageFact, PostFact, RemovalFact } from '@answerback/core/facts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { mergeHidden, mergeLike, mergeMessage, mergeRemoval, type Merged, type Seen } from './merge.ts'
import { adoptChildren, placeMessage } from './place.ts'

/** Where facts are folded into: one channel of one workspace, in one transaction. `conversations` collects what must be recomputed. */
export type Fold = {
  tx: Queryable
  workspaceId: string
  channelId: string
  platform: string
  now: Date
  conversations: Set<string>
  gone(id: string, into: string | null): void
}

type MessageRow = typeof t.message.$inferSelect

/**
 * Folds facts into rows. Any order, any number of times, over duplicates: the same state. Conversations whose messages changed are added to
 * `fold.conversations`; nothing derived is written here.
 */
export async function foldFacts(fold: Fold, facts: Fact[], seen: Seen): Promise<void> {
  const known = await loadKnown(fold, facts)
  for (const fact of facts.toSorted((a, b) => factOrder[a.fact] - factOrder[b.fact])) {
    if (fact.fact === 'post') await foldPost(fold, fact, seen)
    else if (fact.fact === 'message') await foldMessage(fold, known, fact, seen)
    else await foldAbout(fold, known, fact, seen)
  }
}

/** Only to save work: posts before what stands under them. Any order gives the same state. */
const factOrder = { post: 0, message: 1, removal: 2, hidden: 3, like: 4 } as const

async function loadKnown(fold: Fold, facts: Fact[]): Promise<Map<string, MessageRow>> {
  const ids = [...new Set(facts.filter((fact) => fact.fact !== 'post').map((fact) => fact.externalId))]
  if (ids.length === 0) return new Map()
  const rows = await fold.tx
    .select()
    .from(t.message)
    .where(and(eq(t.message.platform, fold.platform), inArray(t.message.externalId, ids)))
  return new Map(rows.map((row) => [row.externalId, row]))
}

async function foldPost(fold: Fold, fact: PostFact, seen: Seen): Promise<void> {
  const platformAt = earlier(new Date(fact.platformAt), seen.receivedAt)
  const inserted = await fold.tx
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
      platformAt,
      receivedAt: seen.receivedAt,
      seenAt: seen.receivedAt,
    })
    .onConflictDoUpdate({
      target: [t.post.workspaceId, t.post.platform, t.post.externalId],
      set: {
        ours: sql`post.ours or excluded.ours`,
        text: sql`excluded.text`,
        url: sql`coalesce(excluded.url, post.url)`,
        media: sql`excluded.media`,
        ref: sql`post.ref || excluded.ref`,
        reportedReplies: sql`coalesce(excluded.reported_replies, post.reported_replies)`,
        platformAt: sql`least(post.platform_at, excluded.platform_at)`,
        seenAt: sql`excluded.seen_at`,
      },
      setWhere: sql`excluded.seen_at >= post.seen_at`,
    })
    .returning({ id: t.post.id, isNew: sql<boolean>`xmax = 0` })
  const post = inserted[0]
  if (post?.isNew) await adoptChildren(fold, { externalId: fact.externalId, post: { id: post.id, ours: fact.ours }, conversationId: null })
}

async function foldMessage(fold: Fold, known: Map<string, MessageRow>, fact: MessageFact, seen: Seen): Promise<void> {
  const row = known.get(fact.externalId) ?? null
  if (row === null && (await isOurPost(fold, fact))) {
    // Parts of our own self-thread, and our own top-level comments, are posts: people answer to them.
    return foldPost(
      fold,
      {
        fact: 'post',
        externalId: fact.externalId,
        ours: true,
        author: fact.author,
        text: fact.text,
        url: fact.url,
        media: fact.media,
        platformAt: fact.platformAt,
        reportedReplies: null,
        ref: fact.ref,
      },
      seen,
    )
  }
  const merged = mergeMessage(row, { ...fact, platformAt: earlier(new Date(fact.platformAt), seen.receivedAt).toISOString() }, seen)
  if (row) {
    const contactId = fact.author && (await contactOf(fold, fact.author, seen))
    const change = { ...merged, ...(contactId ? { contactId } : {}) }
    if (Object.entries(change).some(([key, value]) => key !== 'seenAt' && !same(value, row[key as keyof MessageRow])))
      fold.conversations.add(row.conversationId)
    await fold.tx.update(t.message).set(change).where(eq(t.message.id, row.id))
    known.set(fact.externalId, { ...row, ...change })
    await fold.tx
      .insert(t.sighting)
      .values({ workspaceId: fold.workspaceId, messageId: row.id, channelId: fold.channelId })
      .onConflictDoNothing()
    return
  }
  const settled = await applyEarly(fold, merged)
  const contactId = await contactOf(
    fold,
    fact.author ?? { externalId: `hidden:${fact.externalId}`, handle: null, name: null, avatarUrl: null, url: null },
    seen,
  )
  const id = uuidv7()
  const conversationId = await placeMessage(fold, settled)
  const inserted = await fold.tx
    .insert(t.message)
    .values({
      ...settled,
      id,
      workspaceId: fold.workspaceId,
      conversationId,
      channelId: fold.channelId,
      platform: fold.platform,
      contactId,
      recordedAt: fold.now,
    })
    .returning()
  known.set(fact.externalId, inserted[0]!)
  await fold.tx.insert(t.sighting).values({ workspaceId: fold.workspaceId, messageId: id, channelId: fold.channelId })
  fold.conversations.add(conversationId)
  await adoptChildren(fold, { externalId: fact.externalId, post: null, conversationId })
}

async function foldAbout(fold: Fold, known: Map<string, MessageRow>, fact: RemovalFact | HiddenFact | LikeFact, seen: Seen): Promise<void> {
  const row = known.get(fact.externalId)
  if (row) {
    const merged = applyAbout(row, fact, seen)
    await fold.tx.update(t.message).set(merged).where(eq(t.message.id, row.id))
    known.set(fact.externalId, { ...row, ...merged })
    fold.conversations.add(row.conversationId)
    return
  }
  if (fact.fact === 'removal') {
    const at = fact.platformAt === null ? seen.receivedAt : new Date(fact.platformAt)
    await fold.tx
      .update(t.post)
      .set({ removedAt: sql`least(coalesce(removed_at, ${at.toISOString()}::timestamptz), ${at.toISOString()}::timestamptz)` })
      .where(and(eq(t.post.platform, fold.platform), eq(t.post.externalId, fact.externalId)))
  }
  const factHash = createHash('sha256').update(JSON.stringify(fact)).digest('hex')
  await fold.tx
    .insert(t.earlyFact)
    .values({
      id: uuidv7(),
      workspaceId: fold.workspaceId,
      platform: fold.platform,
      externalId: fact.externalId,
      fact,
      factHash,
      receivedAt: seen.receivedAt,
    })
    .onConflictDoNothing()
}

async function applyEarly(fold: Fold, merged: Merged): Promise<Merged> {
  const early = await fold.tx
    .select()
    .from(t.earlyFact)
    .where(and(eq(t.earlyFact.platform, fold.platform), eq(t.earlyFact.externalId, merged.externalId)))
  let settled = merged
  for (const row of early)
    settled = {
      ...settled,
      ...applyAbout(settled, row.fact as RemovalFact | HiddenFact | LikeFact, { receivedAt: row.receivedAt, current: false }),
    }
  return settled
}

function applyAbout(known: Merged, fact: RemovalFact | HiddenFact | LikeFact, seen: Seen): Partial<Merged> {
  const { removedAt, removedBy, absentAt, hidden, hiddenAt, liked, likedAt } =
    fact.fact === 'removal'
      ? mergeRemoval(known, fact, seen)
      : fact.fact === 'hidden'
        ? mergeHidden(known, fact, seen)
        : mergeLike(known, fact, seen)
  return { removedAt, removedBy, absentAt, hidden, hiddenAt, liked, likedAt }
}

async function isOurPost(fold: Fold, fact: MessageFact): Promise<boolean> {
  if (!fact.ours) return false
  if ((await postBy(fold, fact.externalId)) !== null) return true
  return fact.parentExternalId !== null && ((await postBy(fold, fact.parentExternalId))?.ours ?? false)
}

async function postBy(fold: Fold, externalId: string): Promise<{ id: string; ours: boolean } | null> {
  const rows = await fold.tx
    .select({ id: t.post.id, ours: t.post.ours })
    .from(t.post)
    .where(and(eq(t.post.platform, fold.platform), eq(t.post.externalId, externalId)))
  return rows[0] ?? null
}

/** The contact's id; its profile is what was seen last. */
async function contactOf(fold: Fold, author: Author, seen: Seen): Promise<string> {
  const rows = await fold.tx
    .insert(t.contact)
    .values({
      id: uuidv7(),
      workspaceId: fold.workspaceId,
      platform: fold.platform,
      externalId: author.externalId,
      handle: author.handle,
      name: author.name,
      avatarUrl: author.avatarUrl,
      url: author.url,
      seenAt: seen.receivedAt,
    })
    .onConflictDoUpdate({
      target: [t.contact.workspaceId, t.contact.platform, t.contact.externalId],
      set: {
        handle: sql`case when excluded.seen_at >= contact.seen_at then coalesce(excluded.handle, contact.handle) else coalesce(contact.handle, excluded.handle) end`,
        name: sql`case when excluded.seen_at >= contact.seen_at then coalesce(excluded.name, contact.name) else coalesce(contact.name, excluded.name) end`,
        avatarUrl: sql`case when excluded.seen_at >= contact.seen_at then coalesce(excluded.avatar_url, contact.avatar_url) else coalesce(contact.avatar_url, excluded.avatar_url) end`,
        url: sql`case when excluded.seen_at >= contact.seen_at then coalesce(excluded.url, contact.url) else coalesce(contact.url, excluded.url) end`,
        seenAt: sql`greatest(excluded.seen_at, contact.seen_at)`,
      },
    })
    .returning({ id: t.contact.id })
  return rows[0]!.id
}

function earlier(a: Date, b: Date): Date {
  return a <= b ? a : b
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
