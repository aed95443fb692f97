import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { sameText } from '../http/hmac.ts'
import { Tokens } from '../oauth/tokens.ts'
import type { TokenPair } from '../oauth/tokens.ts'
import { TikTokError, missing, notAllowed } from './errors.ts'

/** The app, and the account that it was allowed for. `refreshToken` is what the installer has from a first login; it stays good. */
export type TikTokSecrets = {
  appId: string
  appSecret: string
  openId: string
  uniqueIdentifier: string
  refreshToken: string
  tokenSecret: string
}

/** What every path of the API begins with. */
export const base = '/open_api/v1.3'

/** What the login and every token of it lets the app do. */
export const scopes = ['user.info.basic', 'video.list', 'comment.list', 'comment.list.manage']

const accessSeconds = 86_400
/** How long a refresh token is good. */
export const refreshSeconds = 365 * 86_400

/** Access tokens of a day. A refresh token that was given for another is good once. */
export function tiktokTokens(context: Context): Tokens {
  return new Tokens(context, 'tiktok', { secret: context.secrets.tiktok.tokenSecret, accessSeconds, refreshSeconds, rotates: true })
}

/** A new pair for a refresh token; null when it is good no more. */
export function refresh(context: Context, tokens: Tokens, refreshToken: string): TokenPair | null {
  const { faults, secrets } = context
  if (!sameText(refreshToken, secrets.tiktok.refreshToken)) return tokens.refresh(refreshToken)
  if (faults.tokens.tiktok === 'revoked') return null
  if (faults.tokens.tiktok === 'expired') faults.tokens.tiktok = 'valid'
  return tokens.issue()
}

/** Throws what the API says of a token that is missing, wrong, at its end or taken back. The header is not `Authorization`. */
export function requireToken(tokens: Tokens, request: FastifyRequest): void {
  const given = request.headers['access-token']
  if (typeof given !== 'string' || given === '') throw new TikTokError(40104, 'Access token is empty.')
  const fate = tokens.fateOf(given)
  if (fate === 'expired') throw new TikTokError(40102, 'Access token is expired.')
  if (fate !== 'good') throw new TikTokError(40105, 'Access token is incorrect or has been revoked.')
}

/** Every call names the account it is about, which has to be the token's own. */
export function requireAccount({ secrets }: Context, businessId: string | undefined): void {
  if (!businessId) throw missing('business_id')
  if (businessId !== secrets.tiktok.openId) throw notAllowed('operate this business_id')
}

/** The app by its id and secret, whatever the call names them. */
export function requireApp({ secrets }: Context, id: string | undefined, secret: string | undefined): void {
  const { appId, appSecret } = secrets.tiktok
  if (id !== appId || !sameText(secret ?? '', appSecret)) throw new TikTokError(40101, 'The app id and the secret do not match.')
}
