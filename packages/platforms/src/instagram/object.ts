import { createHash } from 'node:crypto'
import type { Author, Fact, Media, MessageFact } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

/** Where a comment stands. `url` is the post's: comments have no documented address of their own. */
export type Place = { mediaId: string | null; parentId: string | null; url: string | null; live?: boolean }

/**
 * A comment, whether a webhook brought it or we asked. Instagram shows one level of replies, so an answer to a reply goes to the comment above (`ref.replyTo`). Null
 * when it has no id.
 */
export function commentFact(value: JsonRecord, place: Place, at: string, self: Self): MessageFact | null {
  const id = idOf(value.id) ?? idOf(value.comment_id)
  if (id === null) return null
  const { mediaId, url } = place
  const parent = place.parentId === id ? null : place.parentId
  const above = parent === mediaId ? null : parent
  const text = textOf(value.text)
  return messageFact({
    externalId: id,
    kind: above === null ? 'comment' : 'reply',
    ours: isOurs(value, self),
    author: authorOf(value),
    parentExternalId: above ?? mediaId,
    postExternalId: mediaId,
    mentionsUs: names(text, self.handle),
    text,
    url,
    platformAt: instantOf(value.timestamp) ?? at,
    version: versionOf(text),
    ref: {
      replyTo: above ?? id,
      ...(mediaId !== null && { mediaId }),
      ...(url !== null && { permalink: url }),
      ...(place.live && { live: '1' }),
    },
  })
}

/** What we asked for of a comment, and whether it is hidden. */
export function readComment(value: JsonRecord, place: Place, receivedAt: string, self: Self): Fact[] | null {
  const fact = commentFact(value, place, receivedAt, self)
  if (fact === null) return null
  if (fact.ours || typeof value.hidden !== 'boolean') return [fact]
  return [fact, { fact: 'hidden', externalId: fact.externalId, hidden: value.hidden, platformAt: null }]
}

/** A post of ours, reels and ads among them. */
export function readMedia(value: JsonRecord, receivedAt: string, self: Self): Fact[] | null {
  const id = idOf(value.id)
  if (id === null) return null
  const count = value.comments_count
  const url = linkOf(value.permalink)
  return [
    postFact({
      externalId: id,
      ours: true,
      author: { externalId: self.accountId, handle: nameOf(value.username) ?? self.handle, name: null, avatarUrl: null, url: null },
      text: textOf(value.caption),
      url,
      media: mediaOf(value),
      platformAt: instantOf(value.timestamp) ?? receivedAt,
      reportedReplies: typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null,
      ref: url === null ? {} : { permalink: url },
    }),
  ]
}

/** Somebody's post whose caption names us. Null without an id; `ours` is known and told by our own posts. */
export function readMentioningMedia(value: JsonRecord, receivedAt: string, self: Self): MessageFact | null {
  const id = idOf(value.id)
  if (id === null) return null
  const text = textOf(value.caption)
  return messageFact({
    externalId: id,
    kind: 'mention',
    ours: isOurs({ ...value, from: value.owner }, self),
    author: authorOf({ ...value, from: value.owner }),
    mentionsUs: true,
    text,
    url: linkOf(value.permalink),
    media: mediaOf(value),
    platformAt: instantOf(value.timestamp) ?? receivedAt,
    version: versionOf(text),
    ref: { mentionMedia: id },
  })
}

/** Somebody's comment elsewhere that names us. */
export function readMentioningComment(value: JsonRecord, mediaId: string, receivedAt: string, self: Self): MessageFact | null {
  const url = linkOf(recordOf(value.media).permalink)
  const fact = commentFact(value, { mediaId, parentId: null, url }, receivedAt, self)
  if (fact === null) return null
  return { ...fact, kind: 'mention', mentionsUs: true, ref: { mentionMedia: mediaId, mentionComment: fact.externalId } }
}

/** Is it under a post of ours? Then its own thread tells it. */
export function isOurMedia(media: JsonRecord, self: Self): boolean {
  return isOwned(idOf(recordOf(media.owner).id), self) || sameName(nameOf(media.username), self.handle)
}

/** Names a version by its words; Instagram knows no edits. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function isOurs(value: JsonRecord, self: Self): boolean {
  const from = recordOf(value.from)
  const id = idOf(from.id)
  if (isOwned(id, self) || idOf(from.self_ig_scoped_id) !== null) return true
  return id === null && sameName(nameOf(value.username) ?? nameOf(from.username), self.handle)
}

function isOwned(id: string | null, self: Self): boolean {
  return id !== null && (id === self.accountId || self.ownedIds.includes(id))
}

function sameName(one: string | null, other: string): boolean {
  return one !== null && other !== '' && one.toLowerCase() === other.toLowerCase()
}

/** Instagram may withhold `from`; the user name is then all there is. Null when it withholds both. */
function authorOf(value: JsonRecord): Author | null {
  const from = recordOf(value.from)
  const handle = nameOf(from.username) ?? nameOf(value.username)
  const externalId = idOf(from.id) ?? (handle === null ? null : `@${handle.toLowerCase()}`)
  if (externalId === null) return null
  const url = handle !== null && /^[\w.]+$/.test(handle) ? `https://www.instagram.com/${handle}/` : null
  return { externalId, handle, name: null, avatarUrl: null, url }
}

function names(text: string, handle: string): boolean {
  if (handle === '') return false
  const at = text.toLowerCase().indexOf(`@${handle.toLowerCase()}`)
  return at >= 0 && !/^[\w.]*\w/.test(text.slice(at + handle.length + 1))
}

function mediaOf(value: JsonRecord): Media[] {
  const url = linkOf(value.media_url)
  const previewUrl = linkOf(value.thumbnail_url)
  if (url === null) return previewUrl === null ? [] : [{ kind: 'image', url: previewUrl, alt: null, previewUrl }]
  return [{ kind: textOf(value.media_type) === 'VIDEO' ? 'video' : 'image', url, alt: null, previewUrl }]
}
