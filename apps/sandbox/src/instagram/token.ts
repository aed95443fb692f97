import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { GraphError, tokenExpired } from '../graph/errors.ts'
import { tokenOf } from '../graph/request.ts'
import { briefToken } from '../graph/user-login.ts'

/** The account, its two ways in (Instagram's login, and a Page linked to it), and the app. */
export type InstagramSecrets = {
  appId: string
  appSecret: string
  verifyToken: string
  accountId: string
  appScopedId: string
  accessToken: string
  pageId: string
  userId: string
  userAccessToken: string
}

/** Who calls: the account by Instagram's login; the person, or the Page, of Facebook's login; the app. */
export type Caller = 'account' | 'person' | 'page' | 'app'

/** Everything that may be asked for. */
export const instagramScopes = [
  ...['basic', 'manage_comments', 'manage_messages', 'content_publish', 'manage_insights'].map((each) => `instagram_business_${each}`),
]

/** The linked Page's own token. */
export function pageToken({ instagram }: { instagram: InstagramSecrets }): string {
  return `EAA${createHash('sha256').update(`page ${instagram.userAccessToken}`).digest('hex')}`
}

/** Tells who calls. Throws what the Graph API says of a missing, wrong, expired or revoked token. */
export function callerOf(context: Context, request: FastifyRequest): Caller {
  const token = tokenOf(request)
  if (!token) throw new GraphError(104, 'An access token is required to request this resource.')
  const caller = whose(context, token)
  if (!caller) throw new GraphError(190, 'Invalid OAuth access token - Cannot parse access token', { status: 401 })
  const state = context.faults.tokens.instagram
  if (caller !== 'app' && state === 'expired') throw tokenExpired()
  if (caller !== 'app' && state === 'revoked') throw sessionEnded()
  return caller
}

/** The session was taken back: code 190 again, by Instagram's own type of error. */
export function sessionEnded(): GraphError {
  const message = 'Error validating access token: The session has been invalidated because the user changed their password.'
  return new GraphError(190, message, { subcode: 467, type: 'IGApiException' })
}

function whose({ secrets }: Context, token: string): Caller | undefined {
  const { accessToken, userAccessToken, appId, appSecret } = secrets.instagram
  if (token === accessToken || token === briefToken(accessToken)) return 'account'
  if (token === userAccessToken) return 'person'
  if (token === pageToken(secrets)) return 'page'
  return token === `${appId}|${appSecret}` ? 'app' : undefined
}
