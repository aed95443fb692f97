import { createHash } from 'node:crypto'
import type { Author, Fact, Media, MessageFact } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

/** Where it was found: below a post of ours, among what mentions us, or by itself. */
export type Found = { postId: string | null; mention?: true; at: string }

/**
 * A post or reply as facts: ours that answers nothing is a post, all else a message. Null without an id. Threads tells no id of a writer, so the user name stands for
 * it, and one who is renamed is somebody else.
 */
export function readThing(value: JsonRecord, found: Found, self: Self): Fact[] | null {
  const id = idOf(value.id)
  if (id === null) return null
  const ours = isOurs(value, self)
  const parentId = idOf(recordOf(value.replied_to).id)
  if (ours && !found.mention && parentId === null && value.is_reply !== true && found.postId === null)
    return [readPost(value, id, found.at, self)]
  const rootId = idOf(recordOf(value.root_post).id) ?? found.postId
  const inOurs = found.postId !== null || sameName(nameOf(recordOf(value.root_post).username), self.handle)
  const fact = messageOf(value, id, { parentId: parentId ?? rootId, rootId, mention: found.mention === true && !inOurs }, found.at, self)
  const hidden = hiddenOf(value.hide_status)
  return ours || hidden === null ? [fact] : [fact, { fact: 'hidden', externalId: id, hidden, platformAt: null }]
}

type Place = { parentId: string | null; rootId: string | null; mention: boolean }

function messageOf(value: JsonRecord, id: string, { parentId, rootId, mention }: Place, at: string, self: Self): MessageFact {
  const text = textOf(value.text)
  const parent = parentId === id ? null : parentId
  const root = rootId === id ? null : rootId
  return messageFact({
    externalId: id,
    kind: mention || parent === null ? 'mention' : parent === root ? 'comment' : 'reply',
    ours: isOurs(value, self),
    author: authorOf(value),
    parentExternalId: parent,
    postExternalId: root,
    mentionsUs: mention || names(text, self.handle),
    text,
    url: permalinkOf(value.permalink),
    media: mediaOf(value),
    platformAt: instantOf(value.timestamp) ?? at,
    version: versionOf(text),
    ref: { ...(root !== null && { rootId: root }), ...(mention && { mention: '1' }) },
  })
}

function readPost(value: JsonRecord, id: string, at: string, self: Self): Fact {
  const handle = nameOf(value.username) ?? self.handle
  return postFact({
    externalId: id,
    ours: true,
    author: { externalId: self.accountId, handle, name: null, avatarUrl: null, url: profileOf(handle) },
    text: textOf(value.text),
    url: permalinkOf(value.permalink),
    media: mediaOf(value),
    platformAt: instantOf(value.timestamp) ?? at,
  })
}

/** Names a version by its words: a webhook tells less of the pictures than the API. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Links moved from threads.net to threads.com, and both are given out: one of them. */
export function permalinkOf(value: unknown): string | null {
  return linkOf(value)?.replace(/^https:\/\/(www\.)?threads\.net(?=[/?#]|$)/i, 'https://www.threads.com') ?? null
}

/** Is it written by the account itself? */
export function isOurs(value: JsonRecord, self: Self): boolean {
  return value.is_reply_owned_by_me === true || sameName(nameOf(value.username), self.handle)
}

function sameName(one: string | null, other: string): boolean {
  return one !== null && other !== '' && one.toLowerCase() === other.toLowerCase()
}

function authorOf(value: JsonRecord): Author | null {
  const handle = nameOf(value.username)
  if (handle === null) return null
  return {
    externalId: `@${handle.toLowerCase()}`,
    handle,
    name: null,
    avatarUrl: linkOf(value.profile_picture_url),
    url: profileOf(handle),
  }
}

/** The page of an account; null for a name that no address can hold. */
export function profileOf(handle: string): string | null {
  return /^[\w.]+$/.test(handle) ? `https://www.threads.com/@${handle}` : null
}

function names(text: string, handle: string): boolean {
  if (handle === '') return false
  const at = text.toLowerCase().indexOf(`@${handle.toLowerCase()}`)
  return at >= 0 && !/^[\w.]*\w/.test(text.slice(at + handle.length + 1))
}

/** Only what we hid, or showed again; the other states are Threads' own. */
function hiddenOf(status: unknown): boolean | null {
  if (status === 'HIDDEN') return true
  return status === 'NOT_HUSHED' || status === 'UNHUSHED' ? false : null
}

/** The picture or film of a post. */
export function mediaOf(value: JsonRecord): Media[] {
  const alt = nameOf(value.alt_text)
  const previewUrl = linkOf(value.thumbnail_url)
  const url = linkOf(value.media_url)
  const gif = linkOf(value.gif_url)
  const kind = textOf(value.media_type) === 'VIDEO' ? 'video' : textOf(value.media_type) === 'AUDIO' ? 'audio' : 'image'
  return [
    ...(url === null ? [] : [{ kind, url, alt, previewUrl } satisfies Media]),
    ...(gif === null ? [] : [{ kind: 'image', url: gif, alt, previewUrl: null } satisfies Media]),
  ]
}
