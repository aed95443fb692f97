import { createHmac } from 'node:crypto'
import { baseUrl, standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, failureOf, retryAfterMsOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { idOf, listOf, nameOf, parseAnswer, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { multipart } from '../multipart.ts'
import type { ConnectIo } from '../platform.ts'

/** One of Meta's Graph APIs: its name in words, its usual address, and the version that is a segment of every path (the channel's setting `version` replaces it). */
export type GraphApi = { name: string; apiUrl: string; version: string }

export type GraphIo = ConnectIo & { settings: Record<string, string>; credentials: Record<string, string> }
/**
 * `anonymous`: without our token, for asking for one. `host`: another address than the API's usual one. `bare`: a path without a version. `json`: a body in place of
 * `params`. `files`: go with `params` in one form. `upload`: nobody sees yet what it brings, so that a refusal is one.
 */
export type GraphCall = {
  method?: 'GET' | 'POST' | 'DELETE'
  path: string
  params?: Record<string, string>
  anonymous?: true
  host?: string
  bare?: true
  json?: unknown
  files?: { name: string; filename: string; type: string; bytes: Uint8Array }[]
  upload?: boolean
}
export type GraphAnswer = { body: string; json: JsonRecord }
export type CallGraph = (io: GraphIo, call: GraphCall) => Promise<GraphAnswer>

/**
 * Calls to one Graph API: the token travels in a header, never in a URL. Throws by the error's own code (Meta, "Handling errors"); its code and subcode
 * are the error's `cause` (see `graphCodeOf`). A write whose failure nobody documented as harmless is `unavailable`: it may have been done.
 */
export function graphCaller(api: GraphApi): CallGraph {
  return async (io, call) => {
    const method = call.method ?? 'GET'
    const params = new URLSearchParams(call.params)
    const { accessToken, appSecret } = io.credentials
    if (appSecret && !call.anonymous) params.set('appsecret_proof', proofOf(appSecret, accessToken))
    const version = call.bare ? '' : `${io.settings.version || api.version}/`
    const base = standIn(`${call.host ?? api.apiUrl}/${version}${call.path}`, api.apiUrl, baseUrl(io.settings.apiUrl, api.apiUrl))
    const query = params.toString()
    const inBody = method === 'POST' && call.json === undefined
    const headers: Record<string, string> = { accept: 'application/json', ...(!call.anonymous && { authorization: bearer(accessToken) }) }
    if (method === 'POST') headers['content-type'] = inBody ? 'application/x-www-form-urlencoded' : 'application/json'
    const form = call.files && multipart([...[...params].map(([name, value]) => ({ name, value })), ...call.files])
    if (form) Object.assign(headers, form.headers)
    const body = form ? form.body : inBody ? query : call.json === undefined ? undefined : JSON.stringify(call.json)
    const url = inBody || query === '' ? base : `${base}?${query}`
    const answer = await send(io, { method, url, headers, ...(body !== undefined && { body }) })
    const write = method !== 'GET' && !call.anonymous && !call.upload
    if (answer.status >= 400) throw failureOfGraph(api, answer, io.now(), write)
    const json = recordOf(parseAnswer(answer.body))
    if ('error' in json || answer.status !== 200) throw failureOfGraph(api, answer, io.now(), write)
    return { body: answer.body, json }
  }
}

function proofOf(appSecret: string, accessToken = ''): string {
  return createHmac('sha256', appSecret).update(accessToken).digest('hex')
}

export type GraphCode = { code: number; subcode: number; message: string; transient: boolean }

/** The Graph error's code, subcode and message behind a failure; null when it was none. */
export function graphCodeOf(error: unknown): GraphCode | null {
  const cause = error instanceof PlatformError ? error.cause : null
  return typeof cause === 'object' && cause !== null && 'subcode' in cause ? (cause as GraphCode) : null
}

/**
 * Reads `{ error: { code, error_subcode, message } }` from a body, or the older `{ code, error_message }` of the token endpoints; null when there is
 * none.
 */
export function readGraphError(body: string): GraphCode | null {
  let whole: JsonRecord
  try {
    whole = recordOf(parseJson(body))
  } catch {
    return null
  }
  const error = 'error_message' in whole ? { ...whole, message: whole.error_message } : recordOf(whole.error)
  const code = Number(idOf(error.code) ?? Number.NaN)
  if (Number.isNaN(code)) return null
  return { code, subcode: Number(idOf(error.error_subcode) ?? 0), message: textOf(error.message), transient: error.is_transient === true }
}

/** Does the code say that the object is not there (or no longer visible to us)? */
export function saysGone(error: GraphCode): boolean {
  return (error.code === 100 && error.subcode === 33) || error.code === 803
}

const tokenCodes = new Set([190, 102])
/** Besides the codes 80000 to 80099 of the limits by business use case. */
const limitCodes = new Set([4, 17, 32, 341, 613])
/** Spam and speed brakes: a pause of an hour, and of five minutes. By code or subcode. */
const brakeMs = new Map([
  [368, 3_600_000],
  [2207051, 3_600_000],
  [1390008, 300_000],
])
/** Refused for good, and surely not done: invalid parameter, missing permission or feature, content rules, private reply already used, restricted account. */
const refusedCodes = new Set([3, 10, 100, 1346003, 1404102, 1404078, 10900, 10903, 551, 2207050, 4279013])

function failureOfGraph(api: GraphApi, answer: HttpAnswer, now: Date, write: boolean): PlatformError {
  const error = readGraphError(answer.body)
  if (error === null) {
    if (write && answer.status !== 429 && answer.status !== 401)
      return new PlatformError('unavailable', `${api.name} answered ${answer.status}`)
    return failureOf(answer, now)
  }
  const { code, subcode } = error
  const words = nameOf(error.message)?.slice(0, 500) ?? `${api.name} answered with error ${code}`
  const cause = error
  if (tokenCodes.has(code) || /REVOKED_ACCESS_TOKEN|session has been invalidated|is not an? \w+ business/i.test(words))
    return new PlatformError('reauthorize', words, { cause })
  if (limitCodes.has(code) || (code >= 80_000 && code < 80_100) || answer.status === 429) {
    return new PlatformError('rate_limited', words, {
      cause,
      retryAfterMs: usageWaitMs(answer.headers) ?? retryAfterMsOf(answer.headers, now) ?? 300_000,
    })
  }
  const brake = brakeMs.get(code) ?? brakeMs.get(subcode)
  if (brake !== undefined) return new PlatformError('rate_limited', words, { cause, retryAfterMs: brake })
  if (answer.status >= 500 || code === 1 || code === 2 || error.transient) return new PlatformError('unavailable', words, { cause })
  if (saysGone(error)) return new PlatformError('gone', words, { cause })
  if (refusedCodes.has(code) || refusedCodes.has(subcode) || (code >= 200 && code <= 299))
    return new PlatformError('rejected', words, { cause })
  return new PlatformError(write ? 'unavailable' : 'rejected', words, { cause })
}

/** `estimated_time_to_regain_access` (minutes) of X-Business-Use-Case-Usage, the longest one; null when it says nothing. */
function usageWaitMs(headers: Headers): number | null {
  try {
    const usage = Object.values(recordOf(parseJson(headers.get('x-business-use-case-usage') ?? '{}')))
    const minutes = usage.flatMap((each) => listOf(each).map((one) => Number(recordOf(one).estimated_time_to_regain_access ?? 0)))
    const longest = Math.max(0, ...minutes.filter(Number.isFinite))
    return longest === 0 ? null : Math.min(longest * 60_000, 86_400_000)
  } catch {
    return null
  }
}

/** The query of `paging.next`, without secrets: it is asked again from our own base, so no answer can lead us to another host. Null on the last page. */
export function nextParams(edge: JsonRecord): Record<string, string> | null {
  const next = textOf(recordOf(edge.paging).next)
  if (!URL.canParse(next)) return null
  const params = Object.fromEntries(new URL(next).searchParams)
  delete params.access_token
  delete params.appsecret_proof
  return params
}
