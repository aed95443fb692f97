import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import type { PlatformErrorKind } from '../error.ts'
import { failureOf, retryAfterMsOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import type { ConnectIo } from '../platform.ts'

export type ApiIo = ConnectIo & { settings: Record<string, string>; credentials: Record<string, string> }
type ApiCall = {
  method?: 'GET' | 'POST' | 'DELETE'
  /** Below the REST root: `/wp/v2/comments`. */
  path: string
  params?: Record<string, string>
  body?: Record<string, unknown>
  anonymous?: true
}
export type ApiAnswer = { body: string; json: unknown; headers: Headers }

/** Stands for the address that everybody types in; no site is behind it. */
export const defaultApiUrl = 'https://example.com'

/** One call of the site's REST API, with the application password. Which code means what is below; another refusal of a write leaves it in doubt. */
export async function callApi(io: ApiIo, call: ApiCall): Promise<ApiAnswer> {
  const method = call.method ?? 'GET'
  const body = call.body === undefined ? undefined : JSON.stringify(call.body)
  const headers = {
    accept: 'application/json',
    ...(!call.anonymous && { authorization: basic(io.credentials) }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const answer = await send(io, { method, url: urlOf(io, call), headers, body })
  if (answer.status !== 200 && answer.status !== 201) throw failureOfApi(answer, io.now(), method !== 'GET')
  return { body: answer.body, json: parseAnswer(answer.body), headers: answer.headers }
}

/** Sites without pretty permalinks take the path as a parameter. */
function urlOf({ settings }: ApiIo, { path, params = {} }: ApiCall): string {
  const base = baseUrl(settings.apiUrl || settings.url, defaultApiUrl)
  if (settings.route === 'query') return `${base}/?${new URLSearchParams({ rest_route: path, ...params }).toString()}`
  const query = new URLSearchParams(params).toString()
  return `${base}/wp-json${path}${query === '' ? '' : `?${query}`}`
}

/** Basic authentication (RFC 7617); the spaces in which WordPress shows the password do not count. */
function basic({ username, applicationPassword }: Record<string, string>): string {
  const password = (applicationPassword ?? '').replaceAll(/\s/g, '')
  if (!username || username.includes(':') || password === '')
    throw new PlatformError('reauthorize', 'The user name or the application password is missing')
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** The code of a failure, as WordPress spells it; null when there was none. */
export function codeOf(error: unknown): string | null {
  return error instanceof PlatformError ? nameOf(recordOf(error.cause).code) : null
}

/** The code for a comment that waits for approval or was taken away, to who is signed in (403) and may not moderate; to a moderator it means that the right is gone. */
export const unreadable = 'rest_cannot_read'

/** Whether a failure is that, and not a password that counts for nothing. */
export function isUnreadable(error: unknown): boolean {
  return codeOf(error) === unreadable && error instanceof PlatformError && recordOf(error.cause).status === 403
}

const floodMs = 15_000

function failureOfApi(answer: HttpAnswer, now: Date, write: boolean): PlatformError {
  const { code, message } = wordsOf(answer.body)
  const { status } = answer
  const cause = { status, code }
  const plain = failureOf(answer, now, message)
  if (code === 'comment_flood')
    return new PlatformError('rate_limited', plain.message, { cause, retryAfterMs: retryAfterMsOf(answer.headers, now) ?? floodMs })
  const retryAfterMs = plain.retryAfterMs ?? undefined
  // Something in front of the site, or a site whose API is switched off: nothing that it says is about a comment.
  if (code === null && status !== 401 && status !== 429) {
    const words = status === 404 ? 'The site has no REST API at this address' : plain.message
    return new PlatformError('unavailable', words, { cause, retryAfterMs })
  }
  const known = kinds[code ?? ''] ?? (/^rest_(forbidden|cannot_read|not_logged_in)/.test(code ?? '') ? 'reauthorize' : null)
  const plainly = write && !['reauthorize', 'rate_limited'].includes(plain.kind) ? 'unavailable' : plain.kind
  return new PlatformError(known ?? plainly, plain.message, { cause, retryAfterMs })
}

const tokenCodes =
  'incorrect_password invalid_username invalid_email rest_comment_author_data_required rest_comment_login_required application_passwords_disabled application_passwords_disabled_for_user rest_user_cannot_view'
const goneCodes =
  'rest_comment_invalid_post_id rest_comment_trash_post rest_comment_draft_post rest_post_invalid_id rest_comment_invalid_id rest_already_trashed'
const rejectedCodes =
  'comment_duplicate rest_comment_closed rest_comment_content_invalid comment_content_column_length rest_comment_invalid_status rest_cannot_create rest_cannot_edit rest_cannot_delete rest_trash_not_supported'

/** What each code means (class-wp-rest-comments-controller.php, wp-includes/comment.php). */
const kinds: Record<string, PlatformErrorKind> = {
  ...named('reauthorize', tokenCodes),
  ...named('gone', goneCodes),
  ...named('rejected', rejectedCodes),
  ...named('unavailable', 'rest_comment_failed_create rest_comment_failed_edit'),
}

function named(kind: PlatformErrorKind, codes: string): Record<string, PlatformErrorKind> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, kind]))
}

function wordsOf(body: string): { code: string | null; message: string } {
  try {
    const json = recordOf(parseJson(body))
    return { code: nameOf(json.code), message: (nameOf(json.message) ?? '').replaceAll(/<[^>]*>/g, '') }
  } catch {
    return { code: null, message: '' }
  }
}
