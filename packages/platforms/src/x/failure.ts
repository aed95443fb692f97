import { PlatformError } from '../error.ts'
import { failureOf, retryAfterMsOf } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { idOf, listOf, nameOf, parseJson, recordOf, textOf } from '../json.ts'

const halfHourMs = 30 * 60_000
const usageCapMs = 6 * 3_600_000
const dayMs = 86_400_000

/** What a call is for: 403 means something else to a reply than to a reading, and nobody sees yet what an upload brings. */
export type Purpose = 'read' | 'reply' | 'write' | 'upload'

/**
 * An answer that is no success (docs.x.com, "Response codes & errors", and the notes on manage-tweets). Used-up credits (402) and caps (429) are no question of the token. A
 * duplicate may be our own earlier try, so nobody knows; of the 400s only those that name what is wrong with the words are certain.
 */
export function failureOfApi(answer: HttpAnswer, now: Date, purpose: Purpose): PlatformError {
  const { status, headers } = answer
  const problem = problemOf(answer.body)
  const { detail, type } = problem
  const plain = failureOf(answer, now, detail)
  const cause = { status, type }
  const fail = (kind: PlatformError['kind'], words = plain.message, retryAfterMs = plain.retryAfterMs ?? undefined): PlatformError =>
    new PlatformError(kind, words, { cause, retryAfterMs })
  if (status === 402 || type === 'credits-depleted')
    return fail('rate_limited', 'The credits of your X developer account are used up. Top them up at console.x.com', halfHourMs)
  if (type === 'usage-capped')
    return fail('rate_limited', `X stopped answering for now: ${detail || 'a cap on usage is reached'}`, usageCapMs)
  if (status === 429 || problem.code === '88') return fail('rate_limited', plain.message, resetMs(headers, now))
  if (status >= 500) return fail('unavailable')
  if (type === 'resource-not-found' || /deleted or not visible|could not find/i.test(detail)) return fail('gone')
  if (type === 'client-forbidden') return fail('rejected', notEnrolled(problem.reason, detail))
  if (purpose === 'upload' && status === 403 && /^(Forbidden)?$/.test(detail)) return fail('rejected', notForFiles)
  if (purpose === 'read' || purpose === 'upload' || status === 401 || status === 404)
    return status === 400 ? fail('rejected') : plainOf(plain, cause)
  if (/duplicate content/i.test(detail)) return fail('unavailable')
  if (status === 403) return fail('rejected', purpose === 'reply' ? notAllowed(detail) : detail || 'X does not allow this')
  if (status === 400 && /text|media|length|characters|cashtag/i.test(`${detail} ${problem.parameters}`)) return fail('rejected')
  return fail('unavailable')
}

function plainOf(plain: PlatformError, cause: unknown): PlatformError {
  return new PlatformError(plain.kind, plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? undefined })
}

/** Since 2026-02-23 an app may answer only who mentioned or quoted the account; X's wording of the refusal is not documented. */
function notAllowed(detail: string): string {
  return `X does not let this account answer here by an app${detail === '' ? '' : ` (“${detail.slice(0, 300)}”)`}. Answer it on X itself; the answer then shows here`
}

/** X says no more than “Forbidden”. A token from before replies took files is good for all the rest, so the channel is not called broken. */
const notForFiles = 'X takes no files from this connection (“Forbidden”): connect the channel again with media.write'

function notEnrolled(reason: string, detail: string): string {
  if (reason === 'user-not-enrolled') return 'This X account is not enrolled for the API'
  return `Your X app is not enrolled for this call (${reason || detail || 'client-forbidden'}). Look at console.x.com`
}

type Problem = { detail: string; type: string; reason: string; code: string; parameters: string }

/** A problem (RFC 9457), or the older list of errors. The type is what follows `/problems/`: its host changes. */
function problemOf(body: string): Problem {
  try {
    const json = recordOf(parseJson(body))
    const first = recordOf(listOf(json.errors)[0])
    const said = nameOf(json.detail) ?? nameOf(first.detail) ?? nameOf(first.message) ?? nameOf(json.title)
    return {
      detail: said ?? nameOf(json.error_description) ?? nameOf(json.error) ?? '',
      type: /\/problems\/([\w-]+)/.exec(textOf(json.type) || textOf(first.type))?.[1] ?? '',
      reason: textOf(json.reason),
      code: idOf(first.code) ?? '',
      parameters: Object.keys(recordOf(first.parameters)).join(' '),
    }
  } catch {
    return { detail: '', type: '', reason: '', code: '', parameters: '' }
  }
}

/** `x-rate-limit-reset` in epoch seconds, else Retry-After, else a window of a minute. */
function resetMs(headers: Headers, now: Date): number {
  const reset = Number(headers.get('x-rate-limit-reset') ?? Number.NaN)
  if (reset > 1_000_000_000) return Math.min(Math.max(reset * 1000 - now.getTime(), 1000), dayMs)
  return retryAfterMsOf(headers, now) ?? 60_000
}

/** The HTTP status behind a failure; 0 when there was no answer. */
export function statusOf(error: unknown): number {
  const status = error instanceof PlatformError ? recordOf(error.cause).status : 0
  return typeof status === 'number' ? status : 0
}
