import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, failureOf, retryAfterMsOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { nameOf, parseAnswer, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, Quota } from '../platform.ts'

export const apiHost = 'https://api.stackexchange.com'

const throttledMs = 5 * 60_000
const dayMs = 86_400_000

/** `path` without its version; `form` makes it a POST. */
export type ApiCall = { path: string; params?: Record<string, string>; form?: Record<string, string> }
/** `backoffMs`: how long this method must not be asked again, by Stack Exchange's own word. */
export type ApiAnswer = { body: string; items: JsonRecord[]; hasMore: boolean; quota: Quota | null; backoffMs: number }

/** One call of the API. The token goes in a header, or in the form of a write: never in an address. */
export async function callApi(io: Io, { path, params, form }: ApiCall): Promise<ApiAnswer> {
  const { key = '', accessToken = '' } = io.credentials
  // The same damage means the same here, although the header is another.
  bearer(accessToken)
  const common = { site: io.settings.site ?? '', key }
  const query = form === undefined ? `?${new URLSearchParams({ ...params, ...common, filter: 'withbody' }).toString()}` : ''
  const body = form && new URLSearchParams({ ...form, ...common, access_token: accessToken, filter: 'withbody' }).toString()
  const answer = await send(io, {
    method: form === undefined ? 'GET' : 'POST',
    url: standIn(`${apiHost}/2.3${path}${query}`, apiHost, io.settings.apiUrl),
    headers: {
      accept: 'application/json',
      'x-api-access-token': accessToken,
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    body,
  })
  const failure = failureIn(answer, io.now())
  if (failure !== null) throw failure
  const json = recordOf(parseAnswer(answer.body))
  if (!Array.isArray(json.items)) throw new PlatformError('unavailable', 'Stack Exchange answered with something that is no list')
  const seconds = typeof json.backoff === 'number' && json.backoff > 0 ? json.backoff : 0
  return {
    body: answer.body,
    items: json.items.map(recordOf),
    hasMore: json.has_more === true,
    quota: quotaOf(json),
    backoffMs: Math.min(seconds * 1000, dayMs),
  }
}

function quotaOf({ quota_remaining: left, quota_max: of }: JsonRecord): Quota | null {
  if (typeof left !== 'number' || !Number.isSafeInteger(left) || left < 0) return null
  return { left, of: typeof of === 'number' && Number.isSafeInteger(of) && of > 0 ? of : null, resetAt: null }
}

/** What an error means by its number, which counts more than the HTTP status (nearly always 400). */
const kinds: Record<string, PlatformError['kind']> = {
  '400': 'rejected',
  '401': 'reauthorize',
  '402': 'reauthorize',
  '403': 'rejected',
  '404': 'rejected',
  '405': 'reauthorize',
  '406': 'reauthorize',
  '407': 'rejected',
  // The same words again within seconds: the first ones may stand there.
  '409': 'unavailable',
  '500': 'unavailable',
  '502': 'rate_limited',
  '503': 'unavailable',
}

function failureIn(answer: HttpAnswer, now: Date): PlatformError | null {
  const { id, name, message } = errorOf(answer.body)
  if (id === null) return answer.status === 200 ? null : failureOf(answer, now)
  const kind = kinds[id] ?? (answer.status >= 500 ? 'unavailable' : 'rejected')
  const words = message === '' ? name : message
  const cause = { status: answer.status, id }
  if (kind !== 'rate_limited') return new PlatformError(kind, words, { cause })
  const told = Number(/(\d{1,6}) seconds?/.exec(message)?.[1]) * 1000
  const retryAfterMs = retryAfterMsOf(answer.headers, now) ?? (told > 0 ? Math.min(told, dayMs) : throttledMs)
  return new PlatformError('rate_limited', words, { cause, retryAfterMs })
}

function errorOf(body: string): { id: string | null; name: string; message: string } {
  try {
    const { error_id: id, error_name: name, error_message: message } = recordOf(parseJson(body))
    const known = typeof id === 'number' || nameOf(id) !== null
    return { id: known ? String(id) : null, name: nameOf(name) ?? 'Stack Exchange refused it', message: textOf(message) }
  } catch {
    return { id: null, name: '', message: '' }
  }
}
