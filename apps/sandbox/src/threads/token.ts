import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { GraphError, tokenExpired, tokenRevoked } from '../graph/errors.ts'
import { tokenOf } from '../graph/request.ts'
import { briefToken } from '../graph/user-login.ts'

/** The account, its token, and the Threads app (which has an id and a secret of its own beside the app it is part of). */
export type ThreadsSecrets = { appId: string; appSecret: string; verifyToken: string; userId: string; accessToken: string }

/** Everything that may be asked for. */
export const threadsScopes = [
  ...['threads_basic', 'threads_read_replies', 'threads_manage_replies', 'threads_content_publish', 'threads_manage_mentions'],
  ...['threads_delete', 'threads_manage_insights', 'threads_keyword_search'],
]

/** Throws what the API says of a missing, wrong, expired or revoked token. */
export function requireAccount(context: Context, request: FastifyRequest): void {
  const token = tokenOf(request)
  if (!token) throw new GraphError(104, 'An access token is required to request this resource.')
  if (!isOwn(context, token)) throw new GraphError(190, 'Error validating access token: Cannot parse access token', { status: 401 })
  const state = context.faults.tokens.threads
  if (state === 'expired') throw tokenExpired()
  if (state === 'revoked') throw tokenRevoked()
}

/** `GET /debug_token`: of the account's own token, asked with that or with the app's. */
export function debugToken(context: Context, request: FastifyRequest, token: string) {
  const { appId, appSecret, userId } = context.secrets.threads
  const asking = tokenOf(request) ?? ''
  if (!isOwn(context, asking) && asking !== `TH|${appId}|${appSecret}`) throw new GraphError(190, 'Error validating access token')
  const valid = isOwn(context, token) && context.faults.tokens.threads === 'valid'
  if (!valid) return { data: { is_valid: false, scopes: [], error: { code: 190, message: 'Error validating access token' } } }
  const expiresAt = Math.floor(context.world.clock('threads') / 1000) + 60 * 86_400
  return { data: { is_valid: true, type: 'USER', app_id: appId, user_id: userId, expires_at: expiresAt, scopes: threadsScopes } }
}

function isOwn({ secrets }: Context, token: string): boolean {
  const { accessToken } = secrets.threads
  return token === accessToken || token === briefToken(accessToken)
}
