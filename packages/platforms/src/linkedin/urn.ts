import { idOf, nameOf } from '../json.ts'

/** A URN, or any text, as a path or a query of Rest.li 2.0 takes it: the signs that structure it (brackets, commas, colons) are escaped too. */
export function escapeUrn(text: string): string {
  return encodeURIComponent(text).replace(/[()'!*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The page's URN from what people type: the URN, its number, or an address with the number in it. Null when it is none of these. */
export function organizationOf(typed: string): string | null {
  const text = typed.trim()
  if (/^urn:li:organization(Brand)?:\d{1,20}$/.test(text)) return text
  const number = /^\d{1,20}$/.exec(text)?.[0] ?? /\/company\/(\d{1,20})(?:[/?#]|$)/.exec(text)?.[1]
  return number === undefined ? null : `urn:li:organization:${number}`
}

/** A post by any of its names: `share`, `ugcPost` or `activity`. */
export function isPostUrn(value: unknown): value is string {
  return typeof value === 'string' && /^urn:li:(share|ugcPost|activity|groupPost):\d{1,25}$/.test(value)
}

/** What names a comment: the thread that LinkedIn keeps it in (mostly the post's `activity`), and its number there. */
export type CommentName = { thread: string; id: string }

/** `urn:li:comment:(urn:li:activity:1,2)`. */
export function commentUrn({ thread, id }: CommentName): string {
  return `urn:li:comment:(${thread},${id})`
}

const named = /^urn:li:comment:\((?:urn:li:)?((?:activity|ugcPost|share|groupPost):\d{1,25}),(\d{1,25})\)$/

/** A comment's URN, in which the thread may stand without `urn:li:`, as in addresses of the web site. Null when it is none. */
export function readCommentUrn(value: unknown): CommentName | null {
  const [, thread, id] = named.exec(nameOf(value) ?? '') ?? []
  return thread === undefined || id === undefined ? null : { thread: `urn:li:${thread}`, id }
}

/** The page on which a post can be seen. */
export function postUrl(urn: string): string {
  return `https://www.linkedin.com/feed/update/${urn}/`
}

/** The same, at the comment. */
export function commentUrl(postUrn: string, { thread, id }: CommentName): string {
  return `${postUrl(postUrn)}?commentUrn=${escapeUrn(`urn:li:comment:(${thread.replace(/^urn:li:/, '')},${id})`)}`
}

/** What a post that was announced is called, by its id or its address; null for an `activity`, of which nobody says which post it is. */
export function postId({ externalId, url }: { externalId?: string; url?: string }): string | null {
  const text = idOf(externalId) ?? url ?? ''
  let plain = text
  try {
    plain = decodeURIComponent(text)
  } catch {
    // What cannot be unescaped is taken as it is.
  }
  const [found] = /urn:li:(?:share|ugcPost):\d{1,25}/.exec(plain) ?? []
  return found ?? null
}
