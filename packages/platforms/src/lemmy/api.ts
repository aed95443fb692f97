import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import type { PlatformErrorKind } from '../error.ts'
import { bearer, failureOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import { multipart } from '../multipart.ts'
import type { ConnectIo } from '../platform.ts'

/** Servers of 0.19 speak `v3`, of 1.0 `v4`. Kept with the channel at connecting. */
type ApiVersion = 'v3' | 'v4'
export type ApiIo = ConnectIo & { settings: Record<string, string>; credentials: Record<string, string> }
type ApiCall = {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  params?: Record<string, string>
  body?: Record<string, unknown>
  /** In place of a body; `root`: the path is not below `/api`. */
  form?: Parameters<typeof multipart>[0]
  root?: true
  /** Without the token, for asking for one. */
  anonymous?: true
}
type ApiAnswer = { body: string; json: unknown }

export const defaultApiUrl = 'https://lemmy.world'

export function versionOf({ settings }: Pick<ApiIo, 'settings'>): ApiVersion {
  return settings.api === 'v4' ? 'v4' : 'v3'
}

/** The channel's server, without a slash at the end. */
export function serverUrl({ settings }: Pick<ApiIo, 'settings'>): string {
  return baseUrl(settings.apiUrl || settings.url, defaultApiUrl)
}

/**
 * One call of Lemmy's API. Failures come with a name in `error`; which names mean what is below. An unknown name, or another status, refuses a read but leaves
 * a write in doubt.
 */
export async function callApi(io: ApiIo, call: ApiCall): Promise<ApiAnswer> {
  const method = call.method ?? 'GET'
  const query = new URLSearchParams(call.params).toString()
  const url = `${serverUrl(io)}${call.root ? '' : `/api/${versionOf(io)}`}${call.path}${query === '' ? '' : `?${query}`}`
  const form = call.form && multipart(call.form)
  const body = form?.body ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
  const headers = {
    accept: 'application/json',
    ...(!call.anonymous && { authorization: bearer(io.credentials.jwt) }),
    ...(body !== undefined && (form?.headers ?? { 'content-type': 'application/json' })),
  }
  const answer = await send(io, { method, url, headers, body })
  // What is brought is no write that may stand there: nobody sees it yet.
  if (answer.status !== 200 && !(form && answer.status === 201))
    throw failureOfApi(answer, io.now(), method !== 'GET' && !call.anonymous && !form)
  return { body: answer.body, json: parseAnswer(answer.body) }
}

const waitMs = 60_000

function failureOfApi(answer: HttpAnswer, now: Date, write: boolean): PlatformError {
  const { name, words } = wordsOf(answer.body)
  const cause = { status: answer.status, name }
  const plain = failureOf(answer, now, words)
  // No header tells how long to wait, only the kind of call it counts under: minutes at most.
  if (kinds[name ?? ''] === 'rate_limited')
    return new PlatformError('rate_limited', plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? waitMs })
  const retryAfterMs = plain.retryAfterMs ?? undefined
  if (name !== null && name in kinds) return new PlatformError(kinds[name]!, plain.message, { cause, retryAfterMs })
  if (answer.status === 404 && name === null)
    return new PlatformError('unavailable', 'The server does not know this call: if it was upgraded, connect the account again', { cause })
  const known = plain.kind === 'reauthorize' || plain.kind === 'rate_limited' || plain.kind === 'gone'
  return new PlatformError(write && !known ? 'unavailable' : plain.kind, plain.message, { cause, retryAfterMs })
}

const goneNames =
  'couldnt_find_comment couldnt_find_post couldnt_find_object couldnt_find_that_comment couldnt_find_that_post deleted not_found comment_deleted post_deleted'
const rejectedNames =
  'locked post_is_locked person_is_banned_from_community banned_from_community banned_from_this_community site_ban banned person_is_blocked user_is_blocked only_mods_can_post_in_community ' +
  'max_comment_depth_reached language_not_allowed slurs invalid_body_field blocked_url no_comment_edit_allowed couldnt_update_comment not_a_moderator downvotes_are_disabled'
const tokenNames =
  'not_logged_in incorrect_login missing_totp_token incorrect_totp_token password_incorrect couldnt_find_that_username_or_email user_deleted'

/** What each name means (LemmyErrorType of 0.19 and 1.0). */
const kinds: Record<string, PlatformErrorKind> = {
  ...named('gone', goneNames),
  ...named('rejected', rejectedNames),
  ...named('reauthorize', tokenNames),
  ...named('rate_limited', 'rate_limit_error too_many_requests'),
  ...named('unavailable', 'couldnt_create_comment couldnt_like_comment'),
}

function named(kind: PlatformErrorKind, names: string): Record<string, PlatformErrorKind> {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]))
}

function wordsOf(body: string): { name: string | null; words: string } {
  try {
    const json = recordOf(parseJson(body))
    const name = nameOf(json.error)
    const more = nameOf(json.message) ?? nameOf(json.msg)
    return { name, words: [name?.replaceAll('_', ' '), more].filter((each) => each != null && each !== '').join(': ') }
  } catch {
    return { name: null, words: '' }
  }
}
