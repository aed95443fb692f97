import { and, eq, inArray, type AnyColumn } from 'drizzle-orm'
import type { Author, Fact, MessageFact } from '@answerback/core/facts'
import { schema as t } from '../db/schema.ts'
import type { Fold, Known, MessageRow } from './folding.ts'

/** Reads in one round trip what the database has of all that these facts name, however many they are. */
export async function loadKnown({ tx, platform }: Fold, facts: Fact[]): Promise<Known> {
  const told = facts.filter((fact) => fact.fact === 'message')
  const ids = facts.map((fact) => fact.externalId)
  const parents = told.map((fact) => fact.parentExternalId)
  const above = told.map((fact) => fact.postExternalId)
  const authors = told.map((fact) => authorOf(fact).externalId)
  const named = (table: { platform: AnyColumn }, column: AnyColumn, wanted: (string | null)[]) =>
    and(eq(table.platform, platform), inArray(column, [...new Set(wanted.filter((id) => id !== null))]))
  const { message, post, contact, earlyFact } = t
  const [messages, posts, contacts, earlyFacts, children] = await Promise.all([
    tx
      .select()
      .from(message)
      .where(named(message, message.externalId, [...ids, ...parents])),
    tx
      .select({ externalId: post.externalId, id: post.id, ours: post.ours })
      .from(post)
      .where(named(post, post.externalId, [...ids, ...parents, ...above])),
    tx
      .select({ externalId: contact.externalId, id: contact.id })
      .from(contact)
      .where(named(contact, contact.externalId, authors)),
    tx
      .select()
      .from(earlyFact)
      .where(named(earlyFact, earlyFact.externalId, ids)),
    tx
      .selectDistinct({ parent: message.parentExternalId })
      .from(message)
      .where(named(message, message.parentExternalId, ids)),
  ])
  const known: Known = {
    messages: new Map(messages.map((row) => [row.externalId, row])),
    posts: new Map(posts.map(({ externalId, id, ours }) => [externalId, { id, ours }])),
    contacts: new Map(contacts.map((row) => [row.externalId, row.id])),
    early: new Map(),
    awaited: new Set(children.map((row) => row.parent!)),
  }
  for (const row of earlyFacts) known.early.set(row.externalId, [...(known.early.get(row.externalId) ?? []), row])
  return known
}

/** Whoever wrote it. Somebody whom the platform does not name is somebody else in every message. */
export function authorOf(fact: MessageFact): Author {
  return fact.author ?? { externalId: `hidden:${fact.externalId}`, handle: null, name: null, avatarUrl: null, url: null }
}

/** These messages are in another conversation now. */
export function moveKnown(known: Known, into: string, isMoved: (row: MessageRow) => boolean): void {
  for (const row of known.messages.values()) if (isMoved(row)) row.conversationId = into
}
