import type { Context } from '../context.ts'
import type { Answer } from '../dialect.ts'
import { dialectOf } from '../registry.ts'
import type { PlatformId } from '../world/item.ts'
import type { Fault } from './fault.ts'

/** A whole answer that stands in for the real one. */
export type FaultAnswer = { status: number; headers: Record<string, string>; body: string }

/** How this platform words a fault: its own status, headers and error body. */
export function faultAnswer(context: Context, platform: PlatformId, fault: Fault): FaultAnswer {
  const { failures } = dialectOf(platform)
  switch (fault.kind) {
    case 'answer':
      return written({ status: fault.status, headers: fault.headers, body: fault.body ?? {} })
    case 'rate_limited': {
      const seconds = fault.retryAfterSeconds ?? 30
      const silent = fault.withoutRetryAfter || context.faults.quirks.noRetryAfter
      const retryAfter: Record<string, string> = silent ? {} : { 'retry-after': String(Math.ceil(seconds)) }
      const resetAt = context.world.clock(platform) + seconds * 1000
      return written(failures.rateLimited(context, { seconds, resetAt, retryAfter }))
    }
    case 'unavailable':
      return written(failures.unavailable(context))
    case 'accept_then_400':
      return written(failures.badRequest(context))
    case 'expired_token':
      return written(failures.expiredToken(context))
    case 'revoked_token':
      return written(failures.revokedToken(context))
    case 'bad_json':
      return written({ status: 200, body: '{"data":[{"id":"1","mess' })
    case 'html':
      return written({ status: 200, body: '<!doctype html><title>Checking your browser</title><p>One moment' })
    default:
      return written(failures.serverError(context))
  }
}

/** An answer as it goes over the wire: JSON, unless its headers say otherwise. */
export function written(answer: Answer): FaultAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8', ...answer.headers }
  const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  return { status: answer.status, headers, body }
}
