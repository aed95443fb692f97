import { createHash } from 'node:crypto'
import type { Author, Fact, Media } from '@answerback/core/facts'
import { messageFact, removalFact } from '../fact.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

const stars: Record<string, number> = { ONE: 1, TWO: 2, THREE: 3, FOUR: 4, FIVE: 5 }

/** The id of a review: the last part of its name where the field is missing. The same location under another account has the same ids. */
export function reviewIdOf(review: JsonRecord): string | null {
  return idOf(review.reviewId) ?? /\/reviews\/([^/]+)$/.exec(textOf(review.name))?.[1] ?? null
}

/** A review has one reply at most, which has no id of its own. */
export function replyIdOf(reviewId: string): string {
  return `${reviewId}/reply`
}

/** A review as facts, with the reply that stands below it: the reply is a message of ours, hidden while Google looks at it, and gone when Google refused it. Null without an id. */
export function readReview(review: JsonRecord, receivedAt: string, self: Self): Fact[] | null {
  const id = reviewIdOf(review)
  if (id === null) return null
  const createdAt = instantOf(review.createTime)
  const updatedAt = instantOf(review.updateTime)
  const rating = stars[textOf(review.starRating)] ?? null
  const text = textOf(review.comment)
  const media = listOf(review.reviewMediaItems).flatMap(mediaOf)
  const name = nameOf(review.name)
  const url = linkOf(review.reviewReplyUrl)
  const fact = messageFact({
    externalId: id,
    kind: 'review',
    ours: false,
    author: authorOf(recordOf(review.reviewer), id),
    mentionsUs: true,
    rating,
    text,
    url,
    media,
    platformAt: createdAt ?? updatedAt ?? receivedAt,
    editedAt: updatedAt !== null && createdAt !== null && updatedAt > createdAt ? updatedAt : null,
    version: hashOf([text, rating, media.length]),
    ref: { ...(name !== null && { name }), ...(url !== null && { url }) },
  })
  return [fact, ...readReply(recordOf(review.reviewReply), id, url, receivedAt, self)]
}

function readReply(reply: JsonRecord, reviewId: string, url: string | null, receivedAt: string, self: Self): Fact[] {
  const text = nameOf(reply.comment)
  if (text === null) return []
  const at = instantOf(reply.updateTime)
  const externalId = replyIdOf(reviewId)
  const state = textOf(reply.reviewReplyState)
  if (state === 'REJECTED') return [removalFact(externalId, at)]
  const fact = replyFact(reviewId, { text, at: at ?? receivedAt, url }, self)
  if (state === 'PENDING') return [fact, { fact: 'hidden', externalId, hidden: true, platformAt: null }]
  return state === 'APPROVED' ? [fact, { fact: 'hidden', externalId, hidden: false, platformAt: null }] : [fact]
}

/** Our reply to a review, whoever of us wrote it. */
export function replyFact(reviewId: string, reply: { text: string; at: string; url: string | null }, self: Self): Fact {
  return messageFact({
    externalId: replyIdOf(reviewId),
    kind: 'reply',
    ours: true,
    author: { externalId: self.accountId, handle: null, name: self.handle || null, avatarUrl: null, url: null },
    parentExternalId: reviewId,
    text: reply.text,
    url: reply.url,
    platformAt: reply.at,
    version: hashOf([reply.text]),
  })
}

/** People have no id there: each review has a writer of its own. */
function authorOf(reviewer: JsonRecord, reviewId: string): Author | null {
  const name = nameOf(reviewer.displayName)
  if (reviewer.isAnonymous === true || name === null) return null
  return { externalId: `reviewer:${reviewId}`, handle: null, name, avatarUrl: linkOf(reviewer.profilePhotoUrl), url: null }
}

function mediaOf(value: unknown): Media[] {
  const item = recordOf(value)
  const previewUrl = linkOf(item.thumbnailUrl)
  const url = linkOf(item.googleUrl) ?? linkOf(item.sourceUrl) ?? linkOf(item.url) ?? previewUrl
  if (url === null) return []
  return [{ kind: textOf(item.mediaFormat) === 'VIDEO' ? 'video' : 'image', url, alt: nameOf(item.description), previewUrl }]
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
