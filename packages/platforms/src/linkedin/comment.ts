import { createHash } from 'node:crypto'
import type { Author, Media, MessageFact } from '@answerback/core/facts'
import { messageFact } from '../fact.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'
import { commentUrl, commentUrn, isPostUrn, readCommentUrn } from './urn.ts'
import type { CommentName } from './urn.ts'

/** Where it was found: under which post of ours, or (`mention`) somebody else's that names us there. `at` stands in for a time that is missing. */
export type Found = { postId: string | null; mention?: true; at: string }

/** Is this URN one of ours? */
export function isOwned(urn: string | null, self: Self): boolean {
  return urn !== null && (urn === self.accountId || self.ownedIds.includes(urn))
}

/** An instant in milliseconds since 1970, as ISO; null when it is none. */
export function instantOfMs(value: unknown): string | null {
  const ms = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof ms === 'number' ? instantOf(ms / 1000) : null
}

/** The thread and number of a comment as the API gives it. The thread is the answer's own `object`, which may be another name of the post than the one asked with. */
export function nameIn(value: JsonRecord): CommentName | null {
  const given = readCommentUrn(value.commentUrn) ?? readCommentUrn(value.$URN)
  const id = idOf(value.id)
  const above = readCommentUrn(value.object)
  const thread = isPostUrn(value.object) ? value.object : (above?.thread ?? given?.thread)
  const number = id !== null && /^\d{1,25}$/.test(id) ? id : (readCommentUrn(id)?.id ?? given?.id)
  return thread === undefined || number === undefined ? null : { thread, id: number }
}

/** A comment, or a reply below one (there is one level). Null when it is none. Where nobody may know its writer's name there is none. */
export function readComment(value: JsonRecord, { postId, mention, at }: Found, self: Self): MessageFact | null {
  const name = nameIn(value)
  if (name === null) return null
  const created = recordOf(value.created)
  const above = readCommentUrn(value.parentComment) ?? readCommentUrn(value.object)
  const root = commentUrn(above ?? name)
  const post = postId ?? name.thread
  const actor = nameOf(value.actor) ?? nameOf(created.actor)
  const ours = isOwned(actor, self)
  const message = recordOf(value.message)
  const text = textOf(message.text)
  const named = namedIn(message.attributes)
  const media = listOf(value.content).flatMap(mediaOf)
  const platformAt = instantOfMs(created.time) ?? at
  const changedAt = instantOfMs(recordOf(value.lastModified).time)
  return messageFact({
    externalId: commentUrn(name),
    kind: mention ? 'mention' : above === null ? 'comment' : 'reply',
    ours,
    author: actor === null ? null : authorOf(actor, recordOf(value['actor~'])),
    parentExternalId: above === null ? post : commentUrn(above),
    postExternalId: post,
    mentionsUs: mention === true || named.some((urn) => isOwned(urn, self)),
    tagsExternalId: ours ? (named.find((urn) => !isOwned(urn, self)) ?? null) : null,
    text,
    url: commentUrl(post, name),
    media,
    platformAt,
    editedAt: changedAt !== null && changedAt > platformAt ? changedAt : null,
    version: versionOf(text, listOf(value.content)),
    ref: { thread: name.thread, root, post, ...(mention && { mention: '1' }) },
  })
}

/** Names a version by words and pictures; LinkedIn has no name for it, and its time of change moves for other reasons too. */
export function versionOf(text: string, content: readonly unknown[] = []): string {
  const pictures = content.map((each) => recordOf(recordOf(each).entity).image ?? null)
  return createHash('sha256')
    .update(JSON.stringify(pictures.length === 0 ? [text] : [text, pictures]))
    .digest('hex')
    .slice(0, 32)
}

/** How many replies it says stand below a comment. */
export function repliesIn(value: JsonRecord): number {
  const summary = recordOf(value.commentsSummary)
  return Math.max(0, ...[summary.totalFirstLevelComments, summary.aggregatedTotalComments].map(Number).filter(Number.isSafeInteger))
}

/** `actor~` is there only where LinkedIn lets us see who it is. */
function authorOf(urn: string, seen: JsonRecord): Author {
  const whole = [nameOf(seen.localizedFirstName), nameOf(seen.localizedLastName)].filter((each) => each !== null).join(' ')
  const name = nameOf(seen.localizedName) ?? nameOf(whole)
  const handle = nameOf(seen.vanityName)
  const place = urn.startsWith('urn:li:organization') ? 'company' : 'in'
  return {
    externalId: urn,
    handle,
    name,
    avatarUrl: null,
    url: handle === null ? null : `https://www.linkedin.com/${place}/${encodeURIComponent(handle)}/`,
  }
}

/** The members and pages that attributes tag; an older name of a page's URN is `company`. */
function namedIn(attributes: unknown): string[] {
  return listOf(attributes).flatMap((each) =>
    Object.values(recordOf(recordOf(each).value)).flatMap((entity) => {
      const { member, company, organization } = recordOf(entity)
      const urn = nameOf(member) ?? nameOf(organization) ?? nameOf(company)
      return urn === null ? [] : [urn.replace(/^urn:li:company:/, 'urn:li:organization:')]
    }),
  )
}

/** A picture is mostly named by a URN alone, and then cannot be shown. */
function mediaOf(value: unknown): Media[] {
  const content = recordOf(value)
  const url = linkOf(content.url)
  return url === null ? [] : [{ kind: 'image', url, alt: null, previewUrl: null }]
}
