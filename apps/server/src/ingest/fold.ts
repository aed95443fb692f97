import { createHash } from 'node:crypto'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Author, Fact, HiddenFact, LikeFact, MessageFact, RemovalFact } from '@answerback/core/facts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { removalOf } from '../inbox/history.ts'
import { mergeHidden, mergeLike, mergeMessage, mergeRemoval, type Merged, type Seen } from './merge.ts'
import { adoptChildren, placeMessage, replaceMessage } from './place.ts'
import { earlyFacts, foldPost, postBy, removalAt, removePost } from './post.ts'

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

/** The same while folding: `known` holds the messages that the facts at hand are about. */
export type Folding = Fold & { known: Map<string, MessageRow> }

/**
 * Folds facts into rows. Any order, any number of times, over duplicates: the same state. Conversations whose messages changed are added to
 * `fold.conversations`; nothing derived is written here.
 */
export async function foldFacts(fold: Fold, facts: Fact[], seen: Seen): Promise<void> {
  const folding: Folding = { ...fold, known: await loadKnown(fold, facts) }
  for (const fact of facts.toSorted((a, b) => factOrder[a.fact] - factOrder[b.fact])) {
    if (fact.fact === 'post') await foldPost(folding, fact, seen)
    else if (fact.fact === 'message') await foldMessage(folding, fact, seen)
    else await foldAbout(folding, fact, seen)
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

async function foldMessage(fold: Folding, fact: MessageFact, seen: Seen): Promise<void> {
  const row = fold.known.get(fact.externalId) ?? null
  if (row === null && (await isOurPost(fold, fact))) {
    // Parts of our own self-thread, and our own top-level comments, are posts: people answer to them.
    return foldPost(fold, { ...fact, fact: 'post', ours: true, reportedReplies: null }, seen)
  }
  const merged = mergeMessage(row, { ...fact, platformAt: earlier(new Date(fact.platformAt), seen.receivedAt).toISOString() }, seen)
  if (row) return foldAgain(fold, row, merged, fact.author && (await contactOf(fold, fact.author, seen)))
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
  fold.known.set(fact.externalId, inserted[0]!)
  await fold.tx.insert(t.sighting).values({ workspaceId: fold.workspaceId, messageId: id, channelId: fold.channelId })
  fold.conversations.add(conversationId)
  await adoptChildren(fold, { externalId: fact.externalId, conversationId })
}

/** Columns that tell of our looking and not of the message: alone they are no change that anybody can see. */
const ofLooking = ['seenAt', 'versionLastAt', 'versionRankAt']

async function foldAgain(fold: Folding, row: MessageRow, merged: Merged, contactId: string | null): Promise<void> {
  const change = { ...merged, ...(contactId ? { contactId } : {}) }
  const after = { ...row, ...change }
  await fold.tx.update(t.message).set(change).where(eq(t.message.id, row.id))
  fold.known.set(row.externalId, after)
  await fold.tx
    .insert(t.sighting)
    .values({ workspaceId: fold.workspaceId, messageId: row.id, channelId: fold.channelId })
    .onConflictDoNothing()
  const visible = Object.entries(change).some(([key, value]) => !ofLooking.includes(key) && !same(value, row[key as keyof MessageRow]))
  // An absence yields to a later sighting.
  if (!visible && (removalOf(row) === null) === (removalOf(after) === null)) return
  fold.conversations.add(row.conversationId)
  await replaceMessage(fold, row, after)
}

async function foldAbout(fold: Folding, fact: RemovalFact | HiddenFact | LikeFact, seen: Seen): Promise<void> {
  const row = fold.known.get(fact.externalId)
  if (row) {
    const merged = applyAbout(row, fact, seen)
    await fold.tx.update(t.message).set(merged).where(eq(t.message.id, row.id))
    fold.known.set(fact.externalId, { ...row, ...merged })
    fold.conversations.add(row.conversationId)
    return
  }
  if (fact.fact === 'removal') await removePost(fold, fact.externalId, removalAt(fact, seen))
  // Without a time of its own it counts when it came, so that coming again later is another fact.
  const said = JSON.stringify(fact.platformAt === null ? [fact, seen.receivedAt] : fact)
  const factHash = createHash('sha256').update(said).digest('hex')
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

async function applyEarly(fold: Folding, merged: Merged): Promise<Merged> {
  let settled = merged
  for (const row of await earlyFacts(fold, merged.externalId))
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

async function isOurPost(fold: Folding, fact: MessageFact): Promise<boolean> {
  if (!fact.ours) return false
  if ((await postBy(fold, fact.externalId)) !== null) return true
  return fact.parentExternalId !== null && ((await postBy(fold, fact.parentExternalId))?.ours ?? false)
}

/** The contact's id; its profile is what was seen last. */
async function contactOf(fold: Folding, author: Author, seen: Seen): Promise<string> {
  // At the same instant the greater name wins, whoever came first.
  const newer = sql.raw(
    `(excluded.seen_at, coalesce(excluded.name, '') collate "C", coalesce(excluded.handle, '') collate "C") >= (contact.seen_at, coalesce(contact.name, '') collate "C", coalesce(contact.handle, '') collate "C")`,
  )
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
        handle: sql`case when ${newer} then coalesce(excluded.handle, contact.handle) else coalesce(contact.handle, excluded.handle) end`,
        name: sql`case when ${newer} then coalesce(excluded.name, contact.name) else coalesce(contact.name, excluded.name) end`,
        avatarUrl: sql`case when ${newer} then coalesce(excluded.avatar_url, contact.avatar_url) else coalesce(contact.avatar_url, excluded.avatar_url) end`,
        url: sql`case when ${newer} then coalesce(excluded.url, contact.url) else coalesce(contact.url, excluded.url) end`,
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
  return a === b || JSON.stringify(a, inOrder) === JSON.stringify(b, inOrder)
}

/** jsonb keeps no order of keys. */
function inOrder(_key: string, value: unknown): unknown {
  return value === null || typeof value !== 'object' || Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).toSorted())
}
