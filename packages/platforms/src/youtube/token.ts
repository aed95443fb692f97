import type { Io } from '../platform.ts'
import * as google from '../google/token.ts'
import type { GoogleApi } from '../google/token.ts'
import { failureOfApi } from './failure.ts'

/** The host of the API; what else Google runs is called by its own name. */
export const googleApis = 'https://www.googleapis.com'

/** YouTube, to Google's tokens. */
export const api: GoogleApi = { usual: googleApis, name: 'YouTube', failureOf: (answer, now) => failureOfApi(answer, now, false) }

/** The Authorization header, renewed first when the token is about to end. */
export function authorizationOf(io: Io): Promise<string> {
  return google.authorizationOf(api, io)
}

/** A new access token, saved before it is used. */
export function renew(io: Io, spent: string | undefined): Promise<string> {
  return google.renew(api, io, spent)
}
