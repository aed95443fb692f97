import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { searchParams } from '../http/body.ts'
import { MastodonError } from './errors.ts'

type Bucket = { startsAt: number; used: number }

/**
 * Mastodon's rate limits: 300 calls in 5 minutes per token, 300 paged calls in 15 minutes, 30 media
 * or deletes in 30 minutes. Headers always; 429 only when the sandbox was told to enforce limits.
 */
export class Limits {
  #context: Context
  #buckets = new Map<string, Bucket>()

  constructor(context: Context) {
    this.#context = context
  }

  /** Counts one call and returns its rate headers. Throws 429, with the headers set on `headers`. */
  count(request: FastifyRequest): { headers: Record<string, string>; exceeded: MastodonError | null } {
    const path = request.raw.url ?? ''
    const query = searchParams(request)
    const paged = ['page', 'min_id', 'max_id', 'since_id'].some((name) => query.has(name))
    const rare = path.includes('/media') || request.method === 'DELETE'
    const all = this.#use('all', 300, 5)
    if (rare) return this.#use(`${request.method} rare`, 30, 30)
    return paged ? this.#use('paged', 300, 15) : all
  }

  #use(name: string, limit: number, minutes: number) {
    const now = this.#context.world.clock('mastodon')
    let bucket = this.#buckets.get(name)
    if (!bucket || now - bucket.startsAt >= minutes * 60_000) bucket = { startsAt: now, used: 0 }
    this.#buckets.set(name, bucket)
    bucket.used += 1
    const headers = limitHeaders(limit, Math.max(0, limit - bucket.used), bucket.startsAt + minutes * 60_000)
    const over = this.#context.enforceLimits && bucket.used > limit
    return { headers, exceeded: over ? new MastodonError(429, 'Too many requests') : null }
  }
}

/** The rate headers; the reset is an ISO 8601 time with microseconds. */
export function limitHeaders(limit: number, remaining: number, resetAt: number): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': new Date(resetAt).toISOString().replace('Z', '000Z'),
  }
}
