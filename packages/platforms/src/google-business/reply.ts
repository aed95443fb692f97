import type { ReplyLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { instantOf, linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent } from '../platform.ts'
import { sameText } from '../same-text.ts'
import { callApi } from './api.ts'
import { locationOf } from './location-name.ts'
import { replyFact, replyIdOf } from './review.ts'

/** Google counts bytes. */
export const replyLimit: ReplyLimit = { max: 4096, unit: 'utf16', maxBytes: 4096 }

/**
 * The one reply of a review. Google would write over what stands there, so we look first: the same words are our own earlier try, other words are somebody's answer, and stay. A reply
 * that Google refused may be replaced.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const reviewId = input.target.externalId
  const review = await readOne(io, reviewId)
  const there = recordOf(review.reviewReply)
  const words = nameOf(there.comment)
  if (words !== null && sameText(words, input.text)) return sentReply(io, reviewId, input.text, review, there)
  if (words !== null && textOf(there.reviewReplyState) !== 'REJECTED')
    throw new PlatformError('rejected', `Somebody has answered this review already: “${words.slice(0, 400)}”`)
  return write(io, reviewId, input.text, review)
}

/** Other words in place of those that stand there. */
export async function editReply(io: Io, input: { externalId: string; text: string }): Promise<ReplySent> {
  const reviewId = reviewOf(input.externalId)
  return write(io, reviewId, input.text, await readOne(io, reviewId))
}

/** `PUT .../reply`, which creates or replaces. A refusal is believed only after a look: an upsert that was carried out shows. */
async function write(io: Io, reviewId: string, text: string, review: JsonRecord): Promise<ReplySent> {
  try {
    const { json } = await callApi(io, { method: 'PUT', path: `${pathOf(io, reviewId)}/reply`, body: { comment: text } })
    if (nameOf(json.comment) === null && instantOf(json.updateTime) === null)
      throw new PlatformError('unavailable', 'Google answered with something that is no reply')
    return sentReply(io, reviewId, text, review, json)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    const there = await readOne(io, reviewId).catch(() => null)
    const stands = recordOf(there?.reviewReply)
    if (there === null || !sameText(textOf(stands.comment), text)) throw error
    return sentReply(io, reviewId, text, there, stands)
  }
}

function pathOf(io: Io, reviewId: string): string {
  return `v4/${locationOf(io)}/reviews/${encodeURIComponent(reviewId)}`
}

function reviewOf(replyId: string): string {
  return replyId.replace(/\/reply$/, '')
}

async function readOne(io: Io, reviewId: string): Promise<JsonRecord> {
  const { json } = await callApi(io, { path: pathOf(io, reviewId) })
  if (nameOf(json.name) === null && nameOf(json.reviewId) === null)
    throw new PlatformError('unavailable', 'Google answered with something that is no review', { notSent: true })
  return json
}

const refused = 'Google refused the reply'

function sentReply(io: Io, reviewId: string, text: string, review: JsonRecord, there: JsonRecord): ReplySent {
  const url = linkOf(review.reviewReplyUrl) ?? linkOf(io.settings.mapsUrl) ?? 'https://business.google.com/reviews'
  const state = textOf(there.reviewReplyState)
  if (state === 'REJECTED')
    throw new PlatformError('rejected', [refused, nameOf(there.policyViolation)].filter((each) => each !== null).join(': '))
  const at = instantOf(there.updateTime) ?? io.now().toISOString()
  return {
    externalId: replyIdOf(reviewId),
    url,
    ...(state === 'PENDING' && { pending: 'Google looks at it before it is shown' }),
    facts: [replyFact(reviewId, { text, at, url }, io.self)],
  }
}

/** The review says it: there is one reply at most. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const reviewId = input.target.externalId
  const review = await readOne(io, reviewId)
  const there = recordOf(review.reviewReply)
  const stands = sameText(textOf(there.comment), input.text) && textOf(there.reviewReplyState) !== 'REJECTED'
  return stands ? { found: 'landed', sent: sentReply(io, reviewId, input.text, review, there) } : { found: 'absent' }
}

/** Takes our reply away. */
export async function remove(io: Io, input: { externalId: string }): Promise<void> {
  try {
    await callApi(io, { method: 'DELETE', path: `${pathOf(io, reviewOf(input.externalId))}/reply` })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}
