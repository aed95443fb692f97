import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { send } from '../http.ts'
import { nameOf, parseAnswer, recordOf } from '../json.ts'
import type { ConnectIo, Io } from '../platform.ts'
import { failureOfApi, grantWords } from './failure.ts'

/** Where the API is called with a token. */
export const oauthHost = 'https://oauth.reddit.com'
const tokenUrl = 'https://www.reddit.com/api/v1/access_token'
const earlyMs = 60_000

export type Tokens = { accessToken: string; expiresAt: string; refreshToken: string | null }

/** Reddit throttles what it does not know: every app has to say what it is and whose, in this form. */
export function userAgentOf(clientId: string | undefined, username: string | undefined): string {
  const safe = (text: string | undefined): string => (text ?? '').replace(/[^\w.-]/g, '')
  return `web:answerback.${safe(clientId)}:v0.1 (by /u/${safe(username) || 'unknown'})`
}

/** `POST /api/v1/access_token` with the client's id and secret as Basic. A refused grant comes with 200 or 400. */
export async function askToken(
  io: ConnectIo,
  settings: Record<string, string>,
  client: { id: string; secret: string; username?: string },
  form: Record<string, string>,
): Promise<Tokens> {
  const answer = await send(io, {
    method: 'POST',
    url: standIn(tokenUrl, oauthHost, settings.apiUrl),
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
      'user-agent': userAgentOf(client.id, client.username),
    },
    body: new URLSearchParams(form).toString(),
  })
  const now = io.now()
  if (answer.status !== 200) {
    const failure = failureOfApi(answer, now, false)
    if (answer.status !== 401) throw failure
    throw new PlatformError('reauthorize', 'Reddit does not know this client id, or the client secret is wrong')
  }
  const json = recordOf(parseAnswer(answer.body))
  if (json.error !== undefined)
    throw new PlatformError('reauthorize', json.error === 'invalid_grant' ? grantWords : (nameOf(json.error) ?? 'Reddit refused the login'))
  const accessToken = nameOf(json.access_token)
  if (accessToken === null) throw new PlatformError('unavailable', 'Reddit gave no token')
  const seconds = Number(json.expires_in)
  const livesMs = Number.isFinite(seconds) && seconds > 0 && seconds < 10_000_000 ? seconds * 1000 : 3_600_000
  return { accessToken, expiresAt: new Date(now.getTime() + livesMs).toISOString(), refreshToken: nameOf(json.refresh_token) }
}

/** The token to call with, renewed first when it is about to end. */
export async function accessTokenOf(io: Io): Promise<string> {
  const { accessToken, expiresAt } = io.credentials
  if (accessToken && !(Date.parse(expiresAt ?? '') - earlyMs <= io.now().getTime())) return accessToken
  return renew(io, accessToken)
}

/** A new access token by the refresh token, or by the password of a script app; saved before it is used. Nothing of what it was wanted for has been sent. */
export async function renew(io: Io, spent: string | undefined): Promise<string> {
  const { accessToken, refreshToken, clientId, clientSecret = '', username, password } = io.credentials
  // Another worker may have renewed while our call was under way.
  if (accessToken && spent !== undefined && accessToken !== spent) return accessToken
  const form: Record<string, string> | null = refreshToken
    ? { grant_type: 'refresh_token', refresh_token: refreshToken }
    : username && password
      ? { grant_type: 'password', username, password }
      : null
  if (!clientId || form === null) throw new PlatformError('reauthorize', 'The access to Reddit has ended')
  try {
    const client = { id: clientId, secret: clientSecret, username: username ?? io.self.handle }
    const tokens = await askToken(io, io.settings, client, form)
    const kept = tokens.refreshToken ?? refreshToken
    await io.save({ ...io.credentials, accessToken: tokens.accessToken, expiresAt: tokens.expiresAt, ...(kept && { refreshToken: kept }) })
    return tokens.accessToken
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { kind, message, retryAfterMs, cause } = error
    throw new PlatformError(kind, message, { retryAfterMs: retryAfterMs ?? undefined, notSent: true, cause })
  }
}
