import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, textOf } from '../http/body.ts'
import { XrpcError } from './errors.ts'

const points: Record<string, number> = {
  'com.atproto.repo.createRecord': 3,
  'com.atproto.repo.putRecord': 2,
  'com.atproto.repo.deleteRecord': 1,
}

type Bucket = { startsAt: number; used: number }

/**
 * Bluesky's rate limits: 3,000 calls in 5 minutes, 30 sign-ins in 5 minutes per identifier, 5,000
 * write points an hour. Headers always; 429 only when the sandbox was told to enforce limits.
 */
export class Limits {
  #context: Context
  #buckets = new Map<string, Bucket>()

  constructor(context: Context) {
    this.#context = context
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
    const now = this.#context.world.clock('bluesky')
    let bucket = this.#buckets.get(name)
    if (!bucket || now - bucket.startsAt >= windowSeconds * 1000) bucket = { startsAt: now, used: 0 }
    if (this.#buckets.size > 1_000) this.#buckets.clear()
    this.#buckets.set(name, bucket)
    bucket.used += cost
    const resetAt = Math.ceil(bucket.startsAt / 1000) + windowSeconds
    if (this.#context.enforceLimits && bucket.used > limit)
      throw new RateLimited(limit, windowSeconds, resetAt, Math.ceil(resetAt - now / 1000))
    return limitHeaders(limit, Math.max(0, limit - bucket.used), resetAt, windowSeconds)
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
