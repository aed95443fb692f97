import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, failureOf, retryAfterMsOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { listOf, nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import { defaultApiUrl, msToMidnight, renew, renewInTime } from './token.ts'

/** Versions are months and live for about a year; the channel's setting `version` replaces it. */
export const defaultVersion = '202609'

/** `path` and `query` are escaped already (see `escapeUrn`), because lists and ranges keep their brackets. `partial`: an update of what is named. `upload`: nobody sees yet what it brings. */
export type ApiCall = {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  query?: string[]
  body?: unknown
  partial?: true
  upload?: true
}
export type ApiAnswer = { body: string; json: JsonRecord; headers: Headers }

/** One call of the versioned API (`/rest`). A token that was refused is renewed once, where it can be, and the call made again. */
export async function callApi(io: Io, call: ApiCall): Promise<ApiAnswer> {
  await renewInTime(io)
  const spent = io.credentials.accessToken
  try {
    return await callOnce(io, call)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'reauthorize' || !io.credentials.refreshToken) throw error
    await renew(io, spent)
    return callOnce(io, call)
  }
}

async function callOnce(io: Io, { method = 'GET', path, query = [], body, partial, upload }: ApiCall): Promise<ApiAnswer> {
  const version = io.settings.version || defaultVersion
  const url = `${defaultApiUrl}/rest/${path}${query.length === 0 ? '' : `?${query.join('&')}`}`
  const answer = await send(io, {
    method,
    url: standIn(url, defaultApiUrl, io.settings.apiUrl),
    headers: {
      accept: 'application/json',
      authorization: bearer(io.credentials.accessToken),
      'linkedin-version': version,
      'x-restli-protocol-version': '2.0.0',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(partial && { 'x-restli-method': 'PARTIAL_UPDATE' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { status, headers } = answer
  const write = method !== 'GET'
  if (status === 204 && write) return { body: '', json: {}, headers }
  if (status !== 200 && status !== 201) throw failureOfApi(answer, io.now(), { write: write && !upload, version })
  // What was made is named in a header, and its words may be left away.
  const text = write && answer.body.trim() === '' ? '{}' : answer.body
  return { body: answer.body, json: recordOf(parseAnswer(text)), headers }
}

/** The `elements` of a list; anything without them is not LinkedIn's answer. */
export function elementsOf(json: JsonRecord): readonly unknown[] {
  if (!Array.isArray(json.elements)) throw new PlatformError('unavailable', 'LinkedIn answered with something that is no list')
  return json.elements
}

type Said = { code: string; message: string; named: boolean }

/**
 * An answer that is no success (Microsoft Learn, "LinkedIn API error handling"). Of a write only what surely was not done is `rejected`: no right to it, a version that is gone, or a
 * field that is named; a duplicate may be our own first try.
 */
function failureOfApi(answer: HttpAnswer, now: Date, { write, version }: { write: boolean; version: string }): PlatformError {
  const { status } = answer
  const { code, message, named } = saidIn(answer.body)
  const cause = { status, code }
  if (status === 426 || /NONEXISTENT_VERSION|VERSION_MISSING/.test(code))
    return new PlatformError('rejected', `LinkedIn has retired version ${version} of its API. Set a newer one in the channel’s settings.`, {
      cause,
    })
  const plain = failureOf(answer, now, message)
  if (status === 429)
    return new PlatformError('rate_limited', plain.message, {
      cause,
      retryAfterMs: retryAfterMsOf(answer.headers, now) ?? (/\bDAY\b/.test(message) ? msToMidnight(now) : 60_000),
    })
  const certain = status === 401 || status === 403 || status === 404 || status === 410 || (status === 400 && named)
  return new PlatformError(write && !certain ? 'unavailable' : plain.kind, plain.message, {
    cause,
    retryAfterMs: plain.retryAfterMs ?? undefined,
  })
}

/** The code and words of an error; `named`: it says which field is wrong, or that the words are too long. */
function saidIn(body: string): Said {
  try {
    const json = recordOf(parseJson(body))
    const inputs = listOf(recordOf(json.errorDetails).inputErrors).map(recordOf)
    const message = nameOf(json.message) ?? nameOf(inputs[0]?.description) ?? nameOf(json.error_description) ?? ''
    const named =
      inputs.length > 0 || /too long|longer than|exceed\w* (the )?max|max(imum)? (allowed )?(length|size)|character limit/i.test(message)
    return { code: nameOf(json.code) ?? nameOf(inputs[0]?.code) ?? '', message, named }
  } catch {
    return { code: '', message: '', named: false }
  }
}

/** The HTTP status behind a failure; null when there was no answer. */
export function statusOf(error: unknown): number | null {
  const status = error instanceof PlatformError ? recordOf(error.cause).status : null
  return typeof status === 'number' ? status : null
}
