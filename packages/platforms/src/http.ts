import { PlatformError } from './error.ts'
import type { ConnectIo } from './platform.ts'

export type HttpRequest = {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
}
export type HttpAnswer = { status: number; headers: Headers; body: string }

const defaultTimeoutMs = 20_000
/** The slowest line on which a file still arrives. */
const slowestBytesPerSecond = 64 * 1024
const maxBodyBytes = 8 * 1024 * 1024
const maxRedirects = 3

/**
 * One call to a platform over the given fetch. Resolves with any answer, whatever its status; throws `PlatformError` when there is none
 * (see `failureOf` for statuses). A read follows redirects on its own origin only, a write follows none. Bodies over 8 MiB are refused.
 */
export async function send(io: ConnectIo, request: HttpRequest): Promise<HttpAnswer> {
  const method = request.method ?? 'GET'
  let url = request.url
  for (let redirects = 0; ; redirects += 1) {
    const answer = await sendOnce(io, { ...request, method, url })
    if (answer.status === 0 || (answer.status >= 300 && answer.status < 400)) {
      const next = nextUrl(url, answer.headers.get('location'))
      if (method !== 'GET' || next === null || redirects >= maxRedirects)
        throw new PlatformError('unavailable', `${hostOf(url)} sent us elsewhere (${answer.status})`)
      url = next
      continue
    }
    return answer
  }
}

/** The same io with less patience; credentials renewed on either are seen by both. */
export function hurried<T extends ConnectIo>(io: T, timeoutMs: number): T {
  return Object.create(io, { timeoutMs: { value: Math.min(timeoutMs, io.timeoutMs ?? timeoutMs) } }) as T
}

async function sendOnce(io: ConnectIo, request: HttpRequest): Promise<HttpAnswer> {
  const { fetch } = io
  const timeoutMs = io.timeoutMs ?? patienceMsFor(request.body)
  const abort = new AbortController()
  const late = new PlatformError('unavailable', `${hostOf(request.url)} did not answer within ${Math.ceil(timeoutMs / 1000)} seconds`)
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => (reject(late), abort.abort(late)), timeoutMs)
  })
  const call = async (): Promise<HttpAnswer> => {
    const init = { method: request.method, headers: request.headers, body: request.body, redirect: 'manual' as const, signal: abort.signal }
    const response = await fetch(request.url, init)
    return { status: response.status, headers: response.headers, body: await readBody(response) }
  }
  try {
    return await Promise.race([call(), timeout])
  } catch (error) {
    throw networkFailure(error, request.url)
  } finally {
    clearTimeout(timer)
  }
}

/** A body needs its time on the line before anybody can answer: a second more for every 64 KiB. */
function patienceMsFor(body: HttpRequest['body'] = ''): number {
  return defaultTimeoutMs + Math.floor(body.length / slowestBytesPerSecond) * 1000
}

async function readBody(response: Response): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.byteLength
    if (bytes > maxBodyBytes) {
      reader.cancel().catch(() => {})
      throw new PlatformError('unavailable', 'The answer was larger than 8 MiB')
    }
    chunks.push(value)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

/** Where a redirect may lead: the same origin, or nowhere (null). */
function nextUrl(from: string, location: string | null): string | null {
  if (location === null || !URL.canParse(location, from)) return null
  const next = new URL(location, from)
  return next.origin === new URL(from).origin ? next.href : null
}

/** Failures that happen before a byte of the request leaves: names that do not resolve, refused connections, certificates. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_INVALID_URL|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/

function networkFailure(error: unknown, url: string): PlatformError {
  if (error instanceof PlatformError) return error
  const codes = codesOf(error)
  const notSent = codes.length > 0 && codes.every((code) => neverSent.test(code))
  const why = codes[0] ?? (error instanceof Error ? error.message : 'no answer')
  return new PlatformError(
    'unavailable',
    notSent ? `${hostOf(url)} could not be reached (${why})` : `The connection to ${hostOf(url)} broke (${why})`,
    { notSent, cause: error },
  )
}

/** Codes along the chain of causes; an AggregateError (several addresses tried) gives one for each. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 5) return []
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  if (Array.isArray(errors) && errors.length > 0) return errors.flatMap((each) => codesOf(each, depth + 1))
  if (cause !== undefined && cause !== null) {
    const inner = codesOf(cause, depth + 1)
    if (inner.length > 0) return inner
  }
  return typeof code === 'string' ? [code] : []
}

/** For words only: the host of a URL, or the URL's absence. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'The platform'
}

/**
 * What a status means where the platform's own error says nothing better: 401 reauthorize, 404 and 410 gone, 429 rate_limited, 5xx, 408 and
 * 425 unavailable, else rejected. `reason` is the platform's wording.
 */
export function failureOf(answer: HttpAnswer, now: Date, reason?: string): PlatformError {
  const { status } = answer
  const words = reason !== undefined && reason !== '' ? reason.slice(0, 500) : `The platform answered ${status}`
  if (status === 429) return new PlatformError('rate_limited', words, { retryAfterMs: retryAfterMsOf(answer.headers, now) ?? 60_000 })
  if (status === 401) return new PlatformError('reauthorize', words)
  if (status === 404 || status === 410) return new PlatformError('gone', words)
  if (status < 400 || status >= 500 || status === 408 || status === 425) {
    return new PlatformError('unavailable', words, { retryAfterMs: retryAfterMsOf(answer.headers, now) ?? undefined })
  }
  return new PlatformError('rejected', words)
}

const dayMs = 86_400_000

/** Retry-After (seconds or date, RFC 9110), RateLimit-Reset (epoch or delta seconds), X-RateLimit-Reset (ISO date or epoch seconds). Null when none says. */
export function retryAfterMsOf(headers: Headers, now: Date): number | null {
  for (const name of ['retry-after', 'ratelimit-reset', 'x-ratelimit-reset']) {
    const ms = waitOf(headers.get(name)?.trim() ?? '', now.getTime())
    if (ms !== null) return Math.min(Math.max(ms, 1000), dayMs)
  }
  return null
}

function waitOf(value: string, nowMs: number): number | null {
  if (/^\d+(\.\d+)?$/.test(value)) {
    const seconds = Number(value)
    return seconds > 1_000_000_000 ? seconds * 1000 - nowMs : seconds * 1000
  }
  const at = value === '' ? Number.NaN : Date.parse(value)
  return Number.isNaN(at) ? null : at - nowMs
}

/** The Authorization header. A token that no header can carry is a dead token, not a broken network. */
export function bearer(token: string | undefined): string {
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw new PlatformError('reauthorize', 'The access token is missing or damaged')
  return `Bearer ${token}`
}
