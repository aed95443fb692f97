import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { nameOf, parseAnswer, recordOf } from '../json.ts'
import type { ConnectIo, Io } from '../platform.ts'

/** Also the audience of what a service account signs. */
export const tokenUrl = 'https://oauth2.googleapis.com/token'
const earlyMs = 60_000

/**
 * What Google's tokens are wanted for. `usual`: the host that `settings.apiUrl` stands in for; `failureOf`: how that API's errors read; `grant`: what the token endpoint is given
 * for a new token, null where that is missing. Absent: a refresh token and its client.
 */
export type GoogleApi = {
  usual: string
  name: string
  failureOf(answer: HttpAnswer, now: Date): PlatformError
  grant?(io: Io): Record<string, string> | null
}

export type Tokens = { accessToken: string; expiresAt: string; refreshToken: string | null }

/**
 * `POST /token` (RFC 6749, sections 4.1.3 and 6): the secret in the body. A grant that Google calls invalid needs a person: revoked, unused for six months, or given to an
 * app that is still in testing, where it ends after seven days.
 */
export async function askToken(
  api: GoogleApi,
  io: ConnectIo,
  settings: Record<string, string>,
  form: Record<string, string>,
): Promise<Tokens> {
  const answer = await send(io, {
    method: 'POST',
    url: standIn(tokenUrl, api.usual, settings.apiUrl),
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  const now = io.now()
  if (answer.status !== 200) throw deadGrant(api, answer.body) ?? api.failureOf(answer, now)
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

const ownKeyWords = 'Google does not accept this key (deleted, its account is gone, or the clock of this server is wrong)'

function deadGrant(api: GoogleApi, body: string): PlatformError | null {
  try {
    const error = nameOf(recordOf(parseAnswer(body)).error) ?? ''
    const text = error === 'invalid_grant' && api.grant ? ownKeyWords : grantWords[error]
    return text === undefined ? null : new PlatformError('reauthorize', text)
  } catch {
    return null
  }
}

/** The Authorization header, renewed first when the token is about to end. */
export async function authorizationOf(api: GoogleApi, io: Io): Promise<string> {
  const { accessToken, expiresAt } = io.credentials
  const endsMs = Date.parse(expiresAt ?? '')
  if (accessToken && !(endsMs - earlyMs <= io.now().getTime())) return bearer(accessToken)
  return bearer(await renew(api, io, accessToken))
}

/** A new access token, saved before it is used. Nothing of what it was wanted for has been sent. */
export async function renew(api: GoogleApi, io: Io, spent: string | undefined): Promise<string> {
  const { accessToken } = io.credentials
  // Another worker may have renewed while our call was under way.
  if (accessToken && spent !== undefined && accessToken !== spent) return accessToken
  const form = (api.grant ?? refreshGrant)(io)
  if (form === null) throw new PlatformError('reauthorize', `The access to ${api.name} has ended`)
  try {
    const tokens = await askToken(api, io, io.settings, form)
    await io.save({
      ...io.credentials,
      accessToken: tokens.accessToken,
      expiresAt: tokens.expiresAt,
      ...(tokens.refreshToken !== null && { refreshToken: tokens.refreshToken }),
    })
    return tokens.accessToken
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { kind, message, retryAfterMs, cause } = error
    throw new PlatformError(kind, message, { retryAfterMs: retryAfterMs ?? undefined, notSent: true, cause })
  }
}

function refreshGrant({ credentials }: Io): Record<string, string> | null {
  const { refreshToken, clientId, clientSecret } = credentials
  if (!refreshToken || !clientId) return null
  return { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId, client_secret: clientSecret ?? '' }
}

const authorizeAt = 'https://accounts.google.com/o/oauth2/v2/auth'

/** Where a person agrees, with PKCE; `offline` and `consent` make Google give a refresh token every time. */
export function authorizeUrlOf(
  api: Pick<GoogleApi, 'usual'>,
  scopes: string[],
  request: { settings: Record<string, string>; clientId: string; redirectUrl: string; state: string; codeChallenge: string },
): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUrl,
    scope: scopes.join(' '),
    state: request.state,
    access_type: 'offline',
    prompt: 'consent',
    code_challenge: request.codeChallenge,
    code_challenge_method: 'S256',
  })
  return `${standIn(authorizeAt, api.usual, request.settings.apiUrl)}?${query.toString()}`
}

/** A code for tokens, as the credentials that a channel keeps. Without `refreshToken` Google gave no lasting permission. */
export async function spendCode(
  api: GoogleApi,
  io: ConnectIo,
  grant: {
    settings: Record<string, string>
    client: { id: string; secret: string }
    redirectUrl: string
    code: string
    codeVerifier: string
  },
): Promise<Record<string, string>> {
  const { settings, client, redirectUrl, code, codeVerifier } = grant
  const tokens = await askToken(api, io, settings, {
    grant_type: 'authorization_code',
    code,
    code_verifier: codeVerifier,
    redirect_uri: redirectUrl,
    client_id: client.id,
    client_secret: client.secret,
  })
  return {
    clientId: client.id,
    clientSecret: client.secret,
    accessToken: tokens.accessToken,
    expiresAt: tokens.expiresAt,
    ...(tokens.refreshToken !== null && { refreshToken: tokens.refreshToken }),
  }
}
