import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { GraphError, tokenExpired, tokenRevoked } from '../graph/errors.ts'
import { tokenOf } from '../graph/request.ts'
import { pagesOf, shortLived } from './pages.ts'
import type { FacebookPage } from './pages.ts'
import type { Facebook } from './writes.ts'

/** Who calls the Graph API. `other_page`: a Page of the same admin that is not the brand's. */
export type Caller = 'page' | 'other_page' | 'user' | 'app'

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
  if (token === `${facebook.appId}|${facebook.appSecret}`) return 'app'
  if (token === facebook.userAccessToken || token === shortLived(facebook.userAccessToken)) return 'user'
  const page = pageOfToken(context, token)
  if (!page) return undefined
  return page.id === facebook.pageId ? 'page' : 'other_page'
}

/** The Page that a token speaks for. */
export function pageOfToken(context: Context, token: string): FacebookPage | undefined {
  return pagesOf(context.secrets).find((page) => page.token === token || shortLived(page.token) === token)
}

/** Whether a token came from a login without being exchanged for a long-lived one. */
export function isShortLived(token: string): boolean {
  return token.startsWith('EAAS')
}

/** The answer to `GET /debug_token`. Times are in seconds; 0 means never. */
export function debugToken(facebook: Facebook, token: string): { data: Record<string, unknown> } {
  const { appId, userId } = facebook.secrets.facebook
  const caller = whose(facebook, token)
  const state = facebook.faults.tokens.facebook
  if (!caller || caller === 'app')
    return {
      data: {
        is_valid: false,
        error: { code: 190, message: 'The access token could not be decrypted' },
        scopes: [],
      },
    }
  const page = pageOfToken(facebook, token)
  const { loggedInAt } = facebook.login
  const after = (ms: number) => (loggedInAt === null ? 0 : Math.floor((loggedInAt + ms) / 1000))
  return {
    data: {
      app_id: appId,
      type: page ? 'PAGE' : 'USER',
      application: 'Answerback sandbox',
      is_valid: state === 'valid',
      expires_at: isShortLived(token) ? after(3_600_000) : page ? 0 : after(60 * 86_400_000),
      data_access_expires_at: after(90 * 86_400_000),
      scopes,
      granular_scopes: scopes.map((scope) => ({ scope, target_ids: page ? [page.id] : pagesOf(facebook.secrets).map(({ id }) => id) })),
      user_id: userId,
      ...(page ? { profile_id: page.id } : {}),
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

/** Every permission that the dialog knows. */
export const legalScopes = [...scopes, 'public_profile', 'email', 'business_management', 'pages_manage_posts', 'ads_read', 'read_insights']
