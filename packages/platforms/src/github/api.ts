import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, failureOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { listOf, nameOf, parseAnswer, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, Quota } from '../platform.ts'

/** Both APIs, GraphQL below `/graphql`. */
export const apiHost = 'https://api.github.com'

const busyMs = 60_000
const hourMs = 3_600_000

/** `data`: of GraphQL what stands under that name, of REST `{ list }`, whatever came. `quota`: what is left of the hour, by the headers. */
export type ApiAnswer = { body: string; json: JsonRecord; data: JsonRecord; quota: Quota | null; headers: Headers }

/**
 * One GraphQL operation. Its errors come with HTTP 200 and are thrown; with `lookup` what was not found is simply null in `data`.
 */
export async function ask(io: Io, query: string, variables: Record<string, unknown>, lookup?: 'lookup'): Promise<ApiAnswer> {
  const answer = await call(io, { method: 'POST', url: `${apiHost}/graphql`, body: JSON.stringify({ query, variables }) })
  if (answer.status !== 200) throw failureOfHttp(answer, io.now())
  const json = recordOf(parseAnswer(answer.body))
  const errors = listOf(json.errors).map(recordOf)
  const real = lookup ? errors.filter((error) => error.type !== 'NOT_FOUND') : errors
  if (real[0] !== undefined) throw failureOfError(real[0])
  if (typeof json.data !== 'object' || json.data === null || Array.isArray(json.data))
    throw new PlatformError('unavailable', 'GitHub answered without data')
  return { body: answer.body, json, data: recordOf(json.data), quota: quotaOf(answer.headers), headers: answer.headers }
}

/** One call of the REST API. `url`: whole, as GitHub gives it; it is followed on GitHub's own host alone. 304 is an answer without a body. */
export async function rest(
  io: Io,
  url: string,
  more: { method?: 'POST'; body?: unknown; headers?: Record<string, string> } = {},
): Promise<ApiAnswer & { status: number }> {
  const body = more.body === undefined ? undefined : JSON.stringify(more.body)
  const answer = await call(io, { method: more.method ?? 'GET', url: onApi(io, url), body, headers: more.headers })
  const quota = quotaOf(answer.headers)
  if (answer.status === 304) return { status: 304, body: '', json: {}, data: {}, quota, headers: answer.headers }
  if (answer.status < 200 || answer.status > 204) throw failureOfHttp(answer, io.now())
  const json = parseAnswer(answer.body)
  return { status: answer.status, body: answer.body, json: recordOf(json), data: { list: json }, quota, headers: answer.headers }
}

/** The address on the usual host: our token goes nowhere else. */
function onApi(io: Io, url: string): string {
  const own = (io.settings.apiUrl ?? '').replace(/\/+$/, '')
  const path =
    own !== '' && url.startsWith(`${own}/`) ? url.slice(own.length) : url.startsWith(`${apiHost}/`) ? url.slice(apiHost.length) : null
  if (path === null) throw new PlatformError('rejected', 'This address is not one of GitHub’s API', { notSent: true })
  return `${apiHost}${path}`
}

function call(
  io: Io,
  request: { method: 'GET' | 'POST'; url: string; body?: string; headers?: Record<string, string> },
): Promise<HttpAnswer> {
  return send(io, {
    method: request.method,
    url: standIn(request.url, apiHost, io.settings.apiUrl),
    headers: {
      accept: 'application/vnd.github+json',
      authorization: bearer(io.credentials.token),
      'user-agent': 'answerback',
      'x-github-api-version': '2022-11-28',
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      ...request.headers,
    },
    body: request.body,
  })
}

function quotaOf(headers: Headers): Quota | null {
  const left = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN)
  const of = Number(headers.get('x-ratelimit-limit') ?? Number.NaN)
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN)
  if (!Number.isSafeInteger(left) || left < 0) return null
  const resetAt = Number.isSafeInteger(reset) && reset > 0 && reset < 10_000_000_000 ? new Date(reset * 1000).toISOString() : null
  return { left, of: Number.isSafeInteger(of) && of > 0 ? of : null, resetAt }
}

/** A limit is told with 403 or 429: the hour's by its header, the one on doing too much at once by its words. */
function failureOfHttp(answer: HttpAnswer, now: Date): PlatformError {
  const message = messageIn(answer.body)
  const cause = { status: answer.status }
  const plain = failureOf(answer, now, message)
  const isSpent = answer.headers.get('x-ratelimit-remaining') === '0'
  const isLimit = isSpent || answer.headers.has('retry-after') || /rate limit|abuse detection/i.test(message)
  if (answer.status === 429 || (answer.status === 403 && isLimit)) {
    const told = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1000
    const reset = Number(answer.headers.get('x-ratelimit-reset') ?? Number.NaN) * 1000 - now.getTime()
    const waitMs = told > 0 ? told : isSpent && reset > 0 ? reset : busyMs
    return new PlatformError('rate_limited', plain.message, { cause, retryAfterMs: Math.min(Math.max(waitMs, 1_000), hourMs) })
  }
  if (answer.status === 403) return new PlatformError('rejected', `${plain.message} (May the token do this in this repository?)`, { cause })
  return new PlatformError(plain.kind, plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? undefined })
}

/** An error beside the data, by its type. Without one it is either haste or GitHub itself. */
function failureOfError(error: JsonRecord): PlatformError {
  const type = textOf(error.type)
  const message = (nameOf(error.message) ?? 'GitHub refused it').slice(0, 500)
  const cause = { type, path: error.path }
  if (type === 'NOT_FOUND') return new PlatformError('gone', message, { cause })
  if (type === 'INSUFFICIENT_SCOPES')
    return new PlatformError('reauthorize', `${message} (The token lacks a permission: make one that has it)`, { cause })
  if (type === 'RATE_LIMITED' || /submitted too quickly|rate limit/i.test(message))
    return new PlatformError('rate_limited', message, { cause, retryAfterMs: busyMs })
  if (type === 'FORBIDDEN' || type === 'UNPROCESSABLE' || type === 'VALIDATION') return new PlatformError('rejected', message, { cause })
  if (type === '' && /something went wrong|timeout|timed out|internal/i.test(message))
    return new PlatformError('unavailable', message, { cause })
  return new PlatformError(type === '' && error.path === undefined && error.locations === undefined ? 'unavailable' : 'rejected', message, {
    cause,
  })
}

function messageIn(body: string): string {
  try {
    return textOf(recordOf(parseJson(body)).message)
  } catch {
    return ''
  }
}
