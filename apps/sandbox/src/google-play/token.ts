import { createPublicKey, verify } from 'node:crypto'
import type { Context } from '../context.ts'
import { OauthError } from '../google/login.ts'
import { textOf } from '../http/body.ts'
import type { Tokens } from '../oauth/tokens.ts'
import type { JsonObject } from '../world/item.ts'

const platform = 'google-play'
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const scope = 'https://www.googleapis.com/auth/androidpublisher'
const audiences = ['https://oauth2.googleapis.com/token', 'https://www.googleapis.com/oauth2/v4/token']
const maxSeconds = 3_600
const slackSeconds = 300

/** The token endpoint for service accounts (RFC 7523): an assertion signed with the account's key for a token of an hour. There is no refresh token. */
export function giveToken(context: Context, tokens: Tokens, form: JsonObject): JsonObject {
  if (form['grant_type'] !== grantType)
    throw new OauthError(400, 'unsupported_grant_type', `Invalid grant_type: ${textOf(form['grant_type']) ?? ''}`)
  const claims = claimsOf(context, textOf(form['assertion']) ?? '')
  const { secrets, faults, world } = context
  if (claims['iss'] !== secrets[platform].clientEmail || faults.tokens[platform] === 'revoked')
    throw new OauthError(400, 'invalid_grant', 'Invalid grant: account not found')
  if (!audiences.includes(textOf(claims['aud']) ?? '')) throw new OauthError(400, 'invalid_grant', 'Invalid JWT: Failed audience check.')
  const [iat, exp] = [Number(claims['iat']), Number(claims['exp'])]
  const now = world.clock(platform) / 1000
  if (!(exp > now && exp - iat <= maxSeconds && iat <= now + slackSeconds))
    throw new OauthError(400, 'invalid_grant', 'Invalid JWT: it has to be short-lived (60 minutes), with times that are not far off.')
  if (!(textOf(claims['scope']) ?? '').split(' ').includes(scope))
    throw new OauthError(400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.')
  if (faults.tokens[platform] === 'expired') faults.tokens[platform] = 'valid'
  return { access_token: `ya29.${tokens.issue().accessToken}`, expires_in: 3_599, token_type: 'Bearer' }
}

function claimsOf({ secrets }: Context, assertion: string): JsonObject {
  const { privateKey, privateKeyId } = secrets[platform]
  const [head = '', body = '', signature = ''] = assertion.split('.')
  const { alg, kid } = readPart(head)
  const isSigned = verify('sha256', Buffer.from(`${head}.${body}`), createPublicKey(privateKey), Buffer.from(signature, 'base64url'))
  if (alg !== 'RS256' || (kid !== undefined && kid !== privateKeyId) || !isSigned)
    throw new OauthError(400, 'invalid_grant', 'Invalid JWT Signature.')
  return readPart(body)
}

function readPart(part: string): JsonObject {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown
    return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
  } catch {
    throw new OauthError(400, 'invalid_grant', 'Bad Request')
  }
}
