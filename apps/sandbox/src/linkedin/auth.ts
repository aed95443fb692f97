import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { sameText } from '../http/hmac.ts'
import { Tokens, bearerOf, fateOfStatic } from '../oauth/tokens.ts'
import type { TokenFate } from '../oauth/tokens.ts'
import { LinkedInError, denied, invalid, tokenError } from './errors.ts'

/** Access tokens live for 60 days; refresh tokens stay as they are. */
export const accessSeconds = 5_184_000
export const refreshSeconds = 31_536_000

/** The token service of LinkedIn. */
export function linkedinTokens(context: Context): Tokens {
  return new Tokens(context, 'linkedin', { secret: context.secrets.linkedin.tokenSecret, accessSeconds, rotates: false })
}

/** What becomes of a call with this token: the one in the brand's settings stays dead once it ran out, whatever was refreshed since. */
export function fateOf(context: Context, tokens: Tokens, token: string | undefined): TokenFate {
  const { accessToken } = context.secrets.linkedin
  if (token === undefined || !sameText(token, accessToken)) return tokens.fateOf(token)
  return context.faults.expiredAt.linkedin > 0 ? 'expired' : fateOfStatic(context, 'linkedin', token, accessToken)
}

/** Refuses a call whose token is dead, and one that does not say which version of the API it speaks. */
export function admit(context: Context, tokens: Tokens, request: FastifyRequest): void {
  const token = bearerOf(request)
  const fate = fateOf(context, tokens, token)
  if (fate !== 'good') throw tokenError(token === undefined ? 'missing' : fate)
  requireVersion(context, request)
}

/** Versions are months and live for about a year; the oldest that still stands here. */
const oldestVersion = '202512'

function requireVersion({ faults }: Context, request: FastifyRequest): void {
  const version = String(request.headers['linkedin-version'] ?? '')
  if (version === '')
    throw new LinkedInError(
      400,
      'VERSION_MISSING',
      'A version must be present. Please specify a version by adding the LinkedIn-Version header.',
    )
  const known = /^\d{4}(0[1-9]|1[0-2])(\.\d\d)?$/.test(version) && version >= oldestVersion
  if (!known || faults.quirks['sunsetsVersions'] === true)
    throw new LinkedInError(426, 'NONEXISTENT_VERSION', `Requested version ${version} is not active`)
  if (request.headers['x-restli-protocol-version'] !== '2.0.0')
    throw invalid('Syntax exception in path variables: keys are read as those of protocol version 1.0.0')
}

/** The app needs the Community Management product for what is about comments and reactions, whatever the token holds. */
export function requireProduct({ faults }: Context, request: FastifyRequest, name: string): void {
  if (faults.quirks['lacksProduct'] !== true) return
  throw denied(`Not enough permissions to access: ${name}.${String(request.headers['linkedin-version'])}01`)
}

/** Writes are made in the name of the page. */
export function requireOrganization({ world }: Context, actor: unknown): void {
  if (actor !== world.brand('linkedin').id) throw denied(`Viewer does not have access to act as ${String(actor)}`)
}
