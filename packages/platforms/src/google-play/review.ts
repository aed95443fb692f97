import { createHash } from 'node:crypto'
import type { Fact } from '@answerback/core/facts'
import { standIn } from '../base-url.ts'
import { messageFact } from '../fact.ts'
import { idOf, instantOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'
import { publisherHost } from './api.ts'

/**
 * One item of the list: the words of a person, and the reply below them, which stand in one list of comments. `review` and `reply` are null where they are missing; `strange` counts
 * entries that are neither.
 */
export type Item = { id: string | null; author: string; review: JsonRecord | null; reply: JsonRecord | null; strange: number }

/** Reads one item, whatever it is. */
export function itemOf(value: unknown): Item {
  const { reviewId, authorName, comments } = recordOf(value)
  const item: Item = { id: idOf(reviewId), author: textOf(authorName).trim(), review: null, reply: null, strange: 0 }
  for (const each of listOf(comments)) {
    const { userComment, developerComment } = recordOf(each)
    if (isRecord(userComment)) item.review = newer(item.review, recordOf(userComment))
    else if (isRecord(developerComment)) item.reply = newer(item.reply, recordOf(developerComment))
    else item.strange += 1
  }
  return item
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function newer(one: JsonRecord | null, other: JsonRecord): JsonRecord {
  return one !== null && (timeOf(one.lastModified) ?? '') > (timeOf(other.lastModified) ?? '') ? one : other
}

/** Seconds as text and nanoseconds, as ISO in UTC; null when it is no instant. */
export function timeOf(value: unknown): string | null {
  const { seconds, nanos } = recordOf(value)
  const whole = typeof seconds === 'string' && /^\d{1,12}$/.test(seconds) ? Number(seconds) : seconds
  const part = typeof nanos === 'number' && nanos > 0 && nanos < 1e9 ? Math.floor(nanos / 1e6) / 1000 : 0
  return typeof whole === 'number' ? instantOf(Math.round((whole + part) * 1000) / 1000) : null
}

/** A review has one reply at most, which has no id of its own. */
export function replyIdOf(reviewId: string): string {
  return `${reviewId}/reply`
}

/** The page of an app, at one review where that is named. */
export function appUrl(packageName: string, apiUrl: string | undefined, reviewId?: string): string {
  const query = new URLSearchParams({ id: packageName, ...(reviewId !== undefined && { reviewId: reviewId.toWellFormed() }) })
  return standIn(`https://play.google.com/store/apps/details?${query.toString()}`, publisherHost, apiUrl)
}

/**
 * One review with its reply as facts; null without an id or words. The API says when a review was last changed and not when it was written: `edited` is true where an earlier state
 * was seen, and a change after the reply tells by itself.
 */
export function readReview(item: Item, known: { edited: boolean; receivedAt: string; self: Self }): Fact[] | null {
  const { id, author, review, reply } = item
  if (id === null || review === null) return null
  const { receivedAt, self } = known
  const at = timeOf(review.lastModified)
  const repliedAt = reply === null ? null : timeOf(reply.lastModified)
  const edited = at !== null && (known.edited || (repliedAt !== null && at > repliedAt))
  const text = wordsOf(nameOf(review.originalText) ?? textOf(review.text))
  const stars = review.starRating
  const rating = typeof stars === 'number' && Number.isInteger(stars) && stars >= 1 && stars <= 5 ? stars : null
  const url = appUrl(self.settings?.packageName ?? self.accountId, self.settings?.apiUrl, id)
  const fact = messageFact({
    externalId: id,
    kind: 'review',
    ours: false,
    // People have no id there: each review has a writer of its own.
    author: author === '' ? null : { externalId: `reviewer:${id}`, handle: null, name: author, avatarUrl: null, url: null },
    mentionsUs: true,
    rating,
    text,
    language: nameOf(review.reviewerLanguage),
    url,
    platformAt: at ?? receivedAt,
    editedAt: edited ? at : null,
    version: hashOf([text, rating]),
    ref: at === null ? {} : { changedAt: at },
  })
  const words = reply === null ? null : nameOf(reply.text)
  return words === null ? [fact] : [fact, replyFact(id, { text: asTyped(words), at: repliedAt ?? receivedAt }, self)]
}

/** Our reply to a review, whoever of us wrote it. */
export function replyFact(reviewId: string, reply: { text: string; at: string }, self: Self): Fact {
  return messageFact({
    externalId: replyIdOf(reviewId),
    kind: 'reply',
    ours: true,
    author: { externalId: self.accountId, handle: null, name: self.handle || null, avatarUrl: null, url: null },
    parentExternalId: reviewId,
    text: reply.text,
    url: appUrl(self.settings?.packageName ?? self.accountId, self.settings?.apiUrl, reviewId),
    platformAt: reply.at,
    version: hashOf([reply.text]),
  })
}

/** Title and body come as one, with a tab between; either may be missing. */
function wordsOf(text: string): string {
  return text
    .split('\t')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Google takes HTML tags out of a reply: what looks like one is written with another bracket, that reads the same. */
export function withoutTags(text: string): string {
  return text.replace(/<(?=[^]*>)/g, '＜')
}

/** The reply as it was typed here. */
export function asTyped(text: string): string {
  return text.replaceAll('＜', '<')
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
