import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Author, Fact, HiddenFact, LikeFact, MessageFact, RemovalFact } from '@answerback/core/facts'
import { schema as t } from '../db/schema.ts'
import { removalOf } from '../inbox/history.ts'
import type { Fold, Folding, MessageRow } from './folding.ts'
import { authorOf, loadKnown } from './known.ts'
import { withLater } from './later.ts'
import { mergeHidden, mergeLike, mergeMessage, mergeRemoval, type Merged, type Seen } from './merge.ts'
import { adoptChildren, placeMessage, replaceMessage } from './place.ts'
import { foldPost, removalAt, removePost } from './post.ts'

/**
 * Folds what was told at several times into rows. Any order, any number of times, over duplicates: the same state. Conversations whose messages changed are
 * added to `fold.conversations`; nothing derived is written here.
 */
export async function foldFacts(fold: Fold, told: { facts: Fact[]; seen: Seen }[]): Promise<void> {
  const known = await loadKnown(
    fold,
    told.flatMap(({ facts }) => facts),
  )
  await withLater(async (later) => {
    const folding: Folding = { ...fold, known, later }
    for (const { facts, seen } of told)
      for (const fact of facts.toSorted((a, b) => factOrder[a.fact] - factOrder[b.fact])) {
        if (fact.fact === 'post') await foldPost(folding, fact, seen)
        else if (fact.fact === 'message') await foldMessage(folding, fact, seen)
        else foldAbout(folding, fact, seen)
      }
  })
}

/** Only to save work: posts before what stands under them. Any order gives the same state. */
const factOrder = { post: 0, message: 1, removal: 2, hidden: 3, like: 4 } as const

async function foldMessage(fold: Folding, fact: MessageFact, seen: Seen): Promise<void> {
  const row = fold.known.messages.get(fact.externalId) ?? null
  if (row === null && isOurPost(fold, fact)) {
    // Parts of our own self-thread, and our own top-level comments, are posts: people answer to them.
    return foldPost(fold, { ...fact, fact: 'post', ours: true, reportedReplies: null }, seen)
  }
  const merged = mergeMessage(row, { ...fact, platformAt: earlier(new Date(fact.platformAt), seen.receivedAt).toISOString() }, seen)
  if (row) return foldAgain(fold, row, merged, fact.author && contactOf(fold, fact.author, seen))
  const settled = applyEarly(fold, merged)
  const contactId = contactOf(fold, authorOf(fact), seen)
  const conversationId = placeMessage(fold, settled)
  const placed: MessageRow = {
    ...settled,
    id: uuidv7(),
    workspaceId: fold.workspaceId,
    conversationId,
    channelId: fold.channelId,
    platform: fold.platform,
    contactId,
    recordedAt: fold.now,
    moderationReason: null,
    gone: false,
    replyId: null,
    byId: null,
    inReplyToId: null,
    sentAt: null,
  }
  fold.later(fold.tx.insert(t.message).values(placed))
  noteMessage(fold, placed)
  fold.later(fold.tx.insert(t.sighting).values({ workspaceId: fold.workspaceId, messageId: placed.id, channelId: fold.channelId }))
  fold.conversations.add(conversationId)
  await adoptChildren(fold, { externalId: fact.externalId, conversationId })
}

/** Columns that tell of our looking and not of the message: alone they are no change that anybody can see. */
const ofLooking = ['seenAt', 'versionLastAt', 'versionRankAt']

async function foldAgain(fold: Folding, row: MessageRow, merged: Merged, contactId: string | null): Promise<void> {
  const change = { ...merged, ...(contactId ? { contactId } : {}) }
  const after = { ...row, ...change }
  fold.later(fold.tx.update(t.message).set(change).where(eq(t.message.id, row.id)))
  noteMessage(fold, after)
  fold.later(
    fold.tx
      .insert(t.sighting)
      .values({ workspaceId: fold.workspaceId, messageId: row.id, channelId: fold.channelId })
      .onConflictDoNothing(),
  )
  const visible = Object.entries(change).some(([key, value]) => !ofLooking.includes(key) && !same(value, row[key as keyof MessageRow]))
  // An absence yields to a later sighting.
  if (!visible && (removalOf(row) === null) === (removalOf(after) === null)) return
  fold.conversations.add(row.conversationId)
  await replaceMessage(fold, row, after)
}

function foldAbout(fold: Folding, fact: RemovalFact | HiddenFact | LikeFact, seen: Seen): void {
  const row = fold.known.messages.get(fact.externalId)
  if (row) {
    const merged = applyAbout(row, fact, seen)
    fold.later(fold.tx.update(t.message).set(merged).where(eq(t.message.id, row.id)))
    noteMessage(fold, { ...row, ...merged })
    fold.conversations.add(row.conversationId)
    return
  }
  if (fact.fact === 'removal') removePost(fold, fact.externalId, removalAt(fact, seen))
  // Without a time of its own it counts when it came, so that coming again later is another fact.
  const said = JSON.stringify(fact.platformAt === null ? [fact, seen.receivedAt] : fact)
  const factHash = createHash('sha256').update(said).digest('hex')
  const { workspaceId, platform } = fold
  const early = { externalId: fact.externalId, fact, receivedAt: seen.receivedAt }
  fold.later(
    fold.tx
      .insert(t.earlyFact)
      .values({ id: uuidv7(), workspaceId, platform, ...early, factHash })
      .onConflictDoNothing(),
  )
  fold.known.early.set(fact.externalId, [...(fold.known.early.get(fact.externalId) ?? []), early])
}

/** What folds next sees this message as it is now. */
function noteMessage({ known }: Folding, row: MessageRow): void {
  known.messages.set(row.externalId, row)
  if (row.parentExternalId !== null) known.awaited.add(row.parentExternalId)
}

function applyEarly(fold: Folding, merged: Merged): Merged {
  let settled = merged
  for (const row of fold.known.early.get(merged.externalId) ?? [])
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

function isOurPost({ known }: Folding, fact: MessageFact): boolean {
  if (!fact.ours) return false
  if (known.posts.has(fact.externalId)) return true
  return fact.parentExternalId !== null && (known.posts.get(fact.parentExternalId)?.ours ?? false)
}

/** The contact's id; its profile is what was seen last. */
function contactOf(fold: Folding, author: Author, seen: Seen): string {
  // Writers of one workspace take turns, so whoever was not known when this began is still nobody.
  const id = fold.known.contacts.get(author.externalId) ?? uuidv7()
  fold.known.contacts.set(author.externalId, id)
  // At the same instant the greater name wins, whoever came first.
  const newer = sql.raw(
    `(excluded.seen_at, coalesce(excluded.name, '') collate "C", coalesce(excluded.handle, '') collate "C") >= (contact.seen_at, coalesce(contact.name, '') collate "C", coalesce(contact.handle, '') collate "C")`,
  )
  const write = fold.tx
    .insert(t.contact)
    .values({
      id,
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
        handle: sql`case when ${newer} then coalesce(excluded.handle, contact.handle) else coalesce(contact.handle, excluded.handle) end`,
        name: sql`case when ${newer} then coalesce(excluded.name, contact.name) else coalesce(contact.name, excluded.name) end`,
        avatarUrl: sql`case when ${newer} then coalesce(excluded.avatar_url, contact.avatar_url) else coalesce(contact.avatar_url, excluded.avatar_url) end`,
        url: sql`case when ${newer} then coalesce(excluded.url, contact.url) else coalesce(contact.url, excluded.url) end`,
        seenAt: sql`greatest(excluded.seen_at, contact.seen_at)`,
      },
    })
  fold.later(write)
  return id
}

function earlier(a: Date, b: Date): Date {
  return a <= b ? a : b
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a, inOrder) === JSON.stringify(b, inOrder)
}

/** jsonb keeps no order of keys. */
function inOrder(_key: string, value: unknown): unknown {
  return value === null || typeof value !== 'object' || Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).toSorted())
}
