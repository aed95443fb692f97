import { PlatformError } from '../error.ts'
import { failureOf } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { listOf, nameOf, parseJson, recordOf, textOf } from '../json.ts'

const rejectedReasons = new Set([
  'commentTextRequired',
  'commentTextTooLong',
  'invalidCustomEmoji',
  'invalidCommentMetadata',
  'operationNotSupported',
  'parentCommentIsPrivate',
  'parentIdMissing',
  'ineligibleAccount',
  'commentsDisabled',
  'forbidden',
  'banWithoutReject',
])
const goneReasons = new Set(['parentCommentNotFound', 'videoNotFound', 'commentNotFound', 'commentThreadNotFound', 'channelNotFound'])
const personReasons = new Set(['authError', 'insufficientPermissions', 'youtubeSignupRequired', 'accountClosed', 'accountSuspended'])
const busyReasons = new Set(['rateLimitExceeded', 'userRateLimitExceeded'])
const spentReasons = new Set(['quotaExceeded', 'dailyLimitExceeded'])
const words: Record<string, string> = {
  quotaExceeded: 'The daily quota of your Google Cloud project is used up',
  youtubeSignupRequired: 'This Google account has no YouTube channel',
  commentsDisabled: 'Comments are turned off for this video',
}

/**
 * An answer of the Data API that is no success. The quota of a day comes back at midnight Pacific time. A write is `rejected` only for a reason that is
 * documented (comments.insert, Errors); `processingFailure` may be passing, and any other 400 may have been carried out.
 */
export function failureOfApi(answer: HttpAnswer, now: Date, write: boolean): PlatformError {
  const { reason, message } = errorOf(answer.body)
  const text = words[reason] ?? (message || reason)
  const plain = failureOf(answer, now, text)
  const cause = { status: answer.status, reason }
  const { status } = answer
  if (spentReasons.has(reason))
    return new PlatformError('rate_limited', plain.message, { cause, retryAfterMs: msToMidnightInCalifornia(now) })
  if (busyReasons.has(reason) || status === 429)
    return new PlatformError('rate_limited', plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? 60_000 })
  if (status >= 400 && status < 500) {
    if (status === 401 || personReasons.has(reason)) return new PlatformError('reauthorize', plain.message, { cause })
    if (goneReasons.has(reason)) return new PlatformError('gone', plain.message, { cause })
    if (rejectedReasons.has(reason)) return new PlatformError('rejected', plain.message, { cause })
  }
  const certain = status === 403 || status === 404
  return new PlatformError(write && !certain ? 'unavailable' : plain.kind, plain.message, {
    cause,
    retryAfterMs: plain.retryAfterMs ?? undefined,
  })
}

/** The reason behind a failure, in YouTube's word; empty when it gave none. */
export function reasonOf(error: unknown): string {
  return error instanceof PlatformError ? textOf(recordOf(error.cause).reason) : ''
}

function errorOf(body: string): { reason: string; message: string } {
  try {
    const json = recordOf(parseJson(body))
    const error = recordOf(json.error)
    const first = recordOf(listOf(error.errors)[0])
    const message = nameOf(error.message) ?? nameOf(first.message) ?? nameOf(json.error_description) ?? ''
    return { reason: nameOf(first.reason) ?? nameOf(json.error) ?? '', message: withoutMarkup(message) }
  } catch {
    return { reason: '', message: '' }
  }
}

/** Some messages come with links and `<code>` in them. */
function withoutMarkup(message: string): string {
  return message.replace(/<[^>]*>/g, '')
}

/** Until the quota is new, and a minute more. An hour off on the two days a year when clocks change. */
function msToMidnightInCalifornia(now: Date): number {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'America/Los_Angeles',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const [hours = 0, minutes = 0, seconds = 0] = clock.format(now).split(':').map(Number)
  return 86_400_000 - (hours * 3600 + minutes * 60 + seconds) * 1000 + 60_000
}
