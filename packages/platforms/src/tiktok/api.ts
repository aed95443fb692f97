import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { send } from '../http.ts'
import { idOf, nameOf, parseAnswer, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { multipart } from '../multipart.ts'
import type { ConnectIo, Io } from '../platform.ts'
import { errorOf, failureOfApi, refusesToken } from './failure.ts'

export const defaultApiUrl = 'https://business-api.tiktok.com/open_api/v1.3'
const earlyMs = 5 * 60_000
const dayMs = 86_400_000

/** `path` begins and ends with a slash: without the last one TikTok knows no call. Lists in `params` go as JSON. `files`: a form in place of `json`. */
export type ApiCall = {
  method?: 'GET' | 'POST'
  path: string
  params?: Record<string, unknown>
  json?: Record<string, unknown>
  files?: { name: string; filename: string; type: string; bytes: Uint8Array }[]
}
/** `data` is what stands behind `code` 0. */
export type ApiAnswer = { body: string; data: JsonRecord }

/** One call of the Accounts API as the account: `business_id` is added, and the token is renewed when it is about to end (it lives for a day) or, once, when it is refused. */
export async function callApi(io: Io, call: ApiCall): Promise<ApiAnswer> {
  const { accessToken, expiresAt, refreshToken } = io.credentials
  const ended = !accessToken || Date.parse(expiresAt ?? '') - earlyMs <= io.now().getTime()
  const token = ended && refreshToken ? await renew(io, accessToken) : accessToken
  try {
    return await callOnce(io, call, token)
  } catch (error) {
    if (!refusesToken(error) || !io.credentials.refreshToken) throw error
    return callOnce(io, call, await renew(io, token))
  }
}

async function callOnce(io: Io, { method = 'GET', path, params, json, files }: ApiCall, token: string | undefined): Promise<ApiAnswer> {
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw new PlatformError('reauthorize', 'The access token is missing or damaged')
  const query = new URLSearchParams()
  const asked: Record<string, unknown> = method === 'GET' ? { business_id: io.self.accountId, ...params } : {}
  for (const [name, value] of Object.entries(asked)) query.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  return ask(io, io.settings, {
    method,
    path: query.size === 0 ? path : `${path}?${query.toString()}`,
    headers: { 'access-token': token },
    ...(method === 'POST' && !files && { json: { business_id: io.self.accountId, ...json } }),
    ...(files && { form: multipart([{ name: 'business_id', value: io.self.accountId }, ...files]) }),
  })
}

/** A call without an account: the token endpoints. */
export async function ask(
  io: ConnectIo,
  settings: Record<string, string>,
  call: {
    method: 'GET' | 'POST'
    path: string
    headers?: Record<string, string>
    json?: Record<string, unknown>
    form?: ReturnType<typeof multipart>
  },
): Promise<ApiAnswer> {
  const body = call.form?.body ?? (call.json === undefined ? undefined : JSON.stringify(call.json))
  const answer = await send(io, {
    method: call.method,
    url: `${baseUrl(settings.apiUrl, defaultApiUrl)}${call.path}`,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...call.form?.headers,
      ...call.headers,
    },
    body,
  })
  const isGood = answer.status >= 200 && answer.status < 300
  if (isGood) parseAnswer(answer.body)
  if (!isGood || errorOf(answer.body).code !== 0) throw failureOfApi(answer, io.now(), call.form !== undefined)
  return { body: answer.body, data: recordOf(recordOf(parseAnswer(answer.body)).data) }
}

/** What the token endpoints give. `openId` is the account: `business_id` of every call, `user_openid` of webhooks. */
export type Tokens = {
  accessToken: string
  refreshToken: string | null
  expiresAt: string
  refreshEndsAt: string | null
  openId: string | null
  scope: string | null
}

/** `POST /tt_user/oauth2/token/` or `/refresh_token/`: an access token for a day, a refresh token for a year, both new each time. */
export async function askTokens(io: ConnectIo, settings: Record<string, string>, form: Record<string, string>): Promise<Tokens> {
  const path = form.grant_type === 'refresh_token' ? '/tt_user/oauth2/refresh_token/' : '/tt_user/oauth2/token/'
  const { data } = await ask(io, settings, { method: 'POST', path, json: form })
  const accessToken = nameOf(data.access_token)
  if (accessToken === null) throw new PlatformError('unavailable', 'TikTok gave no token')
  const endOf = (seconds: unknown): string | null => {
    const lives = Number(seconds)
    return lives > 0 && lives < 1e9 ? new Date(io.now().getTime() + lives * 1000).toISOString() : null
  }
  return {
    accessToken,
    refreshToken: nameOf(data.refresh_token),
    expiresAt: endOf(data.expires_in) ?? new Date(io.now().getTime() + dayMs).toISOString(),
    refreshEndsAt: endOf(data.refresh_token_expires_in),
    openId: idOf(data.open_id),
    scope: nameOf(data.scope),
  }
}

/** A new pair, saved before it is used: the old refresh token may be good no longer. Nothing of what it was wanted for has been sent. */
export async function renew(io: Io, spent: string | undefined): Promise<string> {
  const { accessToken, refreshToken, clientId, clientSecret } = io.credentials
  // Another worker may have renewed while our call was under way.
  if (accessToken && spent !== undefined && accessToken !== spent) return accessToken
  if (!refreshToken || !clientId || !clientSecret) throw new PlatformError('reauthorize', 'The access to TikTok has ended')
  try {
    const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'refresh_token', refresh_token: refreshToken }
    const tokens = await askTokens(io, io.settings, form)
    const { openId, refreshEndsAt } = tokens
    await io.save(
      {
        ...io.credentials,
        accessToken: tokens.accessToken,
        refreshToken: tokens.refreshToken ?? refreshToken,
        expiresAt: tokens.expiresAt,
        ...(openId !== null && { openId }),
      },
      refreshEndsAt === null ? undefined : { tokenExpiresAt: refreshEndsAt },
    )
    return tokens.accessToken
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { kind, message, retryAfterMs, cause } = error
    throw new PlatformError(kind, message, { retryAfterMs: retryAfterMs ?? undefined, notSent: true, cause })
  }
}
