import { createHmac } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, searchParams } from '../http/body.ts'
import { sameText } from '../http/hmac.ts'
import { Tokens, bearerOf, fateOfStatic } from '../oauth/tokens.ts'
import type { TokenPair } from '../oauth/tokens.ts'
import { plainProblem, problem, unauthorized } from './errors.ts'

/** Who calls: the brand (OAuth 2.0 or 1.0a), or the app alone (bearer). */
export type Caller = 'user' | 'app'

const twoHours = 7_200

/** Access tokens of two hours; each refresh token is good once. */
export function xTokens(context: Context): Tokens {
  return new Tokens(context, 'x', { secret: context.secrets.x.tokenSecret, accessSeconds: twoHours, rotates: true })
}

/** Tells who calls, or throws the 401 that says nothing more. */
export function callerOf(context: Context, tokens: Tokens, request: FastifyRequest): Caller {
  const { x } = context.secrets
  const bearer = bearerOf(request)
  if (bearer === undefined) {
    if (isSigned(context, request)) return 'user'
    throw unauthorized()
  }
  if (fateOfStatic(context, 'x', bearer, x.bearerToken) !== 'unknown') return 'app'
  const isFirst = sameText(bearer, x.accessToken)
  // Once it ran out, the token of the first login stays dead, whatever was refreshed since.
  const fate = isFirst
    ? context.faults.expiredAt.x > 0
      ? 'expired'
      : fateOfStatic(context, 'x', bearer, x.accessToken)
    : tokens.fateOf(bearer)
  if (fate !== 'good') throw unauthorized()
  return 'user'
}

/** Refuses who is not the brand itself: most writes, and what only it may read. */
export function requireUser(caller: Caller): void {
  if (caller === 'user') return
  throw problem(
    403,
    'unsupported-authentication',
    'Unsupported Authentication',
    'Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].',
  )
}

/** Refuses who is not the app alone: webhooks. */
export function requireApp(caller: Caller): void {
  if (caller !== 'app') throw plainProblem(403, 'Forbidden', 'This endpoint takes the bearer token of the app.')
}

/** A new pair for a refresh token; null when it was used before, or was never one. The one of the first login is taken once, too. */
export function refresh(context: Context, tokens: Tokens, refreshToken: string): TokenPair | null {
  const { faults, secrets } = context
  if (!sameText(refreshToken, secrets.x.refreshToken)) return tokens.refresh(refreshToken)
  if (tokens.used.has(firstUse) || faults.tokens.x === 'revoked') return null
  tokens.used.set(firstUse, true)
  if (faults.tokens.x === 'expired') faults.tokens.x = 'valid'
  return tokens.issue()
}

const firstUse = 'the first login'

/** OAuth 1.0a (RFC 5849): HMAC-SHA1 over method, address and all parameters, with both secrets. */
function isSigned(context: Context, request: FastifyRequest): boolean {
  const header = /^OAuth (.+)$/s.exec(request.headers.authorization ?? '')?.[1]
  if (header === undefined) return false
  const given = Object.fromEntries(
    [...header.matchAll(/(oauth_\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decodeURIComponent(value)]),
  )
  const { apiKey, apiKeySecret, userToken, userTokenSecret } = context.secrets.x
  if (given['oauth_consumer_key'] !== apiKey || given['oauth_token'] !== userToken) return false
  if (context.faults.tokens.x !== 'valid') return false
  const { oauth_signature: signature = '', ...signed } = given
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  const parameters = [...Object.entries(signed), ...searchParams(request), ...(isForm ? Object.entries(bodyFields(request)) : [])]
  const encoded = parameters.map(([name, value]) => `${encode(name)}=${encode(String(value))}`).sort()
  // Who signed for X itself signed `https`, wherever the call was led.
  return ['http', 'https'].some((scheme) => {
    const address = `${scheme}://${request.headers.host ?? ''}${request.originalUrl.split('?')[0]}`
    const base = [request.method, encode(address), encode(encoded.join('&'))].join('&')
    const wanted = createHmac('sha1', `${encode(apiKeySecret)}&${encode(userTokenSecret)}`)
      .update(base)
      .digest('base64')
    return sameText(signature, wanted)
  })
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
