import { createHash } from 'node:crypto'
import type { Author, Fact, MessageFact, MessageKind } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

/** `kind`: what a comment is where the page knows it. `linkIsOurs`: it stands below a post of ours. */
export type Around = { self: Self; receivedAt: string; kind?: MessageKind; linkIsOurs?: boolean; linkId?: string | null }

/**
 * An account's lasting id: its name in lower case. Names never change on Reddit and are in every answer, while the `t2_` id is left out of some; and who deletes an
 * account takes its name along.
 */
export function accountIdOf(name: string): string {
  return name.toLowerCase()
}

/** Is this account one of ours? */
export function isOwned(name: string | null, self: Self): boolean {
  if (name === null) return false
  const id = accountIdOf(name)
  return id === self.accountId || self.ownedIds.includes(id)
}

/** The writer's name; null where the account is gone. */
export function authorNameOf(thing: JsonRecord): string | null {
  const name = nameOf(thing.author)
  return name === '[deleted]' ? null : name
}

/** The fullname of a thing (`t1_`, `t3_`): its kind and its id; null when it is none. */
export function fullnameOf(thing: JsonRecord, prefix: 't1' | 't3'): string | null {
  const name = idOf(thing.name)
  if (name?.startsWith(`${prefix}_`)) return name
  const id = idOf(thing.id)
  return id === null ? null : `${prefix}_${id}`
}

/** A comment as a fact: a message, or the removal that its text tells of. Null when it is none. */
export function readComment(comment: JsonRecord, around: Around): Fact | null {
  const id = fullnameOf(comment, 't1')
  const text = nameOf(comment.body)
  if (id === null || text === null) return null
  const name = authorNameOf(comment)
  if (name === null && (text === '[deleted]' || text === '[removed]'))
    return { fact: 'removal', externalId: id, by: text === '[deleted]' ? 'author' : 'unknown', platformAt: null }
  const { self, receivedAt } = around
  const context = textOf(comment.context)
  const linkId = idOf(comment.link_id) ?? linkIn(nameOf(comment.permalink) ?? context) ?? around.linkId ?? null
  const parentId = idOf(comment.parent_id) ?? linkId
  const ours = isOwned(name, self)
  const kind = around.kind ?? kindOf(comment, { ours, below: parentId?.startsWith('t1_') === true, linkIsOurs: around.linkIsOurs === true })
  return messageFact({
    externalId: id,
    kind,
    ours,
    author: authorOf(name),
    parentExternalId: parentId === id ? linkId : parentId,
    postExternalId: linkId,
    mentionsUs: !ours && (comment.type === 'username_mention' || names(text, self.handle)),
    text,
    url: addressOf(nameOf(comment.permalink) ?? context),
    platformAt: instantOf(comment.created_utc) ?? receivedAt,
    editedAt: typeof comment.edited === 'number' ? instantOf(comment.edited) : null,
    version: versionOf(text),
    ref: { kind, ...(nameOf(comment.subreddit) !== null && { subreddit: textOf(comment.subreddit) }) },
  })
}

/** Below our post, or below what we wrote: a comment or a reply. Everything else came because it names us. */
function kindOf(comment: JsonRecord, { ours, below, linkIsOurs }: { ours: boolean; below: boolean; linkIsOurs: boolean }): MessageKind {
  if (comment.type === 'post_reply' || comment.type === 'comment_reply' || ours || linkIsOurs) return below ? 'reply' : 'comment'
  return 'mention'
}

/** Names a version: Reddit's inbox does not say when something was edited, so the words do. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function authorOf(name: string | null): Author | null {
  if (name === null) return null
  const url = `https://www.reddit.com/user/${encodeURIComponent(name)}`
  return { externalId: accountIdOf(name), handle: name, name, avatarUrl: null, url }
}

function names(text: string, handle: string): boolean {
  const name = `u/${handle}`.toLowerCase()
  for (const match of text.toLowerCase().matchAll(/(?<![\w/])\/?(u\/[\w-]+)/g)) if (match[1] === name) return true
  return false
}

/** The post's fullname in a path such as `/r/acme/comments/bb24k7/title/ekftbox/`. */
function linkIn(path: string): string | null {
  const id = /\/comments\/([a-z0-9]+)/i.exec(path)?.[1]
  return id === undefined ? null : `t3_${id}`
}

/** A path of theirs as a link, without what follows the question mark. */
function addressOf(path: string): string | null {
  const [plain = ''] = path.split('?')
  return plain.startsWith('/') ? linkOf(`https://www.reddit.com${plain}`) : linkOf(plain)
}

/** A post (`t3`) as a fact, or its removal; null when it is none. */
export function readPost(post: JsonRecord, { self, receivedAt }: Around): Fact | null {
  const id = fullnameOf(post, 't3')
  const title = nameOf(post.title)
  if (id === null || title === null) return null
  const name = authorNameOf(post)
  const body = textOf(post.selftext)
  if (name === null && (body === '[deleted]' || body === '[removed]'))
    return { fact: 'removal', externalId: id, by: body === '[deleted]' ? 'author' : 'unknown', platformAt: null }
  const url = addressOf(textOf(post.permalink))
  const link = post.is_self === true ? null : linkOf(post.url)
  const count = post.num_comments
  return postFact({
    externalId: id,
    ours: isOwned(name, self),
    author: authorOf(name),
    text: body === '' || body === title ? title : body.startsWith(title) ? body : `${title}\n\n${body}`,
    url,
    media: link === null || link === url ? [] : [{ kind: 'link', url: link, alt: null, previewUrl: linkOf(post.thumbnail) }],
    platformAt: instantOf(post.created_utc) ?? receivedAt,
    reportedReplies: typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null,
  })
}

/** The words of a comment of ours as a fact, where the answer told less than all of it. */
export function ownComment(
  comment: JsonRecord,
  known: { parentId: string | null; linkId: string | null; text: string },
  around: Around,
): MessageFact | null {
  const whole = {
    ...comment,
    author: nameOf(comment.author) ?? around.self.handle,
    body: nameOf(comment.body) ?? known.text,
    parent_id: idOf(comment.parent_id) ?? known.parentId,
    link_id: idOf(comment.link_id) ?? known.linkId,
  }
  const fact = readComment(recordOf(whole), around)
  return fact?.fact === 'message' ? { ...fact, ours: true } : null
}
