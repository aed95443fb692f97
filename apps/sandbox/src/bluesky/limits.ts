import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, textOf } from '../http/body.ts'
import { Windows } from '../http/windows.ts'
import { XrpcError } from './errors.ts'

const points: Record<string, number> = {
  'com.atproto.repo.createRecord': 3,
  'com.atproto.repo.putRecord': 2,
  'com.atproto.repo.deleteRecord': 1,
}

/**
 * Bluesky's rate limits: 3,000 calls in 5 minutes, 30 sign-ins in 5 minutes per identifier, 5,000
 * write points an hour. Headers always; 429 only when the sandbox was told to enforce limits.
 */
export class Limits {
  #context: Context
  #windows: Windows

  constructor(context: Context) {
    this.#context = context
    this.#windows = new Windows(context, 'bluesky')
  }

  /** Counts one call and returns its rate headers. Throws 429 `RateLimitExceeded`. */
  count(method: string, request: FastifyRequest): Record<string, string> {
    const overall = this.#use('calls', 1, 3_000, 300)
    if (method === 'com.atproto.server.createSession') {
      const who = textOf(bodyFields(request)['identifier']) ?? ''
      return this.#use(`login:${who}`, 1, 30, 300)
    }
    const cost = points[method]
    return cost === undefined ? overall : this.#use('writes', cost, 5_000, 3_600)
  }

  #use(name: string, cost: number, limit: number, windowSeconds: number): Record<string, string> {
    const use = this.#windows.use(name, limit, windowSeconds, cost)
    const resetAt = Math.ceil(use.resetAt / 1000)
    const waitSeconds = Math.ceil(resetAt - this.#context.world.clock('bluesky') / 1000)
    if (use.over) throw new RateLimited(limit, windowSeconds, resetAt, waitSeconds)
    return limitHeaders(limit, use.left, resetAt, windowSeconds)
  }
}

/** 429 with its headers. */
export class RateLimited extends XrpcError {
  readonly headers: Record<string, string>

  constructor(limit: number, windowSeconds: number, resetAt: number, waitSeconds: number) {
    super(429, 'RateLimitExceeded', 'Rate Limit Exceeded')
    const headers = limitHeaders(limit, 0, resetAt, windowSeconds)
    this.headers = { ...headers, 'retry-after': String(waitSeconds) }
  }
}

/** The rate headers; `resetAt` in unix seconds. */
export function limitHeaders(limit: number, remaining: number, resetAt: number, windowSeconds: number): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetAt),
    'ratelimit-policy': `${limit};w=${windowSeconds}`,
  }
}
