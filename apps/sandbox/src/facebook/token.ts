import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { GraphError, tokenExpired, tokenRevoked } from './errors.ts'

/** Who calls the Graph API. */
export type Caller = 'page' | 'user' | 'app'

/** The token that came with a request, from the query, the body or the Authorization header. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const bearer = /^(?:Bearer|OAuth) (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return queryFields(request)['access_token'] ?? textOf(bodyFields(request)['access_token']) ?? bearer
}

/** Tells who calls. Throws what the Graph API says of a missing, wrong, expired or revoked token. */
export function callerOf(context: Context, request: FastifyRequest): Caller {
  const token = tokenOf(request)
  if (!token) throw new GraphError(104, 'An access token is required to request this resource.')
  const caller = whose(context, token)
  if (!caller)
    throw new GraphError(190, 'Invalid OAuth access token - Cannot parse access token', {
      status: 401,
    })
  const state = context.faults.tokens.facebook
  if (caller !== 'app' && state === 'expired') throw tokenExpired()
  if (caller !== 'app' && state === 'revoked') throw tokenRevoked()
  return caller
}

/** Whose token this is, whatever its state. */
export function whose(context: Context, token: string): Caller | undefined {
  const { facebook } = context.secrets
  if (token === facebook.pageAccessToken) return 'page'
  if (token === facebook.userAccessToken) return 'user'
  return token === `${facebook.appId}|${facebook.appSecret}` ? 'app' : undefined
}

/** The answer to `GET /debug_token`. */
export function debugToken(context: Context, token: string): { data: Record<string, unknown> } {
  const { facebook } = context.secrets
  const caller = whose(context, token)
  const state = context.faults.tokens.facebook
  if (!caller || caller === 'app')
    return {
      data: {
        is_valid: false,
        error: { code: 190, message: 'The access token could not be decrypted' },
        scopes: [],
      },
    }
  const page = caller === 'page'
  return {
    data: {
      app_id: facebook.appId,
      type: page ? 'PAGE' : 'USER',
      application: 'Answerback sandbox',
      is_valid: state === 'valid',
      expires_at: 0,
      data_access_expires_at: 0,
      scopes,
      granular_scopes: scopes.map((scope) => ({ scope, target_ids: [facebook.pageId] })),
      user_id: facebook.userId,
      ...(page ? { profile_id: facebook.pageId } : {}),
      ...(state === 'valid' ? {} : { error: { code: 190, message: 'Session has expired.' } }),
    },
  }
}

const scopes = [
  'pages_show_list',
  'pages_manage_metadata',
  'pages_read_engagement',
  'pages_read_user_content',
  'pages_manage_engagement',
  'pages_messaging',
]
