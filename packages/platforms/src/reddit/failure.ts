import { PlatformError } from '../error.ts'
import { failureOf } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { idOf, listOf, nameOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'

const blockedMs = 2 * 3_600_000

/**
 * An answer that is no 200. A 403 in HTML is Reddit's wall against programs or addresses: hours of patience, and no account is to blame. Any refused write that is not
 * documented may have been carried out.
 */
export function failureOfApi(answer: HttpAnswer, now: Date, write: boolean): PlatformError {
  const { status, body } = answer
  const reason = reasonOf(body)
  const cause = { status }
  if (status === 403 && /^\s*</.test(body))
    return new PlatformError('rate_limited', 'Reddit blocks this server or this app for now', { cause, retryAfterMs: blockedMs })
  const plain = failureOf(answer, now, reason)
  if (reason === 'invalid_grant') return new PlatformError('reauthorize', grantWords, { cause })
  const certain = status === 401 || status === 403 || status === 404 || status === 429
  return new PlatformError(write && !certain ? 'unavailable' : plain.kind, plain.message, {
    cause,
    retryAfterMs: plain.retryAfterMs ?? undefined,
  })
}

/** Said of a password that is wrong, a refresh token that was taken back, and of accounts with two steps alike. */
export const grantWords = 'Reddit does not accept this login any more (password, two steps, or access taken back)'

function reasonOf(body: string): string {
  try {
    const json = recordOf(parseJson(body))
    return nameOf(json.message) ?? nameOf(json.explanation) ?? nameOf(json.error) ?? ''
  } catch {
    return ''
  }
}

const gone = new Set(['DELETED_COMMENT', 'DELETED_THING', 'NO_THING_ID', 'COMMENT_NOT_ACCESSIBLE', 'DELETED_LINK'])
const needsPerson = new Set(['IN_TIMEOUT', 'USER_REQUIRED'])
const words: Record<string, string> = {
  THREAD_LOCKED: 'This thread is locked',
  TOO_OLD: 'This thread is archived and takes no more replies',
  SUBREDDIT_NOTALLOWED: 'This account may not write in that community',
  BANNED_FROM_SUBREDDIT: 'This account is banned from that community',
  USER_BLOCKED: 'This person has blocked you, or you them',
  IN_TIMEOUT: 'Reddit has suspended this account',
}

/** What a write was refused for although it came with HTTP 200: `json.errors`, a list of code, words and field. Null when nothing was. */
export function refusalOf(json: JsonRecord): PlatformError | null {
  const inner = recordOf(json.json)
  const [first] = listOf(inner.errors)
  if (first === undefined) return null
  const [code, message] = listOf(first).map(textOf)
  const name = code ?? ''
  const reason = words[name] ?? (message || name || 'Reddit refused it without a reason')
  if (name === 'RATELIMIT') return new PlatformError('rate_limited', reason, { retryAfterMs: patienceMs(message ?? '', inner.ratelimit) })
  if (gone.has(name)) return new PlatformError('gone', reason)
  return new PlatformError(needsPerson.has(name) ? 'reauthorize' : 'rejected', reason)
}

const unitMs: Record<string, number> = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000 }

/** How long an account has to wait, a second more than the words say; they tell whole units only, so the longer of words and number. */
function patienceMs(message: string, ratelimit: unknown): number {
  const [, count, unit] = /(\d+) (millisecond|second|minute|hour)s?/.exec(message) ?? []
  const saidMs = count === undefined ? 0 : Number(count) * (unitMs[unit ?? ''] ?? 0)
  const givenMs = Number(idOf(ratelimit) ?? ratelimit) * 1000
  const longest = Math.max(saidMs, Number.isFinite(givenMs) ? givenMs : 0)
  return Math.min(longest === 0 ? 60_000 : longest + 1000, 86_400_000)
}
