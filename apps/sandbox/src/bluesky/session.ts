import { createHash, createHmac } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, textOf } from '../http/body.ts'
import { baseUrlOf } from '../http/base.ts'
import { sameText } from '../http/hmac.ts'
import type { JsonObject } from '../world/item.ts'
import { XrpcError, invalidRequest, tokenExpired } from './errors.ts'

const accessMs = 120 * 60_000
const refreshMs = 90 * 86_400_000
const graceMs = 2 * 3_600_000

type Claims = { scope: string; sub: string; jti: string; iatMs: number; iat: number; exp: number }

/** The sessions of one pretend PDS: access tokens for 120 minutes, rotating refresh tokens for 90 days. */
export class Sessions {
  #context: Context
  #usedAt = new Map<string, number>()
  #logins = 0

  constructor(context: Context) {
    this.#context = context
  }

  /** `createSession`. Throws 401 `AuthenticationRequired` on wrong credentials. */
  create(request: FastifyRequest): JsonObject {
    const body = bodyFields(request)
    const identifier = textOf(body['identifier'])
    const password = textOf(body['password'])
    if (identifier === undefined || password === undefined)
      throw invalidRequest('Input must have the properties "identifier" and "password"')
    const { bluesky } = this.#context.secrets
    const known = [bluesky.did, bluesky.identifier].includes(identifier.toLowerCase().replace(/^@/, ''))
    const revoked = this.#context.faults.tokens.bluesky === 'revoked'
    if (!known || revoked || !sameText(password, bluesky.appPassword))
      throw new XrpcError(401, 'AuthenticationRequired', 'Invalid identifier or password')
    this.#logins += 1
    const jti = hash(`${bluesky.jwtSecret}${this.#now()}${this.#logins}${this.#context.world.random()}`)
    return { ...this.#tokens(jti), ...this.describe(request) }
  }

  /** `refreshSession`: the next pair of tokens; for 2 hours the old token gives the same successor. */
  refresh(request: FastifyRequest): JsonObject {
    const claims = this.#read(request, 'com.atproto.refresh')
    if (this.#context.faults.tokens.bluesky === 'revoked') throw tokenExpired('Token has been revoked')
    const usedAt = this.#usedAt.get(claims.jti) ?? this.#now()
    if (this.#now() - usedAt > graceMs) throw tokenExpired('Token has been revoked')
    this.#usedAt.set(claims.jti, usedAt)
    if (this.#usedAt.size > 1_000) this.#usedAt.delete([...this.#usedAt.keys()][0] ?? '')
    if (this.#context.faults.tokens.bluesky === 'expired') this.#context.faults.tokens.bluesky = 'valid'
    return { ...this.#tokens(hash(claims.jti)), ...this.describe(request) }
  }

  /** Account facts that every session answer carries. */
  describe(request: FastifyRequest): JsonObject {
    const { did, identifier } = this.#context.secrets.bluesky
    const service = {
      id: '#atproto_pds',
      type: 'AtprotoPersonalDataServer',
      serviceEndpoint: baseUrlOf(request, 'bluesky'),
    }
    const didDoc = {
      '@context': ['https://www.w3.org/ns/did/v1'],
      id: did,
      alsoKnownAs: [`at://${identifier}`],
      service: [service],
    }
    return { did, handle: identifier, email: 'post@fieldnote.test', active: true, didDoc }
  }

  /** Throws unless the request carries a good access token. */
  require(request: FastifyRequest): void {
    const claims = this.#read(request, 'com.atproto.access')
    const { tokens, expiredAt } = this.#context.faults
    if (tokens.bluesky === 'revoked') throw tokenExpired('Token has been revoked')
    if (claims.iatMs <= expiredAt.bluesky) throw tokenExpired()
  }

  /** Whether the request is signed in. A token that is given must be good. */
  isSignedIn(request: FastifyRequest): boolean {
    if (!request.headers.authorization) return false
    this.require(request)
    return true
  }

  #tokens(jti: string): JsonObject {
    const sub = this.#context.secrets.bluesky.did
    const issue = (scope: string, livesMs: number) => {
      const iatMs = Math.max(this.#now(), this.#context.faults.expiredAt.bluesky + 1)
      const iat = Math.floor(iatMs / 1000)
      const exp = Math.floor((iatMs + livesMs) / 1000)
      return this.#sign({ scope, sub, jti, iatMs, iat, exp })
    }
    return {
      accessJwt: issue('com.atproto.access', accessMs),
      refreshJwt: issue('com.atproto.refresh', refreshMs),
    }
  }

  #sign(claims: Claims): string {
    const head = Buffer.from('{"typ":"at+jwt","alg":"HS256"}').toString('base64url')
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return `${head}.${body}.${this.#mac(`${head}.${body}`)}`
  }

  #read(request: FastifyRequest, scope: string): Claims {
    const header = request.headers.authorization
    if (!header) throw new XrpcError(401, 'AuthMissing', 'Authentication Required')
    const [head, body, mac] = (/^Bearer (.+)$/i.exec(header)?.[1] ?? '').split('.')
    if (!head || !body || !mac || !sameText(mac, this.#mac(`${head}.${body}`)))
      throw new XrpcError(400, 'InvalidToken', 'Token could not be verified')
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
    if (claims.scope !== scope) throw new XrpcError(400, 'InvalidToken', 'Bad token scope')
    if (claims.exp * 1000 <= this.#now()) throw tokenExpired()
    return claims
  }

  #mac(text: string): string {
    const { jwtSecret } = this.#context.secrets.bluesky
    return createHmac('sha256', jwtSecret).update(text).digest('base64url')
  }

  #now(): number {
    return this.#context.world.clock('bluesky')
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
