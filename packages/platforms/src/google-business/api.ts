import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { authorizationOf, renew } from '../google/token.ts'
import type { GoogleApi } from '../google/token.ts'
import { bearer, failureOf, retryAfterMsOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'

/** Reviews are still in version 4; accounts and locations have hosts of their own. */
export const reviewsHost = 'https://mybusiness.googleapis.com'
export const accountsHost = 'https://mybusinessaccountmanagement.googleapis.com'
export const locationsHost = 'https://mybusinessbusinessinformation.googleapis.com'

/** Business Profile, to Google's tokens. */
export const google: GoogleApi = { usual: reviewsHost, name: 'Google Business Profile', failureOf: failureOfApi }

/** `path` begins with its version. */
export type ApiCall = { method?: 'GET' | 'PUT' | 'DELETE'; host?: string; path: string; params?: Record<string, string>; body?: unknown }
export type ApiAnswer = { body: string; json: JsonRecord }

/** One call of the Business Profile APIs. A token that was refused is renewed once, and the call made again. */
export async function callApi(io: Io, call: ApiCall): Promise<ApiAnswer> {
  const authorization = await authorizationOf(google, io)
  const spent = io.credentials.accessToken
  try {
    return await callOnce(io, call, authorization)
  } catch (error) {
    if (statusOf(error) !== 401 || !io.credentials.refreshToken) throw error
    return callOnce(io, call, bearer(await renew(google, io, spent)))
  }
}

async function callOnce(io: Io, call: ApiCall, authorization: string): Promise<ApiAnswer> {
  const method = call.method ?? 'GET'
  const query = new URLSearchParams(call.params).toString()
  const usual = `${call.host ?? reviewsHost}/${call.path}${query === '' ? '' : `?${query}`}`
  const body = call.body === undefined ? undefined : JSON.stringify(call.body)
  const headers = { accept: 'application/json', authorization, ...(body !== undefined && { 'content-type': 'application/json' }) }
  const answer = await send(io, { method, url: standIn(usual, reviewsHost, io.settings.apiUrl), headers, body })
  if (answer.status !== 200) throw failureOfApi(answer, io.now())
  const json = parseAnswer(answer.body)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new PlatformError('unavailable', 'Google answered with something that is no object')
  return { body: answer.body, json: recordOf(json) }
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

function errorOf(body: string): { status: string; message: string } {
  try {
    const json = recordOf(parseJson(body))
    const error = recordOf(json.error)
    return { status: nameOf(error.status) ?? '', message: nameOf(error.message) ?? nameOf(json.error_description) ?? '' }
  } catch {
    return { status: '', message: '' }
  }
}

/** The HTTP status behind a failure; 0 when there was no answer. */
export function statusOf(error: unknown): number {
  const status = error instanceof PlatformError ? recordOf(error.cause).status : 0
  return typeof status === 'number' ? status : 0
}
