import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { failureOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { nameOf, parseAnswer, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { ConnectIo, Io } from '../platform.ts'

export const defaultApiUrl = 'https://api.linkedin.com'
const dayMs = 86_400_000
/** A token of 60 days is renewed when ten of them are left. */
const earlyMs = 10 * dayMs

/** Instants are ISO, null where LinkedIn does not say. Only approved apps are given a refresh token; it ends a year after the person agreed, however often it is used. */
export type Tokens = {
  accessToken: string
  expiresAt: string | null
  refreshToken: string | null
  refreshExpiresAt: string | null
  scope: string
}

/** `POST /oauth/v2/accessToken`, on www.linkedin.com: the secret in the body. A grant that is refused is `rejected`. */
export async function askToken(io: ConnectIo, settings: Record<string, string>, form: Record<string, string>): Promise<Tokens> {
  const json = await post(io, settings, 'accessToken', form)
  const accessToken = nameOf(json.access_token)
  if (accessToken === null) throw new PlatformError('unavailable', 'LinkedIn gave no token')
  return {
    accessToken,
    expiresAt: endOf(json.expires_in, io.now()),
    refreshToken: nameOf(json.refresh_token),
    refreshExpiresAt: endOf(json.refresh_token_expires_in, io.now()),
    scope: nameOf(json.scope) ?? '',
  }
}

/** `POST /oauth/v2/introspectToken`: whether the token lives, until when, and for what. Null where that is not to be had. */
export async function introspect(
  io: ConnectIo,
  settings: Record<string, string>,
  form: { client_id: string; client_secret: string; token: string },
): Promise<{ active: boolean; expiresAt: string | null; scope: string } | null> {
  try {
    const json = await post(io, settings, 'introspectToken', form)
    if (typeof json.active !== 'boolean') return null
    const seconds = Number(json.expires_at)
    const known = seconds > 0 && seconds < 100_000_000_000
    return { active: json.active, expiresAt: known ? new Date(seconds * 1000).toISOString() : null, scope: nameOf(json.scope) ?? '' }
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.kind !== 'rejected' && error.kind !== 'gone')) throw error
    return null
  }
}

async function post(io: ConnectIo, settings: Record<string, string>, what: string, form: Record<string, string>): Promise<JsonRecord> {
  const answer = await send(io, {
    method: 'POST',
    url: standIn(`https://www.linkedin.com/oauth/v2/${what}`, defaultApiUrl, settings.apiUrl),
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  if (answer.status !== 200) throw refusalOf(answer, io.now())
  return recordOf(parseAnswer(answer.body))
}

function refusalOf(answer: HttpAnswer, now: Date): PlatformError {
  let words = ''
  try {
    const json = recordOf(parseJson(answer.body))
    words = nameOf(json.error_description) ?? nameOf(json.message) ?? nameOf(json.error) ?? ''
  } catch {
    // Words that cannot be read are no words.
  }
  const { kind, message, retryAfterMs } = failureOf(answer, now, words)
  return new PlatformError(kind === 'reauthorize' ? 'rejected' : kind, message, { retryAfterMs: retryAfterMs ?? undefined })
}

function endOf(expiresIn: unknown, now: Date): string | null {
  const seconds = Number(expiresIn)
  return seconds > 0 && seconds < 10 * 365 * 86_400 ? new Date(now.getTime() + seconds * 1000).toISOString() : null
}

/** Tokens as a channel keeps them, with what renews them where it can be. */
export function credentialsOf(tokens: Tokens, client: { id: string; secret: string }): Record<string, string> {
  const { accessToken, expiresAt, refreshToken, refreshExpiresAt } = tokens
  const lasting = refreshToken !== null && { refreshToken, clientId: client.id, clientSecret: client.secret }
  return { accessToken, ...(expiresAt !== null && { expiresAt }), ...lasting, ...(refreshExpiresAt !== null && { refreshExpiresAt }) }
}

/** When the connection ends unless a person agrees again: with the refresh token, or where there is none with the token. */
export function endOfConnection(credentials: Record<string, string>): string | null {
  const { refreshToken, refreshExpiresAt, expiresAt } = credentials
  return (refreshToken ? refreshExpiresAt : expiresAt) ?? null
}

/** A new token when the old one is about to end. What cannot be renewed now is tried again with the next call, as long as the old one lives. */
export async function renewInTime(io: Io): Promise<void> {
  const { refreshToken, clientId, expiresAt, accessToken } = io.credentials
  const leftMs = Date.parse(expiresAt ?? '') - io.now().getTime()
  if (!refreshToken || !clientId || !(leftMs < earlyMs)) return
  try {
    await renew(io, accessToken)
  } catch (error) {
    if (!(error instanceof PlatformError) || leftMs <= 0) throw error
  }
}

/** A new access token, saved before it is used. Nothing of what it was wanted for has been sent. */
export async function renew(io: Io, spent: string | undefined): Promise<void> {
  const { accessToken, refreshToken, clientId, clientSecret = '', refreshExpiresAt } = io.credentials
  // Another worker may have renewed while our call was under way.
  if (accessToken && spent !== undefined && accessToken !== spent) return
  if (!refreshToken || !clientId) throw new PlatformError('reauthorize', 'The access to LinkedIn has ended')
  try {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId, client_secret: clientSecret }
    const tokens = await askToken(io, io.settings, form)
    const fresh = credentialsOf(
      {
        ...tokens,
        refreshToken: tokens.refreshToken ?? refreshToken,
        refreshExpiresAt: tokens.refreshExpiresAt ?? refreshExpiresAt ?? null,
      },
      { id: clientId, secret: clientSecret },
    )
    const { expiresAt: _old, ...kept } = io.credentials
    const credentials = { ...kept, ...fresh }
    await io.save(credentials, { tokenExpiresAt: endOfConnection(credentials) })
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { kind, message, retryAfterMs, cause } = error
    const dead = kind === 'rejected' || kind === 'gone'
    throw new PlatformError(dead ? 'reauthorize' : kind, message, { retryAfterMs: retryAfterMs ?? undefined, notSent: true, cause })
  }
}

/** Until the quotas of a day are new, at midnight UTC, and a minute more. */
export function msToMidnight(now: Date): number {
  return dayMs - (now.getTime() % dayMs) + 60_000
}
