import { createHash } from 'node:crypto'
import { idOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

export type Place = 'post' | 'comment' | 'user'

/** What we call a post, comment or user: with the site, because every site counts from 1, and each of these by itself (`blog.example/comment/812`). */
export function externalIdOf(place: Place, id: string, { settings, host }: Pick<Self, 'settings' | 'host'>): string {
  return `${settings?.home || host}/${place}/${id}`
}

/** The site's own number of a post or comment; null for what is none. */
export function numberOf(externalId: string, place: Place): string | null {
  const [, named, id] = /\/(post|comment|user)\/(\d+)$/.exec(externalId) ?? []
  return named === place && id !== undefined ? id : null
}

/** A site's address without what may change about it: `blog.example`, `example.org/blog`. */
export function homeOf(url: string): string {
  return url
    .replace(/^https?:\/\/(www\.)?/i, '')
    .replace(/\/+$/, '')
    .toLowerCase()
}

/** Who wrote a comment: a user by number, a guest by the hash of their address, which only moderators see; else by the hash in their picture's address, at last by name. */
export function authorIdOf(comment: JsonRecord, self: Self): string | null {
  const user = idOf(comment.author)
  if (user !== null && user !== '0') return externalIdOf('user', user, self)
  const email = textOf(comment.author_email).trim().toLowerCase()
  if (email !== '') return `guest/${hash(email)}`
  const picture = Object.values(recordOf(comment.author_avatar_urls)).map(textOf)[0] ?? ''
  const [, pictured] = /\/avatar\/([0-9a-f]{32,64})/.exec(picture) ?? []
  if (pictured !== undefined) return `guest/${pictured}`
  const name = nameOf(comment.author_name)
  return name === null ? null : externalIdOf('user', hash(name.toLowerCase()), self)
}

/** Is this one of ours, seen from whichever channel? */
export function isOwned(authorId: string | null, self: Self): boolean {
  return authorId !== null && (authorId === self.accountId || self.ownedIds.includes(authorId))
}

/** A short name for a text that is the same for the same text. */
export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
