import type { ReplyLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { idOf, instantOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent } from '../platform.ts'
import { sameText } from '../same-text.ts'
import { callApi } from './api.ts'
import { fields } from './poll.ts'
import { consoleUrlOf, replyFact, replyIdOf, responseIdIn, responseIdOf, responsesOf, reviewIdOf } from './review.ts'

/** By experience rather than by Apple's documents, which name no number. */
export const replyLimit: ReplyLimit = { max: 5970, unit: 'utf16' }

/**
 * The one response to a review. Apple would write over what stands there, so we look first: the same words are our own earlier try, other words are somebody's answer,
 * and stay.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const reviewId = input.target.externalId
  const there = await lookBefore(io, reviewId)
  const words = there === null ? null : wordsOf(there)
  if (there !== null && words !== null) {
    if (sameText(words, input.text)) return sentReply(io, reviewId, input.text, there)
    throw new PlatformError('rejected', `Somebody has answered this review already: “${words.slice(0, 400)}”`)
  }
  return write(io, reviewId, input.text)
}

/** Other words in place of those that stand there, which keep their name; should Apple give them another, the next poll says so. */
export async function editReply(io: Io, input: { externalId: string; ref: Record<string, string>; text: string }): Promise<ReplySent> {
  const { review } = input.ref
  if (review === undefined) throw new PlatformError('rejected', 'It is not known which review this answers')
  const sent = await write(io, review, input.text)
  const { externalId } = input
  return { ...sent, externalId, facts: sent.facts.map((fact) => ({ ...fact, externalId })) }
}

/** `POST /v1/customerReviewResponses`, which creates or replaces. A refusal is believed only after a look: what was carried out shows. */
async function write(io: Io, reviewId: string, text: string): Promise<ReplySent> {
  const data = {
    type: 'customerReviewResponses',
    attributes: { responseBody: text },
    relationships: { review: { data: { type: 'customerReviews', id: reviewId } } },
  }
  try {
    const { json } = await callApi(io, { method: 'POST', path: 'v1/customerReviewResponses', body: { data } })
    const there = recordOf(json.data)
    if (idOf(there.id) === null) throw new PlatformError('unavailable', 'Apple answered with something that is no response')
    return sentReply(io, reviewId, text, there)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    const there = await readResponse(io, reviewId).catch(() => null)
    if (there === null || !sameText(wordsOf(there) ?? '', text)) throw error
    return sentReply(io, reviewId, text, there)
  }
}

/** A look before writing: whatever fails in it, nothing was written. */
async function lookBefore(io: Io, reviewId: string): Promise<JsonRecord | null> {
  try {
    return await readResponse(io, reviewId)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'unavailable') throw error
    throw new PlatformError('unavailable', error.message, { notSent: true, retryAfterMs: error.retryAfterMs ?? undefined, cause: error })
  }
}

/** The response below a review, by the review; by its own path where that does not say or show. Null when there is none; `gone` when there is no such review. */
async function readResponse(io: Io, reviewId: string): Promise<JsonRecord | null> {
  const path = `v1/customerReviews/${encodeURIComponent(reviewId)}`
  const { json } = await callApi(io, { path, params: fields })
  const review = recordOf(json.data)
  if (reviewIdOf(review) === null) throw new PlatformError('unavailable', 'Apple answered with something that is no review')
  const responseId = responseIdOf(review)
  if (responseId === null) return null
  const shown = responsesOf(json).get(responseId ?? '')
  if (shown !== undefined) return shown
  try {
    const alone = recordOf((await callApi(io, { path: `${path}/response` })).json.data)
    return idOf(alone.id) === null ? null : alone
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'gone') return null
    throw error
  }
}

function wordsOf(response: JsonRecord): string | null {
  return nameOf(recordOf(response.attributes).responseBody)
}

function sentReply(io: Io, reviewId: string, text: string, response: JsonRecord): ReplySent {
  const { lastModifiedDate, state } = recordOf(response.attributes)
  const externalId = replyIdOf(reviewId, idOf(response.id) ?? '')
  const at = instantOf(lastModifiedDate) ?? io.now().toISOString()
  return {
    externalId,
    url: consoleUrlOf(io.self.accountId),
    ...(textOf(state) === 'PENDING_PUBLISH' && { pending: 'Apple shows it in the App Store later' }),
    facts: [replyFact({ externalId, reviewId, text, at }, io.self)],
  }
}

/** The review says it: there is one response at most. One that waits to be published stands there too. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const reviewId = input.target.externalId
  const there = await readResponse(io, reviewId)
  if (there === null || !sameText(wordsOf(there) ?? '', input.text)) return { found: 'absent' }
  return { found: 'landed', sent: sentReply(io, reviewId, input.text, there) }
}

/** Takes our response away. What is gone, or stands there under another name since somebody wrote over it, is not ours to remove. */
export async function remove(io: Io, input: { externalId: string }): Promise<void> {
  try {
    const path = `v1/customerReviewResponses/${encodeURIComponent(responseIdIn(input.externalId))}`
    await callApi(io, { method: 'DELETE', path })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}
