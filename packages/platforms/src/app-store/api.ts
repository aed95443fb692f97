import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, failureOf, retryAfterMsOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { listOf, nameOf, parseAnswer, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, Quota } from '../platform.ts'
import { makeToken } from './key.ts'

export const apiHost = 'https://api.appstoreconnect.apple.com'

/** The limit is one of an hour, and nothing says when it ends. */
const busyMs = 5 * 60_000
const clockMs = 60_000

export type ApiCall = { method?: 'GET' | 'POST' | 'DELETE'; path: string; params?: Record<string, string>; body?: unknown }
export type ApiAnswer = { body: string; json: JsonRecord; quota: Quota | null }

/** One call of the App Store Connect API. When it is refused and Apple's clock is not ours, it is made once more by Apple's. */
export async function callApi(io: Io, call: ApiCall): Promise<ApiAnswer> {
  const now = io.now()
  let answer = await callAt(io, call, now)
  const theirs = Date.parse(answer.headers.get('date') ?? '')
  if (answer.status === 401 && Math.abs(theirs - now.getTime()) > clockMs) answer = await callAt(io, call, new Date(theirs))
  if (answer.status < 200 || answer.status > 204) throw failureOfApi(answer, now)
  const quota = quotaOf(answer.headers)
  if (call.method === 'DELETE') return { body: answer.body, json: {}, quota }
  const json = parseAnswer(answer.body)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new PlatformError('unavailable', 'Apple answered with something that is no object')
  return { body: answer.body, json: recordOf(json), quota }
}

function callAt(io: Io, call: ApiCall, at: Date): Promise<HttpAnswer> {
  const query = new URLSearchParams(call.params).toString()
  const usual = `${apiHost}/${call.path}${query === '' ? '' : `?${query}`}`
  const body = call.body === undefined ? undefined : JSON.stringify(call.body)
  const authorization = bearer(makeToken(io.credentials, at))
  const headers = { accept: 'application/json', authorization, ...(body !== undefined && { 'content-type': 'application/json' }) }
  return send(io, { method: call.method ?? 'GET', url: standIn(usual, apiHost, io.settings.apiUrl), headers, body })
}

/** `user-hour-lim:3600;user-hour-rem:3545;` */
function quotaOf(headers: Headers): Quota | null {
  const told = headers.get('x-rate-limit') ?? ''
  const left = /user-hour-rem:\s*(\d{1,9})/i.exec(told)?.[1]
  const of = /user-hour-lim:\s*(\d{1,9})/i.exec(told)?.[1]
  return left === undefined ? null : { left: Number(left), of: of === undefined ? null : Number(of), resetAt: null }
}

/** Apple's errors are a list (JSON:API); the first one says it. A write is an upsert: whoever doubts it looks. */
function failureOfApi(answer: HttpAnswer, now: Date): PlatformError {
  const { code, words } = errorOf(answer.body)
  const plain = failureOf(answer, now, words)
  const cause = { status: answer.status, code }
  if (answer.status === 429)
    return new PlatformError('rate_limited', plain.message, { cause, retryAfterMs: retryAfterMsOf(answer.headers, now) ?? busyMs })
  if (answer.status === 401)
    return new PlatformError('reauthorize', `${plain.message} (Was the key revoked, or are key id and issuer id of another key?)`, {
      cause,
    })
  if (answer.status === 403)
    return new PlatformError('rejected', `${plain.message} (The key needs the role Customer Support, App Manager or Admin)`, { cause })
  return new PlatformError(plain.kind, plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? undefined })
}

function errorOf(body: string): { code: string; words: string } {
  try {
    const error = recordOf(listOf(recordOf(parseJson(body)).errors)[0])
    return { code: textOf(error.code), words: nameOf(error.detail) ?? textOf(error.title) }
  } catch {
    return { code: '', words: '' }
  }
}
