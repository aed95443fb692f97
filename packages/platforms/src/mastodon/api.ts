import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, failureOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import { multipart } from '../multipart.ts'
import type { ConnectIo } from '../platform.ts'

export const defaultApiUrl = 'https://mastodon.social'

export type ApiIo = ConnectIo & { settings: Record<string, string>; credentials: Record<string, string> }
/** `anonymous`: without the token, for asking for one. `form`: in place of a body. */
export type ApiCall = {
  method?: 'GET' | 'POST'
  path: string
  params?: [string, string][]
  body?: unknown
  form?: Parameters<typeof multipart>[0]
  idempotencyKey?: string
  anonymous?: true
}
/** `status`: 200, or 202 and 206 of what is not ready yet. */
export type ApiAnswer = { status: number; body: string; json: unknown; headers: Headers }

/** The channel's server, without a slash at the end. */
export function serverUrl({ settings }: Pick<ApiIo, 'settings'>): string {
  return baseUrl(settings.apiUrl || settings.url, defaultApiUrl)
}

/**
 * One call of the Mastodon client API. 401, and 403 for a missing scope, need a person; 404 is gone. A write is `rejected` only by what is documented
 * as such (403, 422); any other refusal of a write may have been carried out, but of an upload, which nobody sees yet.
 */
export async function callApi(io: ApiIo, call: ApiCall): Promise<ApiAnswer> {
  const method = call.method ?? 'GET'
  const query = new URLSearchParams(call.params).toString()
  const url = `${serverUrl(io)}${call.path}${query === '' ? '' : `?${query}`}`
  const headers: Record<string, string> = {
    accept: 'application/json',
    ...(!call.anonymous && { authorization: bearer(io.credentials.accessToken) }),
  }
  const form = call.form && multipart(call.form)
  const body = form?.body ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
  if (body !== undefined) Object.assign(headers, form?.headers ?? { 'content-type': 'application/json' })
  if (call.idempotencyKey !== undefined) headers['idempotency-key'] = call.idempotencyKey
  const answer = await send(io, { method, url, headers, body })
  const { status } = answer
  if (status !== 200 && !(status === (form ? 202 : 206) && call.path.includes('/media')))
    throw failureOfApi(answer, io.now(), method !== 'GET' && !call.anonymous && !form)
  return { status, body: answer.body, json: parseAnswer(answer.body), headers: answer.headers }
}

function failureOfApi(answer: HttpAnswer, now: Date, write: boolean): PlatformError {
  const { status } = answer
  const reason = reasonOf(answer.body)
  const cause = { status }
  if (status === 403 && /scope/i.test(reason)) return new PlatformError('reauthorize', reason, { cause })
  const plain = failureOf(answer, now, reason)
  const known = status === 401 || status === 403 || status === 404 || status === 410 || status === 422 || status === 429
  const kind = write && !known ? 'unavailable' : plain.kind
  return new PlatformError(kind, plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? undefined })
}

function reasonOf(body: string): string {
  try {
    const json = recordOf(parseJson(body))
    return nameOf(json.error_description) ?? nameOf(json.error) ?? ''
  } catch {
    return ''
  }
}

/** The HTTP status behind a failure; null when there was no answer. */
export function statusOf(error: unknown): number | null {
  const status = error instanceof PlatformError ? recordOf(error.cause).status : null
  return typeof status === 'number' ? status : null
}

/** The query of a `Link` header's relation (RFC 8288). Only the query is used, so no header can lead us to another host. Null when there is none. */
export function linkParams(headers: Headers, relation: 'next' | 'prev'): [string, string][] | null {
  for (const match of (headers.get('link') ?? '').matchAll(/<([^<>]*)>([^<]*)/g)) {
    const [, target = '', attributes = ''] = match
    if (new RegExp(`rel="?(?:[^"]* )?${relation}\\b`, 'i').test(attributes) && URL.canParse(target))
      return [...new URL(target).searchParams]
  }
  return null
}
