import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { bearer, failureOf, send } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { linkOf, listOf, nameOf, parseAnswer, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { ConnectIo, Io } from '../platform.ts'

export const defaultService = 'https://bsky.social'

/** `params` may repeat a name. With `body` or `blob` (bytes as they are) it is a procedure (POST). */
export type XrpcCall = {
  nsid: string
  params?: [string, string][]
  body?: unknown
  blob?: { type: string; bytes: Uint8Array<ArrayBuffer> }
}
export type XrpcAnswer = { body: string; json: JsonRecord }

/**
 * One call to the account's own server with its session (AT Protocol, XRPC). An expired access token is renewed once, by the refresh token or else by
 * the app password; new tokens are saved before they are used. Whatever fails on the way there was not sent.
 */
export async function xrpc(io: Io, call: XrpcCall): Promise<XrpcAnswer> {
  const base = serverOf(io.settings, io.credentials.pds)
  const { accessJwt } = io.credentials
  if (accessJwt) {
    try {
      return await callXrpc(io, base, call, accessJwt)
    } catch (error) {
      if (!(error instanceof PlatformError) || !renewable.has(xrpcErrorOf(error))) throw error
    }
  }
  return await callXrpc(io, base, call, await renew(io, accessJwt))
}

/**
 * Where to call. `service` is where one signs in; what follows goes to the account's own server (`pds`), as its identity document says. An `apiUrl` other
 * than the service stands in for all of it.
 */
export function serverOf(settings: Record<string, string>, pds?: string): string {
  const service = baseUrl(settings.service, defaultService)
  const apiUrl = baseUrl(settings.apiUrl, service)
  return apiUrl === service ? (pds ?? service) : apiUrl
}

const renewable = new Set(['ExpiredToken', 'InvalidToken'])

/** The XRPC error's name behind a failure; empty when it had none. */
export function xrpcErrorOf(error: unknown): string {
  return error instanceof PlatformError ? textOf(recordOf(error.cause).xrpc) : ''
}

async function renew(io: Io, spent: string | undefined): Promise<string> {
  // Another worker may have renewed while our call was under way.
  const { accessJwt, refreshJwt } = io.credentials
  if (accessJwt && accessJwt !== spent) return accessJwt
  try {
    const session = (await refresh(io, refreshJwt)) ?? (await login(io, serverOf(io.settings), io.credentials))
    await io.save({ ...io.credentials, ...session })
    return session.accessJwt
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { kind, message, retryAfterMs, cause } = error
    throw new PlatformError(kind, message, { retryAfterMs: retryAfterMs ?? undefined, notSent: true, cause })
  }
}

/** A new pair of tokens; null when the refresh token is dead, so that the app password has its turn. */
async function refresh(io: Io, refreshJwt: string | undefined): Promise<Session | null> {
  if (!refreshJwt) return null
  const base = serverOf(io.settings, io.credentials.pds)
  try {
    return readSession((await callXrpc(io, base, { nsid: 'com.atproto.server.refreshSession', body: null }, refreshJwt)).json)
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'reauthorize') return null
    throw error
  }
}

export type Session = { accessJwt: string; refreshJwt: string; did: string; pds?: string }

/** Signs in with an app password. Rate-limited to 300 a day by Bluesky, so sessions are kept. `reauthorize` when it is refused. */
export async function login(io: ConnectIo, service: string, account: Record<string, string>): Promise<Session & { handle: string }> {
  const body = { identifier: account.identifier, password: account.appPassword }
  const { json } = await callXrpc(io, service, { nsid: 'com.atproto.server.createSession', body }, null)
  return { ...readSession(json), handle: textOf(json.handle) }
}

function readSession(json: JsonRecord): Session {
  const [accessJwt, refreshJwt, did] = [nameOf(json.accessJwt), nameOf(json.refreshJwt), nameOf(json.did)]
  if (json.active === false) throw new PlatformError('reauthorize', `The account is ${nameOf(json.status) ?? 'not active'}`)
  if (accessJwt === null || refreshJwt === null || did === null)
    throw new PlatformError('unavailable', 'The session came without its tokens')
  const pds = listOf(recordOf(json.didDoc).service)
    .map(recordOf)
    .find((each) => textOf(each.id).endsWith('#atproto_pds'))
  const endpoint = linkOf(pds?.serviceEndpoint)?.replace(/\/+$/, '')
  return { accessJwt, refreshJwt, did, ...(endpoint && { pds: endpoint }) }
}

/** One call with the given token, or none. */
export async function callXrpc(io: ConnectIo, base: string, call: XrpcCall, token: string | null): Promise<XrpcAnswer> {
  const query = new URLSearchParams(call.params).toString()
  const url = `${base}/xrpc/${call.nsid}${query === '' ? '' : `?${query}`}`
  const headers: Record<string, string> = { accept: 'application/json' }
  if (token !== null) headers.authorization = bearer(token)
  const procedure = call.body !== undefined || call.blob !== undefined
  const body = call.blob?.bytes ?? (procedure && call.body !== null ? JSON.stringify(call.body) : undefined)
  if (body !== undefined) headers['content-type'] = call.blob?.type ?? 'application/json'
  const answer = await send(io, { method: procedure ? 'POST' : 'GET', url, headers, body })
  if (answer.status !== 200) throw failureOfXrpc(answer, io.now())
  return { body: answer.body, json: recordOf(parseAnswer(answer.body)) }
}

const deadSession = new Set([
  'ExpiredToken',
  'InvalidToken',
  'AuthMissing',
  'AuthenticationRequired',
  'AccountTakedown',
  'AccountSuspended',
  'AccountDeactivated',
  'AuthFactorTokenRequired',
])
const words: Record<string, string> = {
  AuthFactorTokenRequired: 'That is the main password of an account with two steps; make an app password instead',
}

function failureOfXrpc(answer: HttpAnswer, now: Date): PlatformError {
  let name = ''
  let message = ''
  try {
    const json = recordOf(parseJson(answer.body))
    ;[name, message] = [textOf(json.error), textOf(json.message)]
  } catch {
    // Not an XRPC error; the status says what it can.
  }
  const reason = words[name] ?? (message || name)
  const plain = failureOf(answer, now, reason)
  const cause = { xrpc: name }
  if (answer.status === 429 || name === 'RateLimitExceeded')
    return new PlatformError('rate_limited', reason || plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? 60_000 })
  if (answer.status === 501) return new PlatformError('rejected', reason || plain.message, { cause })
  if (answer.status >= 500) return new PlatformError('unavailable', plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? undefined })
  if (deadSession.has(name)) return new PlatformError('reauthorize', reason, { cause })
  if (name === 'NotFound' || name === 'RecordNotFound') return new PlatformError('gone', reason, { cause })
  return new PlatformError(plain.kind, plain.message, { cause, retryAfterMs: plain.retryAfterMs ?? undefined })
}
