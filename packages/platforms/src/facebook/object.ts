import { createHash } from 'node:crypto'
import type { Author, Fact, Media, MessageFact } from '@answerback/core/facts'
import { messageFact, postFact, removalFact } from '../fact.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

/** Is this account one of ours? */
export function isOwned(id: string | null, self: Self): boolean {
  return id !== null && (id === self.accountId || self.ownedIds.includes(id))
}

/** `from`, or the legacy `sender_id` and `sender_name`; null when Facebook hides the author. */
export function authorOf(value: JsonRecord): Author | null {
  const from = recordOf(value.from)
  const externalId = idOf(from.id) ?? idOf(value.sender_id)
  if (externalId === null) return null
  return { externalId, handle: null, name: nameOf(from.name) ?? nameOf(value.sender_name), avatarUrl: null, url: null }
}

/** Names a version: Facebook gives none, so text and pictures do. The same whether it came by webhook or by polling. */
export function versionOf(text: string, media: Media[]): string {
  return createHash('sha256')
    .update(JSON.stringify([text, media.map((each) => each.kind).filter((kind) => kind !== 'link')]))
    .digest('hex')
    .slice(0, 32)
}

type Place = { parentId: string | null; postId: string | null; kind?: MessageFact['kind'] }

/** What a comment's fact has in common whichever way it came. `replyTo` is where an answer to it is posted: one visible level of replies. */
export function commentFact(value: JsonRecord, id: string, place: Place, media: Media[], at: string, self: Self): MessageFact {
  const author = authorOf(value)
  const { parentId, postId } = place
  const below = parentId !== null && parentId !== postId
  const tagged = taggedIds(value)
  const text = textOf(value.message)
  return messageFact({
    externalId: id,
    kind: place.kind ?? (below ? 'reply' : 'comment'),
    ours: isOwned(author?.externalId ?? null, self),
    author,
    parentExternalId: parentId,
    postExternalId: postId,
    mentionsUs: place.kind === 'mention' || tagged.some((each) => isOwned(each, self)),
    tagsExternalId: tagged.find((each) => !isOwned(each, self)) ?? null,
    text,
    url: linkOf(value.permalink_url),
    media,
    platformAt: at,
    version: versionOf(text, media),
    ref: { replyTo: below ? parentId : id, ...(postId !== null && { postId }) },
  })
}

function taggedIds(value: JsonRecord): string[] {
  return listOf(value.message_tags).flatMap((tag) => idOf(recordOf(tag).id) ?? [])
}

/** A comment as the Graph API gives it. `postId`: the post it stands under; without `parent` it stands directly there. */
export function readComment(value: JsonRecord, postId: string | null, receivedAt: string, self: Self): Fact[] | null {
  const id = idOf(value.id)
  if (id === null) return null
  const parentId = idOf(recordOf(value.parent).id) ?? postId
  const fact = commentFact(
    value,
    id,
    { parentId, postId },
    attachmentOf(value.attachment),
    instantOf(value.created_time) ?? receivedAt,
    self,
  )
  const facts: Fact[] = [fact]
  if (fact.ours) return facts
  if (typeof value.is_hidden === 'boolean') facts.push({ fact: 'hidden', externalId: id, hidden: value.is_hidden, platformAt: null })
  if (value.user_likes === true) facts.push({ fact: 'like', externalId: id, liked: true, platformAt: null })
  return facts
}

/** The picture, film or link that a comment carries. */
export function attachmentOf(value: unknown): Media[] {
  const attachment = recordOf(value)
  const type = textOf(attachment.type)
  const preview = linkOf(recordOf(recordOf(attachment.media).image).src)
  const url = linkOf(attachment.url) ?? preview
  if (type === '' || url === null) return []
  if (/video/.test(type)) return [{ kind: 'video', url, alt: nameOf(attachment.title), previewUrl: preview }]
  if (/photo|sticker|image|animated/.test(type))
    return [{ kind: 'image', url: preview ?? url, alt: nameOf(attachment.title), previewUrl: preview }]
  return [{ kind: 'link', url, alt: nameOf(attachment.title), previewUrl: preview }]
}

/** A post of a feed: ours is a post, a visitor's (or one that tags us) is a message of its own. Ours always names its author; a hidden author is never the Page. */
export function readPost(value: JsonRecord, receivedAt: string, self: Self): Fact[] | null {
  const id = idOf(value.id)
  if (id === null) return null
  const picture = linkOf(value.full_picture)
  const media: Media[] = picture === null ? [] : [{ kind: 'image', url: picture, alt: null, previewUrl: null }]
  const at = instantOf(value.created_time) ?? receivedAt
  const author = authorOf(value)
  const text = nameOf(value.message) ?? textOf(value.story)
  if (author === null || !isOwned(author.externalId, self)) {
    return [commentFact({ ...value, message: text }, id, { parentId: null, postId: null, kind: 'mention' }, media, at, self)]
  }
  const total = recordOf(recordOf(value.comments).summary).total_count
  const reportedReplies = typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? total : null
  return [
    postFact({
      externalId: id,
      ours: true,
      author,
      text,
      url: linkOf(value.permalink_url),
      media,
      platformAt: at,
      reportedReplies,
      ref: { replyTo: id },
    }),
  ]
}

/** A recommendation. Its id is its story's; comments and our reply hang on that. */
export function readRating(value: JsonRecord, receivedAt: string, self: Self): Fact[] | null {
  const id = idOf(value.open_graph_story_id) ?? idOf(recordOf(value.open_graph_story).id)
  if (id === null) return null
  const reviewer = recordOf(value.reviewer)
  const reviewerId = idOf(value.reviewer_id) ?? idOf(reviewer.id)
  const text = textOf(value.review_text)
  const rating = idOf(value.rating)
  const recommendation = nameOf(value.recommendation_type)
  const author: Author | null =
    reviewerId === null
      ? null
      : { externalId: reviewerId, handle: null, name: nameOf(value.reviewer_name) ?? nameOf(reviewer.name), avatarUrl: null, url: null }
  return [
    messageFact({
      externalId: id,
      kind: 'review',
      ours: isOwned(reviewerId, self),
      author,
      mentionsUs: true,
      text,
      platformAt: instantOf(value.created_time) ?? receivedAt,
      version: versionOf(`${text}\n${rating ?? ''}\n${recommendation ?? ''}`, []),
      ref: { replyTo: id, ...(rating !== null && { rating }), ...(recommendation !== null && { recommendation }) },
    }),
  ]
}

/** An object that was asked for by its id and is not there. */
export function missing(id: string): Fact[] {
  return [removalFact(id)]
}
