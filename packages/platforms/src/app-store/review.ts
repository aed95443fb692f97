import { createHash } from 'node:crypto'
import type { Author, Fact } from '@answerback/core/facts'
import { messageFact } from '../fact.ts'
import { idOf, instantOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

/** Responses that came along with reviews (JSON:API `included`), by their ids. */
export type Responses = ReadonlyMap<string, JsonRecord>

/** The id of a review; null when the value is none. */
export function reviewIdOf(review: JsonRecord): string | null {
  return review.type === 'customerReviews' ? idOf(review.id) : null
}

/** What a response is called: by Apple's id, and so that it is never called as its review. */
export function replyIdOf(reviewId: string, responseId: string): string {
  return responseId === reviewId ? `${responseId}/reply` : responseId
}

/** Apple's id of a response that is called so. */
export function responseIdIn(replyId: string): string {
  return replyId.replace(/\/reply$/, '')
}

/** Apple's id of the response below a review; null where there is none, undefined where the answer does not say. */
export function responseIdOf(review: JsonRecord): string | null | undefined {
  const { data } = recordOf(recordOf(review.relationships).response)
  return data === undefined ? undefined : idOf(recordOf(data).id)
}

/** What came along, by id. */
export function responsesOf(body: JsonRecord): Responses {
  const found = listOf(body.included).map(recordOf)
  return new Map(found.flatMap((each) => (isResponse(each) ? [[idOf(each.id) ?? '', each]] : [])))
}

/** Is it a response with an id? */
export function isResponse(value: JsonRecord): boolean {
  return value.type === 'customerReviewResponses' && idOf(value.id) !== null
}

/** A review as facts, with the response below it if that came along. Null when it is no review with an id. */
export function readReview(review: JsonRecord, responses: Responses, receivedAt: string, self: Self): Fact[] | null {
  const id = reviewIdOf(review)
  if (id === null) return null
  const { title, body, rating, createdDate, reviewerNickname } = recordOf(review.attributes)
  const stars = typeof rating === 'number' && Number.isInteger(rating) && rating >= 1 && rating <= 5 ? rating : null
  const fact = messageFact({
    externalId: id,
    kind: 'review',
    ours: false,
    author: authorOf(nameOf(reviewerNickname), id),
    mentionsUs: true,
    rating: stars,
    text: [textOf(title), textOf(body)].filter((each) => each.trim() !== '').join('\n\n'),
    url: consoleUrlOf(self.accountId),
    // Nothing tells when a review was changed; one that comes with a later date keeps its first.
    platformAt: instantOf(createdDate) ?? receivedAt,
    version: hashOf([textOf(title), textOf(body), stars]),
  })
  const response = responses.get(responseIdOf(review) ?? '')
  return response === undefined ? [fact] : [fact, ...readResponse(response, id, receivedAt, self)]
}

function readResponse(response: JsonRecord, reviewId: string, receivedAt: string, self: Self): Fact[] {
  const externalId = replyIdOf(reviewId, idOf(response.id) ?? '')
  const { responseBody, lastModifiedDate, state } = recordOf(response.attributes)
  const text = nameOf(responseBody)
  if (text === null) return []
  const fact = replyFact({ externalId, reviewId, text, at: instantOf(lastModifiedDate) ?? receivedAt }, self)
  if (state !== 'PENDING_PUBLISH' && state !== 'PUBLISHED') return [fact]
  return [fact, { fact: 'hidden', externalId, hidden: state === 'PENDING_PUBLISH', platformAt: null }]
}

/** Our response to a review, whoever of us wrote it. */
export function replyFact(response: { externalId: string; reviewId: string; text: string; at: string }, self: Self): Fact {
  const { externalId, reviewId, text, at } = response
  return messageFact({
    externalId,
    kind: 'reply',
    ours: true,
    author: { externalId: self.accountId, handle: null, name: self.handle || null, avatarUrl: null, url: null },
    parentExternalId: reviewId,
    text,
    url: consoleUrlOf(self.accountId),
    platformAt: at,
    version: hashOf([text]),
    ref: { review: reviewId },
  })
}

/** Reviews have no page of their own; staff find them at their app in App Store Connect. */
export function consoleUrlOf(appId: string): string {
  return `https://appstoreconnect.apple.com/apps/${encodeURIComponent(appId)}`
}

/** Nicknames change and are not one person's: each review has a writer of its own. */
function authorOf(nickname: string | null, reviewId: string): Author | null {
  return nickname === null ? null : { externalId: `reviewer:${reviewId}`, handle: null, name: nickname, avatarUrl: null, url: null }
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
