import { PlatformError } from '../error.ts'
import { failureOf } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { nameOf, parseJson, recordOf } from '../json.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

/** TikTok throttles by these three, and says in words at best whether it is the second, the minute or the day. */
const busyCodes = new Set([40100, 40016, 40133])
const permissionCodes = new Set([40001, 40118, 40125])
const goneCode = 40007
const parameterCode = 40002

/**
 * An answer that is no success (TikTok API for Business, "Return codes"): mostly HTTP 200 with a `code` of its own. Only what is documented as refused is `rejected`;
 * a duplicate (40050), a trouble of theirs and every code that nobody told us of may have been carried out. Of an upload, which nobody sees yet, all that TikTok does not
 * lay to itself is a refusal.
 */
export function failureOfApi(answer: HttpAnswer, now: Date, upload: boolean): PlatformError {
  const { code, message } = errorOf(answer.body)
  const plain = failureOf(answer, now, message)
  const fail = (kind: PlatformError['kind'], retryAfterMs: number | null = null): PlatformError =>
    new PlatformError(kind, message === '' ? `TikTok answered ${code ?? answer.status}` : plain.message, {
      cause: { code },
      retryAfterMs: retryAfterMs ?? undefined,
    })
  if (answer.status >= 500) return fail('unavailable', plain.retryAfterMs)
  if (answer.status === 429) return fail('rate_limited', plain.retryAfterMs)
  if (code === null) return withoutCode(answer, plain)
  if (busyCodes.has(code)) return fail('rate_limited', waitOf(message, now))
  if (permissionCodes.has(code)) return fail('rejected')
  if (code > 40100 && code < 40200) return fail('reauthorize')
  if (code === goneCode) return fail('gone')
  if (code === parameterCode || /spam_risk/i.test(message) || (upload && code >= 40_000 && code < 50_000)) return fail('rejected')
  return fail('unavailable')
}

/** No answer of the API: a proxy's, or that of a path that is not there. A 404 says nothing about any comment. */
function withoutCode(answer: HttpAnswer, plain: PlatformError): PlatformError {
  const { status } = answer
  if (status === 404 || status === 410) return new PlatformError('rejected', `TikTok does not know this call (${status})`)
  if (status >= 200 && status < 300) return new PlatformError('unavailable', 'TikTok answered with something that is not its own')
  return plain
}

/** A limit of a second is over at the next, one of a minute after five, one of a day at midnight UTC. */
function waitOf(message: string, now: Date): number {
  if (/QPD|\bdaily\b|\bday\b/i.test(message)) return dayMs - (now.getTime() % dayMs) + minuteMs
  return /QPS|\bsecond\b/i.test(message) ? 1_000 : 5 * minuteMs
}

/** TikTok's own code behind a failure; null when there was none. */
export function codeOf(error: unknown): number | null {
  const code = error instanceof PlatformError ? recordOf(error.cause).code : null
  return typeof code === 'number' ? code : null
}

/** The grant lacks something. On a call about the whole account only connecting again helps; about one video it may be that video's alone. */
export function lacksPermission(error: unknown): boolean {
  return permissionCodes.has(codeOf(error) ?? 0)
}

/** The access token is refused: run out, empty, or not one. */
export function refusesToken(error: unknown): boolean {
  return [40102, 40104, 40105].includes(codeOf(error) ?? 0)
}

/** `code` and `message` of an answer; a code that is no whole number is none. */
export function errorOf(body: string): { code: number | null; message: string } {
  try {
    const json = recordOf(parseJson(body))
    const code = typeof json.code === 'string' && /^\d{1,6}$/.test(json.code) ? Number(json.code) : json.code
    return { code: typeof code === 'number' && Number.isSafeInteger(code) ? code : null, message: nameOf(json.message) ?? '' }
  } catch {
    return { code: null, message: '' }
  }
}
