import { idOf, linkOf, nameOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

export type Place = { type: 'post' | 'comment'; id: string }

/**
 * What we call a post or comment: its place on our own server (`lemmy.world/comment/555`). Servers count by themselves, posts apart from comments, so that a number
 * alone would mean several things in one workspace.
 */
export function externalIdOf(type: Place['type'], id: string, self: Self): string {
  return `${homeOf(self)}/${type}/${id}`
}

/** The type and the server's number behind an external id; null when it is none of ours. */
export function placeOf(externalId: string): Place | null {
  const [, type, id] = /\/(post|comment)\/(\d+)$/.exec(externalId) ?? []
  return type === undefined || id === undefined ? null : { type: type as Place['type'], id }
}

/** An account's lasting id: its address in the fediverse, the same seen from every server (`actor_id` in version 3, `ap_id` in 4). */
export function actorOf(person: JsonRecord): string | null {
  return linkOf(person.actor_id) ?? linkOf(person.ap_id)
}

/** `kai@lemmy.example`, as people write it. */
export function handleOf(person: JsonRecord): string | null {
  const actor = actorOf(person)
  const name = nameOf(person.name)
  return name === null ? null : actor === null ? name : `${name}@${new URL(actor).host}`
}

/** Is this account one of ours, seen from whichever server? */
export function isOwned(person: JsonRecord, self: Self): boolean {
  const actor = actorOf(person)
  return actor !== null && (actor === self.accountId || self.ownedIds.includes(actor))
}

/** Our account by its number on our server, where only that is told (a post's `creator_id`). */
export function isOwnNumber(id: unknown, { settings }: Self): boolean {
  const number = idOf(id)
  return number !== null && number === settings?.personId
}

function homeOf({ settings, host }: Self): string {
  return settings?.home || host
}
