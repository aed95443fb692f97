import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Windows } from '../http/windows.ts'
import { rateLimited } from './errors.ts'

const perRoute: { method: string; path: RegExp; limit: number; seconds: number }[] = [
  { method: 'POST', path: /\/messages$/, limit: 5, seconds: 5 },
  { method: 'PATCH', path: /\/messages\/:id$/, limit: 5, seconds: 5 },
  { method: 'DELETE', path: /\/messages\/:id$/, limit: 5, seconds: 1 },
  { method: 'PUT', path: /\/reactions\//, limit: 1, seconds: 0.25 },
  { method: 'DELETE', path: /\/reactions\//, limit: 1, seconds: 0.25 },
]

/**
 * Counts a call in its bucket, which is the route together with the channel or server it is about, and below the 50 a second of the whole bot. Headers tell of the
 * bucket alone, in seconds.
 */
export function count(windows: Windows, now: number, request: FastifyRequest, reply: FastifyReply): void {
  const path = request.routeOptions.url ?? ''
  const { channel = '', guild = '' } = request.params as Record<string, string>
  const rule = perRoute.find((each) => each.method === request.method && each.path.test(path)) ?? { limit: 50, seconds: 1 }
  const bucket = createHash('sha256').update(`${request.method} ${path}`).digest('hex').slice(0, 32)
  const use = windows.use(`${bucket}:${channel}${guild}`, rule.limit, rule.seconds)
  const seconds = Math.max(0.001, (use.resetAt - now) / 1000)
  reply.headers({
    'x-ratelimit-limit': String(use.limit),
    'x-ratelimit-remaining': String(use.left),
    'x-ratelimit-reset': (use.resetAt / 1000).toFixed(3),
    'x-ratelimit-reset-after': seconds.toFixed(3),
    'x-ratelimit-bucket': bucket,
  })
  if (use.over) throw rateLimited(seconds, 'user', { 'retry-after': String(Math.ceil(seconds)) })
  const whole = windows.use('global', 50, 1)
  if (!whole.over) return
  const wait = Math.max(0.001, (whole.resetAt - now) / 1000)
  throw rateLimited(wait, 'global', { 'retry-after': String(Math.ceil(wait)) })
}
