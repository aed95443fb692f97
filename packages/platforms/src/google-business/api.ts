import { PlatformError } from '../error.ts'
import { callGoogle, errorOf } from '../google/call.ts'
import type { GoogleAnswer } from '../google/call.ts'
import type { GoogleApi } from '../google/token.ts'
import { failureOf, retryAfterMsOf } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import type { Io } from '../platform.ts'

/** Reviews are still in version 4; accounts and locations have hosts of their own. */
export const reviewsHost = 'https://mybusiness.googleapis.com'
export const accountsHost = 'https://mybusinessaccountmanagement.googleapis.com'
export const locationsHost = 'https://mybusinessbusinessinformation.googleapis.com'

/** Business Profile, to Google's tokens. */
export const google: GoogleApi = { usual: reviewsHost, name: 'Google Business Profile', failureOf: failureOfApi }

/** `path` begins with its version. */
export type ApiCall = {
  method?: 'GET' | 'PUT' | 'PATCH' | 'DELETE'
  host?: string
  path: string
  params?: Record<string, string>
  body?: unknown
}

/** One call of the Business Profile APIs. A token that was refused is renewed once, and the call made again. */
export function callApi(io: Io, call: ApiCall): Promise<GoogleAnswer> {
  const query = new URLSearchParams(call.params).toString()
  const url = `${call.host ?? reviewsHost}/${call.path}${query === '' ? '' : `?${query}`}`
  return callGoogle(google, io, { method: call.method, url, body: call.body })
}

/**
 * Google's error by its canonical status (google.rpc.Code). A quota of zero, before the access form is approved, looks like any other limit; that is said. A write is an upsert:
 * whoever doubts it looks.
 */
function failureOfApi(answer: HttpAnswer, now: Date): PlatformError {
  const { status, message } = errorOf(answer.body)
  const plain = failureOf(answer, now, message)
  const cause = { status: answer.status }
  const fail = (kind: PlatformError['kind'], words = plain.message): PlatformError => new PlatformError(kind, words, { cause })
  if (answer.status === 429 || status === 'RESOURCE_EXHAUSTED') {
    const words = `${message || 'Google limits the calls'}. (A new project has none until Google approves its access.)`
    return new PlatformError('rate_limited', words, { cause, retryAfterMs: retryAfterMsOf(answer.headers, now) ?? 60_000 })
  }
  if (answer.status >= 500) return new PlatformError('unavailable', plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? undefined })
  if (status === 'UNAUTHENTICATED' || answer.status === 401) return fail('reauthorize')
  if (status === 'NOT_FOUND' || answer.status === 404) return fail('gone')
  if (status === 'PERMISSION_DENIED')
    return fail('rejected', `${plain.message} (Is the account a manager of the location, and the location verified?)`)
  if (status === 'FAILED_PRECONDITION') return fail('rejected', `${plain.message} (Only verified locations can reply)`)
  return fail(plain.kind)
}
