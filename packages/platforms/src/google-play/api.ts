import { PlatformError } from '../error.ts'
import { callGoogle, errorOf } from '../google/call.ts'
import type { GoogleAnswer } from '../google/call.ts'
import { assertionGrant, readServiceAccount } from '../google/service-account.ts'
import type { GoogleApi } from '../google/token.ts'
import { failureOf, retryAfterMsOf } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import type { Io } from '../platform.ts'

/** The Android Publisher API. */
export const publisherHost = 'https://androidpublisher.googleapis.com'
/** In which the service account asks for its tokens. */
export const scope = 'https://www.googleapis.com/auth/androidpublisher'

/** Android Publisher, to Google's tokens: a service account asks for each with a key of its own. */
const publisher: GoogleApi = { usual: publisherHost, name: 'Google Play', failureOf: failureOfApi, grant }

function grant({ credentials, now }: Io): Record<string, string> | null {
  const { serviceAccountKey } = credentials
  return serviceAccountKey ? assertionGrant(readServiceAccount(serviceAccountKey), scope, now()) : null
}

/** `path`: below the app's `reviews`; '' is the list. */
export type ReviewsCall = { path: string; params?: Record<string, string>; body?: unknown }

/** One call about the reviews of the channel's app; a POST where there is a `body`. */
export function callReviews(io: Io, { path, params, body }: ReviewsCall): Promise<GoogleAnswer> {
  const query = new URLSearchParams(params).toString()
  const app = encodeURIComponent(packageOf(io.settings))
  const url = `${publisherHost}/androidpublisher/v3/applications/${app}/reviews${path}${query === '' ? '' : `?${query}`}`
  return callGoogle(publisher, io, { method: body === undefined ? 'GET' : 'POST', url, body })
}

/** The app's id: names in latin letters with dots between. */
export function packageOf(settings: Record<string, string>): string {
  const name = (settings.packageName ?? '').trim()
  if (!/^[a-z]\w*(\.[a-z]\w*)+$/i.test(name))
    throw new PlatformError('rejected', `“${name.slice(0, 100)}” is not the id of an app; it looks like com.example.app`)
  return name
}

const limits = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded', 'dailyLimitExceeded'])

/** Google's error by its canonical status (google.rpc.Code). A write is an upsert: whoever doubts it looks. */
function failureOfApi(answer: HttpAnswer, now: Date): PlatformError {
  const { status, message, reasons } = errorOf(answer.body)
  const plain = failureOf(answer, now, message)
  const cause = { status: answer.status }
  const fail = (kind: PlatformError['kind'], words = plain.message): PlatformError => new PlatformError(kind, words, { cause })
  if (answer.status === 429 || status === 'RESOURCE_EXHAUSTED' || reasons.some((reason) => limits.has(reason))) {
    const retryAfterMs = retryAfterMsOf(answer.headers, now) ?? 60_000
    return new PlatformError('rate_limited', message || 'Google limits the calls', { cause, retryAfterMs })
  }
  if (answer.status >= 500) return new PlatformError('unavailable', plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? undefined })
  if (status === 'UNAUTHENTICATED' || answer.status === 401) return fail('reauthorize')
  if (status === 'NOT_FOUND' || answer.status === 404) return fail('gone')
  if (answer.status === 403)
    return fail('rejected', `${plain.message} (Is the service account invited in the Play Console? An invitation may take a day to count)`)
  return fail(plain.kind)
}
