import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, send } from '../http.ts'
import { nameOf, parseAnswer, recordOf } from '../json.ts'
import type { ConnectIo, Io } from '../platform.ts'
import { failureOfApi } from './failure.ts'

/** The host of the API; what else Google runs is called by its own name. */
export const googleApis = 'https://www.googleapis.com'
const tokenUrl = 'https://oauth2.googleapis.com/token'
const earlyMs = 60_000

export type Tokens = { accessToken: string; expiresAt: string; refreshToken: string | null }

/**
 * `POST /token` (RFC 6749, sections 4.1.3 and 6): the secret in the body. A grant that Google calls invalid needs a person: revoked, unused for six months, or given to an
 * app that is still in testing, where it ends after seven days.
 */
export async function askToken(io: ConnectIo, settings: Record<string, string>, form: Record<string, string>): Promise<Tokens> {
  const answer = await send(io, {
    method: 'POST',
    url: standIn(tokenUrl, googleApis, settings.apiUrl),
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  const now = io.now()
  if (answer.status !== 200) throw deadGrant(answer.body) ?? failureOfApi(answer, now, false)
  const json = recordOf(parseAnswer(answer.body))
  const accessToken = nameOf(json.access_token)
  if (accessToken === null) throw new PlatformError('unavailable', 'Google gave no token')
  const seconds = Number(json.expires_in)
  const livesMs = Number.isFinite(seconds) && seconds > 0 && seconds < 10_000_000 ? seconds * 1000 : 3_600_000
  return { accessToken, expiresAt: new Date(now.getTime() + livesMs).toISOString(), refreshToken: nameOf(json.refresh_token) }
}

const grantWords: Record<string, string> = {
  invalid_grant: 'Google no longer accepts this connection (revoked, expired, or the app is still in testing)',
  invalid_client: 'Google does not know this client id, or the client secret is wrong',
  unauthorized_client: 'This client may not use that token',
  deleted_client: 'The OAuth client was deleted',
}

function deadGrant(body: string): PlatformError | null {
  try {
    const text = grantWords[nameOf(recordOf(parseAnswer(body)).error) ?? '']
    return text === undefined ? null : new PlatformError('reauthorize', text)
  } catch {
    return null
  }
}

/** The Authorization header, renewed first when the token is about to end. */
export async function authorizationOf(io: Io): Promise<string> {
  const { accessToken, expiresAt } = io.credentials
  const endsMs = Date.parse(expiresAt ?? '')
  if (accessToken && !(endsMs - earlyMs <= io.now().getTime())) return bearer(accessToken)
  return bearer(await renew(io, accessToken))
}

/** A new access token, saved before it is used. Nothing of what it was wanted for has been sent. */
export async function renew(io: Io, spent: string | undefined): Promise<string> {
  const { accessToken, refreshToken, clientId, clientSecret } = io.credentials
  // Another worker may have renewed while our call was under way.
  if (accessToken && spent !== undefined && accessToken !== spent) return accessToken
  if (!refreshToken || !clientId) throw new PlatformError('reauthorize', 'The access to YouTube has ended')
  try {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId, client_secret: clientSecret ?? '' }
    const tokens = await askToken(io, io.settings, form)
    await io.save({
      ...io.credentials,
      accessToken: tokens.accessToken,
      expiresAt: tokens.expiresAt,
      refreshToken: tokens.refreshToken ?? refreshToken,
    })
    return tokens.accessToken
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { kind, message, retryAfterMs, cause } = error
    throw new PlatformError(kind, message, { retryAfterMs: retryAfterMs ?? undefined, notSent: true, cause })
  }
}
