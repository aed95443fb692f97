import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { failureOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { listOf, nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { multipart } from '../multipart.ts'
import type { ConnectIo } from '../platform.ts'

export const defaultApiUrl = 'https://meta.discourse.org'

export type ApiIo = ConnectIo & { settings: Record<string, string>; credentials: Record<string, string> }
/** `form`: in place of a body; what it brings nobody sees yet, so a refusal is one. */
export type ApiCall = {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  params?: [string, string][]
  body?: unknown
  form?: Parameters<typeof multipart>[0]
}
export type ApiAnswer = { body: string; json: JsonRecord }

/** The channel's forum, without a slash at the end. */
export function forumUrl({ settings }: Pick<ApiIo, 'settings'>): string {
  return baseUrl(settings.apiUrl || settings.url, defaultApiUrl)
}

/**
 * One call of the Discourse API with the account's key. 403 that speaks of the key needs a person, any other is a refusal; 404 is gone; 422 is a refusal, but of a text
 * "too similar" to one just posted: ours may stand there. Any other refusal of a write may have been carried out.
 */
export async function callApi(io: ApiIo, call: ApiCall): Promise<ApiAnswer> {
  const method = call.method ?? 'GET'
  const query = new URLSearchParams(call.params).toString()
  const form = call.form && multipart(call.form)
  const body = form?.body ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
  const headers = {
    accept: 'application/json',
    'api-key': header(io.credentials.apiKey),
    'api-username': header(io.settings.username ?? ''),
    ...(body !== undefined && (form?.headers ?? { 'content-type': 'application/json' })),
  }
  const answer = await send(io, { method, url: `${forumUrl(io)}${call.path}${query === '' ? '' : `?${query}`}`, headers, body })
  if (answer.status !== 200) throw failureOfApi(answer, io.now(), method !== 'GET' && !form)
  return { body: answer.body, json: recordOf(answer.body === '' ? {} : parseAnswer(answer.body)) }
}

function header(text: string | undefined): string {
  if (text === undefined || !/^[\x21-\x7e]+$/.test(text))
    throw new PlatformError('reauthorize', 'The API key or the username is missing or damaged')
  return text
}

/** What the forum says when the key is wrong or taken back (`config/locales`, `invalid_access`); closed topics have the same type and other words. */
const keyTrouble = /api.{0,20}(key|username)|(key|username).{0,20}invalid/i
const tooSimilar = /too similar/i

function failureOfApi(answer: HttpAnswer, now: Date, write: boolean): PlatformError {
  const { status } = answer
  const json = errorOf(answer.body)
  const reason = listOf(json.errors)
    .flatMap((each) => nameOf(each) ?? [])
    .join(' ')
  if (status === 403 && keyTrouble.test(reason)) return new PlatformError('reauthorize', reason)
  const plain = failureOf(answer, now, reason)
  if (status === 429) {
    const { wait_seconds: seconds } = recordOf(json.extras)
    const retryAfterMs = typeof seconds === 'number' && seconds > 0 ? Math.ceil(seconds) * 1000 : (plain.retryAfterMs ?? 60_000)
    return new PlatformError('rate_limited', plain.message, { retryAfterMs: Math.min(retryAfterMs, 86_400_000) })
  }
  const known = [401, 403, 404, 410].includes(status) || (status === 422 && !tooSimilar.test(reason))
  const kind = write && !known ? 'unavailable' : plain.kind
  return new PlatformError(kind, plain.message, { retryAfterMs: plain.retryAfterMs ?? undefined })
}

function errorOf(body: string): JsonRecord {
  try {
    return recordOf(parseJson(body))
  } catch {
    return {}
  }
}
