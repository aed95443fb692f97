import type { Author, Fact, Media } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'
import { plainText } from '../plain-text.ts'

/** `ownParts`: ids of our posts and of the parts of our self-threads. `rootId`: the post whose thread this is, where we know. */
export type Around = { self: Self; receivedAt: string; ownParts: ReadonlySet<string>; rootId: string | null; quotesUs?: boolean }

/**
 * An account's lasting id: its name with its domain, the same seen from every server (its `id` is this server's own). Local names come without a domain; ours
 * has it in our handle.
 */
export function accountIdOf(account: JsonRecord, { handle, host }: Pick<Self, 'handle' | 'host'>): string | null {
  const acct = nameOf(account.acct)
  if (acct === null) return linkOf(account.url) ?? linkOf(account.uri) ?? idOf(account.id)
  return (acct.includes('@') ? acct : `${acct}@${handle.split('@')[1] ?? host}`).toLowerCase()
}

/** Is this account one of ours, seen from whichever server? */
export function isOwned(account: JsonRecord, self: Self): boolean {
  const id = accountIdOf(account, self)
  return id !== null && (id === self.accountId || self.ownedIds.includes(id))
}

/** Ours, and either no reply, or on our own post or self-thread: a post, not an answer to anybody. */
export function isOwnPart(status: JsonRecord, { self, ownParts }: Pick<Around, 'self' | 'ownParts'>): boolean {
  if (!isOwned(recordOf(status.account), self) || status.visibility === 'direct') return false
  const parentId = idOf(status.in_reply_to_id)
  return parentId === null || ownParts.has(parentId)
}

/** A Status entity as a fact; null when it is none. Its id is our server's; the global `uri` is kept in `ref`. A boost is no message. */
export function readStatus(status: JsonRecord, around: Around): Fact | null {
  const id = idOf(status.id)
  const account = recordOf(status.account)
  if (id === null || (accountIdOf(account, around.self) === null && status.content === undefined)) return null
  const { self, receivedAt, ownParts } = around
  const spoiler = textOf(status.spoiler_text)
  const content = plainText(textOf(status.content))
  const createdAt = instantOf(status.created_at)
  const visibility = nameOf(status.visibility) ?? 'unlisted'
  const parentId = idOf(status.in_reply_to_id)
  const mentions = listOf(status.mentions).map(recordOf)
  const ours = isOwned(account, self)
  const shared = {
    externalId: id,
    ours,
    author: authorOf(account, self),
    text: spoiler === '' ? content : `${spoiler}\n\n${content}`,
    url: linkOf(status.url) ?? linkOf(status.uri),
    media: listOf(status.media_attachments).flatMap(mediaOf),
    platformAt: createdAt ?? receivedAt,
    ref: refOf(status, account, visibility, spoiler),
  }
  if (isOwnPart(status, around)) {
    const parentExternalId = idOf(status.in_reply_to_id)
    const postExternalId = parentExternalId === null ? null : (around.rootId ?? parentExternalId)
    return postFact({ ...shared, reportedReplies: repliesCountOf(status), parentExternalId, postExternalId })
  }
  const editedAt = instantOf(status.edited_at)
  const quotesUs = around.quotesUs === true || isOwned(recordOf(recordOf(recordOf(status.quote).quoted_status).account), self)
  const direct = visibility === 'direct'
  const below = parentId === null ? (quotesUs ? 'quote' : 'mention') : ownParts.has(parentId) ? 'comment' : 'reply'
  return messageFact({
    ...shared,
    kind: direct ? 'direct' : below,
    private: direct,
    parentExternalId: parentId,
    postExternalId: parentId === null ? null : (around.rootId ?? (ownParts.has(parentId) ? parentId : null)),
    mentionsUs: quotesUs || mentions.some((each) => isOwned(each, self)),
    tagsExternalId: ours ? (mentions.filter((each) => !isOwned(each, self)).map((each) => accountIdOf(each, self))[0] ?? null) : null,
    language: nameOf(status.language),
    editedAt,
    version: editedAt ?? createdAt ?? 'first',
  })
}

/** What the server counts directly below a status, those of public and unlisted visibility; null when it does not say. */
export function repliesCountOf({ replies_count: count }: JsonRecord): number | null {
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null
}

function authorOf(account: JsonRecord, self: Self): Author | null {
  const externalId = accountIdOf(account, self)
  if (externalId === null) return null
  const handle = nameOf(account.acct) ?? nameOf(account.username)
  return { externalId, handle, name: nameOf(account.display_name) ?? handle, avatarUrl: linkOf(account.avatar), url: linkOf(account.url) }
}

/** What a reply needs: who must be named, and how public it may be. */
function refOf(status: JsonRecord, account: JsonRecord, visibility: string, spoiler: string): Record<string, string> {
  const known = { uri: nameOf(status.uri), acct: nameOf(account.acct), visibility, spoiler: spoiler === '' ? null : spoiler }
  return Object.fromEntries(Object.entries(known).filter((entry): entry is [string, string] => entry[1] !== null))
}

/** What Mastodon calls the kinds of attachments. */
export const mediaKinds: Record<string, Media['kind']> = { image: 'image', gifv: 'video', video: 'video', audio: 'audio' }

function mediaOf(value: unknown): Media[] {
  const attachment = recordOf(value)
  const url = linkOf(attachment.url) ?? linkOf(attachment.remote_url)
  if (url === null) return []
  return [
    {
      kind: mediaKinds[textOf(attachment.type)] ?? 'other',
      url,
      alt: nameOf(attachment.description),
      previewUrl: linkOf(attachment.preview_url),
    },
  ]
}
