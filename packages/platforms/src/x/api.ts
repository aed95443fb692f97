import { baseUrl, standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, failureOf, send } from '../http.ts'
import { nameOf, parseAnswer, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { multipart } from '../multipart.ts'
import type { ConnectIo, Io, Quota } from '../platform.ts'
import { failureOfApi, statusOf } from './failure.ts'
import type { Purpose } from './failure.ts'
import { signOneA } from './sign.ts'
import type { OneA } from './sign.ts'

export const defaultApiUrl = 'https://api.x.com'
const earlyMs = 60_000

export type ApiCall = {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  params?: Record<string, string>
  body?: unknown
  /** In place of `body`: a form with a file in it. */
  form?: Parameters<typeof multipart>[0]
  purpose?: Purpose
}
export type ApiAnswer = { body: string; json: JsonRecord; quota: Quota | null }

/** One call of the X API v2 as the account: signed (OAuth 1.0a) where there is a token's secret, else with a bearer token, which is renewed once when it is refused. */
export async function callApi(io: Io, call: ApiCall): Promise<ApiAnswer> {
  if (io.credentials.accessTokenSecret) return callOnce(io, call, null)
  const { accessToken, expiresAt } = io.credentials
  const endsMs = Date.parse(expiresAt ?? '')
  const ended = !accessToken || endsMs - earlyMs <= io.now().getTime()
  const token = ended ? await renew(io, accessToken) : accessToken
  try {
    return await callOnce(io, call, token)
  } catch (error) {
    if (statusOf(error) !== 401 || !io.credentials.refreshToken) throw error
    return callOnce(io, call, await renew(io, token))
  }
}

async function callOnce(io: Io, call: ApiCall, token: string | null): Promise<ApiAnswer> {
  const method = call.method ?? 'GET'
  const query = new URLSearchParams(call.params).toString()
  const url = `${baseUrl(io.settings.apiUrl, defaultApiUrl)}${call.path}${query === '' ? '' : `?${query}`}`
  const form = call.form && multipart(call.form)
  const body = form?.body ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
  const authorization = token === null ? signOneA(io.credentials as OneA, { method, url }, { now: io.now() }) : bearer(token)
  const type = form?.headers ?? (body === undefined ? {} : { 'content-type': 'application/json' })
  const headers = { accept: 'application/json', authorization, ...type }
  const answer = await send(io, { method, url, headers, body })
  if (answer.status < 200 || answer.status > 299)
    throw failureOfApi(answer, io.now(), call.purpose ?? (method === 'GET' ? 'read' : 'write'))
  // A piece of a file is taken without a word.
  const json = form && answer.body === '' ? {} : parseAnswer(answer.body)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new PlatformError('unavailable', 'X answered with something that is no object')
  return { body: answer.body, json: recordOf(json), quota: quotaOf(answer.headers) }
}

function quotaOf(headers: Headers): Quota | null {
  const [left, of, reset] = ['remaining', 'limit', 'reset'].map((each) => Number(headers.get(`x-rate-limit-${each}`) ?? Number.NaN))
  if (left === undefined || !Number.isSafeInteger(left) || left < 0) return null
  const resets = reset !== undefined && reset > 0 && reset < 1e11
  return { left, of: of !== undefined && of > 0 ? of : null, resetAt: resets ? new Date(reset * 1000).toISOString() : null }
}

export type Tokens = { accessToken: string; refreshToken: string | null; expiresAt: string }

/** `POST /2/oauth2/token`. A confidential client proves itself by Basic; a public one is named in the body. A refused grant needs a person. */
export async function askToken(
  io: ConnectIo,
  settings: Record<string, string>,
  client: { id: string; secret: string },
  form: Record<string, string>,
): Promise<Tokens> {
  const basic = Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`).toString('base64')
  const answer = await send(io, {
    method: 'POST',
    url: standIn(`${defaultApiUrl}/2/oauth2/token`, defaultApiUrl, baseUrl(settings.apiUrl, defaultApiUrl)),
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(client.secret !== '' && { authorization: `Basic ${basic}` }),
    },
    body: new URLSearchParams({ ...form, ...(client.secret === '' && { client_id: client.id }) }).toString(),
  })
  if (answer.status === 400 || answer.status === 401)
    throw new PlatformError('reauthorize', `X no longer accepts this connection (${wordsOf(answer.body)})`)
  if (answer.status !== 200) throw failureOf(answer, io.now(), wordsOf(answer.body))
  const json = recordOf(parseAnswer(answer.body))
  const accessToken = nameOf(json.access_token)
  if (accessToken === null) throw new PlatformError('unavailable', 'X gave no token')
  const seconds = Number(json.expires_in)
  const livesMs = seconds > 0 && seconds < 1e8 ? seconds * 1000 : 7_200_000
  return { accessToken, refreshToken: nameOf(json.refresh_token), expiresAt: new Date(io.now().getTime() + livesMs).toISOString() }
}

function wordsOf(body: string): string {
  try {
    const json = recordOf(parseAnswer(body))
    return nameOf(json.error_description) ?? nameOf(json.error) ?? nameOf(json.detail) ?? ''
  } catch {
    return ''
  }
}

/** A new pair, saved before it is used: each refresh token is good once. Nothing of what it was wanted for has been sent. */
async function renew(io: Io, spent: string | undefined): Promise<string> {
  const { accessToken, refreshToken, clientId, clientSecret } = io.credentials
  // Another worker may have renewed while our call was under way.
  if (accessToken && spent !== undefined && accessToken !== spent) return accessToken
  if (!refreshToken || !clientId) throw new PlatformError('reauthorize', 'The access to X has ended')
  try {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const tokens = await askToken(io, io.settings, { id: clientId, secret: clientSecret ?? '' }, form)
    const { refreshToken: next, ...rest } = tokens
    await io.save({ ...io.credentials, ...rest, refreshToken: next ?? refreshToken })
    return tokens.accessToken
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { kind, message, retryAfterMs, cause } = error
    throw new PlatformError(kind, message, { retryAfterMs: retryAfterMs ?? undefined, notSent: true, cause })
  }
}
