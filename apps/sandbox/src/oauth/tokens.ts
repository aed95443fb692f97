import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import type { Keepable } from '../dialect.ts'
import { hmac256, sameText } from '../http/hmac.ts'
import type { PlatformId } from '../world/item.ts'
import { Kept } from '../world/kept.ts'

/** What becomes of a call with a token. `unknown`: none, or one that was never given out. */
export type TokenFate = 'good' | 'unknown' | 'expired' | 'revoked'

/** A pair as a token endpoint gives it. */
export type TokenPair = { accessToken: string; refreshToken: string; expiresInSeconds: number }

type Claims = { use: 'access' | 'refresh'; jti: string; iat: number; exp: number }

const usualRefreshSeconds = 90 * 86_400

type Options = { secret: string; accessSeconds: number; refreshSeconds?: number; rotates: boolean }

/** The token in an `Authorization` header of this scheme. */
export function bearerOf(request: FastifyRequest, scheme = 'Bearer'): string | undefined {
  const [, given, token] = /^(\S+) +(\S+)$/.exec(request.headers.authorization ?? '') ?? []
  return given?.toLowerCase() === scheme.toLowerCase() ? token : undefined
}

/** What becomes of a call with a token that stays the same: `known` is the one in the brand's settings. */
export function fateOfStatic(context: Context, platform: PlatformId, given: string | undefined, known: string): TokenFate {
  if (given === undefined || !sameText(given, known)) return 'unknown'
  const state = context.faults.tokens[platform]
  return state === 'valid' ? 'good' : state
}

/**
 * Access tokens that run out, and refresh tokens for new ones. They are signed, so that nothing has to be kept over a restart but the used ones. `rotates`: each
 * refresh token is good once. A token state of `expired` ends the access tokens given so far until somebody refreshes; `revoked` ends all.
 */
export class Tokens {
  /** Refresh tokens that were used up, for the state file. */
  readonly used: Kept<true> & Keepable = new Kept<true>(5_000)
  #context: Context
  #platform: PlatformId
  #options: Options

  constructor(context: Context, platform: PlatformId, options: Options) {
    this.#context = context
    this.#platform = platform
    this.#options = options
  }

  /** A new pair, for a grant that was accepted. */
  issue(): TokenPair {
    const { accessSeconds, refreshSeconds = usualRefreshSeconds } = this.#options
    const write = (use: Claims['use'], livesSeconds: number) => {
      const iat = Math.max(this.#now(), this.#context.faults.expiredAt[this.#platform] + 1)
      return this.#sign({ use, jti: randomBytes(9).toString('base64url'), iat, exp: iat + livesSeconds * 1000 })
    }
    return { accessToken: write('access', accessSeconds), refreshToken: write('refresh', refreshSeconds), expiresInSeconds: accessSeconds }
  }

  /** A pair for a refresh token: with the same refresh token where they do not rotate. Null when it is good no more. */
  refresh(refreshToken: string): TokenPair | null {
    const claims = this.#read(refreshToken)
    const { faults } = this.#context
    if (claims?.use !== 'refresh' || claims.exp <= this.#now()) return null
    if (faults.tokens[this.#platform] === 'revoked' || this.used.has(claims.jti)) return null
    if (faults.tokens[this.#platform] === 'expired') faults.tokens[this.#platform] = 'valid'
    if (!this.#options.rotates) return { ...this.issue(), refreshToken }
    this.used.set(claims.jti, true)
    return this.issue()
  }

  /** What becomes of a call with this access token. */
  fateOf(accessToken: string | undefined): TokenFate {
    const claims = accessToken === undefined ? null : this.#read(accessToken)
    if (claims?.use !== 'access') return 'unknown'
    const { tokens, expiredAt } = this.#context.faults
    if (tokens[this.#platform] === 'revoked') return 'revoked'
    return claims.exp <= this.#now() || claims.iat <= expiredAt[this.#platform] ? 'expired' : 'good'
  }

  #sign(claims: Claims): string {
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return `${body}.${hmac256(this.#options.secret, body, 'base64url')}`
  }

  #read(token: string): Claims | null {
    const [body = '', mac = ''] = token.split('.')
    if (!sameText(mac, hmac256(this.#options.secret, body, 'base64url'))) return null
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
  }

  #now(): number {
    return this.#context.world.clock(this.#platform)
  }
}
