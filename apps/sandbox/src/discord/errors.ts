import type { JsonObject } from '../world/item.ts'

/** An answer of the API that is not a success: `{ message, code }`, with `errors` where single fields are at fault. */
export class DiscordError extends Error {
  readonly status: number
  readonly body: JsonObject
  readonly headers: Record<string, string>

  constructor(status: number, code: number, message: string, more: { errors?: JsonObject; headers?: Record<string, string> } = {}) {
    super(message)
    this.status = status
    this.body = { message, code, ...(more.errors ? { errors: more.errors } : {}) }
    this.headers = more.headers ?? {}
  }
}

/** `10003`, `10008` and their like: there is no such thing. */
export function unknown(code: number, what: string): DiscordError {
  return new DiscordError(404, code, `Unknown ${what}`)
}

/** `50001`: the bot does not see this channel. */
export function missingAccess(): DiscordError {
  return new DiscordError(403, 50001, 'Missing Access')
}

/** `50013`: it sees it, and may not do that. */
export function missingPermissions(): DiscordError {
  return new DiscordError(403, 50013, 'Missing Permissions')
}

/** The token is none, or no more. */
export function unauthorized(): DiscordError {
  return new DiscordError(401, 0, '401: Unauthorized')
}

/** `50035` about one field, named by its path. */
export function invalidForm(path: string[], code: string, message: string): DiscordError {
  const errors = path.reduceRight<JsonObject>((inner, name) => ({ [name]: inner }), { _errors: [{ code, message }] })
  return new DiscordError(400, 50035, 'Invalid Form Body', { errors })
}

/** `40005`: a file, or all of the request. */
export function tooLarge(): DiscordError {
  return new DiscordError(413, 40005, 'Request entity too large')
}

/** 429: how long to wait stands in the body to the millisecond, in the header in whole seconds. */
export function rateLimited(seconds: number, scope: 'user' | 'global', retryAfter: Record<string, string>): DiscordError {
  const global = scope === 'global'
  const error = new DiscordError(429, 0, 'You are being rate limited.', {
    headers: { ...retryAfter, 'x-ratelimit-scope': scope, ...(global ? { 'x-ratelimit-global': 'true' } : {}) },
  })
  Object.assign(error.body, { retry_after: Math.round(seconds * 1000) / 1000, global })
  delete error.body['code']
  return error
}
