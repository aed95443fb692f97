import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { searchParams } from '../http/body.ts'
import { Windows } from '../http/windows.ts'
import { MastodonError } from './errors.ts'

/**
 * Mastodon's rate limits: 300 calls in 5 minutes per token, 300 paged calls in 15 minutes, 30 media
 * or deletes in 30 minutes. Headers always; 429 only when the sandbox was told to enforce limits.
 */
export class Limits {
  #windows: Windows

  constructor(context: Context) {
    this.#windows = new Windows(context, 'mastodon')
  }

  /** Counts one call and returns its rate headers, and the 429 if it has to be refused. */
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
    const { left, resetAt, over } = this.#windows.use(name, limit, minutes * 60)
    return { headers: limitHeaders(limit, left, resetAt), exceeded: over ? new MastodonError(429, 'Too many requests') : null }
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
