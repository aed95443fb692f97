import { createHash } from 'node:crypto'
import type { Author, Fact, Media, MessageFact } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

/** Where a comment was read. `url` is the video's: a comment has no address of its own. */
export type Place = { videoId: string | null; commentId: string | null; url: string | null }

/** A comment and what is known of it (hidden, liked by us). TikTok shows one level of replies; `ref.topId` is where an answer goes. Null when it has no id. */
export function readComment(value: JsonRecord, place: Place, receivedAt: string, self: Self): Fact[] | null {
  const id = idOf(value.comment_id)
  if (id === null) return null
  const fact = commentFact(value, id, place, receivedAt, self)
  const facts: Fact[] = [fact]
  if (fact.ours) return facts
  if (value.status === 'HIDDEN' || value.status === 'PUBLIC')
    facts.push({ fact: 'hidden', externalId: id, hidden: value.status === 'HIDDEN', platformAt: null })
  if (value.liked === true) facts.push({ fact: 'like', externalId: id, liked: true, platformAt: null })
  return facts
}

function commentFact(value: JsonRecord, id: string, place: Place, receivedAt: string, self: Self): MessageFact {
  const videoId = idOf(value.video_id) ?? place.videoId
  const above = parentOf(value, id, videoId) ?? (place.commentId === id ? null : place.commentId)
  const text = textOf(value.text)
  const image = linkOf(value.image_url)
  const ours = value.owner === true
  const url = place.url ?? videoUrl(self.handle, videoId)
  return messageFact({
    externalId: id,
    kind: above === null ? 'comment' : 'reply',
    ours,
    author: authorOf(value, ours, self),
    parentExternalId: above ?? videoId,
    postExternalId: videoId,
    mentionsUs: names(text, self.handle),
    text,
    url,
    media: image === null ? [] : [{ kind: 'image', url: image, alt: null, previewUrl: null }],
    platformAt: instantOf(value.create_time) ?? receivedAt,
    version: versionOf(text, image),
    ref: { topId: above ?? id, ...(videoId !== null && { videoId }), ...(url !== null && { permalink: url }) },
  })
}

/** Only replies name a parent; an empty one, or the video, is none. */
function parentOf(value: JsonRecord, id: string, videoId: string | null): string | null {
  const parent = idOf(value.parent_comment_id)
  return parent === null || parent === '0' || parent === id || parent === videoId ? null : parent
}

/** Names a version by its words and picture; TikTok knows no edits. */
export function versionOf(text: string, image: string | null): string {
  return createHash('sha256')
    .update(`${text}\n${image ?? ''}`)
    .digest('hex')
    .slice(0, 32)
}

/** `unique_identifier` is the one id of a person that stays; names change. Their picture's address ends within hours, so it is not kept. */
function authorOf(value: JsonRecord, ours: boolean, self: Self): Author | null {
  const handle = nameOf(value.username)
  const externalId = ours ? self.accountId : (idOf(value.unique_identifier) ?? idOf(value.user_id))
  if (externalId === null) return null
  return { externalId, handle, name: nameOf(value.display_name), avatarUrl: null, url: profileUrl(handle) }
}

function profileUrl(handle: string | null): string | null {
  return handle !== null && /^[\w.]+$/.test(handle) ? `https://www.tiktok.com/@${handle}` : null
}

function videoUrl(handle: string, videoId: string | null): string | null {
  const profile = profileUrl(handle)
  return profile !== null && videoId !== null && /^\d+$/.test(videoId) ? `${profile}/video/${videoId}` : null
}

function names(text: string, handle: string): boolean {
  if (handle === '') return false
  const at = text.toLowerCase().indexOf(`@${handle.toLowerCase()}`)
  return at >= 0 && !/^[\w.]*\w/.test(text.slice(at + handle.length + 1))
}

/** A video or photo post of ours. Null when it has no id. */
export function readVideo(value: JsonRecord, receivedAt: string, self: Self): Fact[] | null {
  const id = idOf(value.item_id)
  if (id === null) return null
  const url = linkOf(value.share_url) ?? videoUrl(self.handle, id)
  return [
    postFact({
      externalId: id,
      ours: true,
      author: { externalId: self.accountId, handle: self.handle, name: null, avatarUrl: null, url: profileUrl(self.handle) },
      text: textOf(value.caption),
      url,
      media: pictureOf(value),
      platformAt: instantOf(value.create_time) ?? receivedAt,
      reportedReplies: countOf(value.comments),
      ref: url === null ? {} : { permalink: url },
    }),
  ]
}

function pictureOf(value: JsonRecord): Media[] {
  const url = linkOf(value.thumbnail_url)
  return url === null ? [] : [{ kind: 'image', url, alt: null, previewUrl: url }]
}

/** A number of things, also as text; null when it is none. */
export function countOf(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null
}
