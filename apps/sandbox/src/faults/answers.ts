import { limitHeaders as blueskyLimitHeaders } from '../bluesky/limits.ts'
import { tokenExpired as blueskyExpired } from '../bluesky/errors.ts'
import type { Context } from '../context.ts'
import { GraphError, pageRateLimited, tokenExpired, tokenRevoked } from '../facebook/errors.ts'
import { usageHeaders } from '../facebook/routes.ts'
import { limitHeaders as mastodonLimitHeaders } from '../mastodon/limits.ts'
import type { PlatformId } from '../world/item.ts'
import type { Fault } from './fault.ts'

/** A whole answer that stands in for the real one. */
export type FaultAnswer = { status: number; headers: Record<string, string>; body: string }

/** How this platform words a fault: its own status, headers and error body. */
export function faultAnswer(context: Context, platform: PlatformId, fault: Fault): FaultAnswer {
  switch (fault.kind) {
    case 'answer': {
      const text = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? {})
      const headers = { 'content-type': 'application/json; charset=utf-8', ...fault.headers }
      return { status: fault.status, headers, body: text }
    }
    case 'rate_limited':
      return rateLimited(context, platform, fault.retryAfterSeconds ?? 30, fault.withoutRetryAfter ?? false)
    case 'unavailable':
      return json(503, unavailableBody(platform))
    case 'accept_then_400':
      return json(400, quirk400Body(platform))
    case 'expired_token':
      return tokenAnswer(platform, true)
    case 'revoked_token':
      return tokenAnswer(platform, false)
    case 'bad_json':
      return { ...json(200, {}), body: '{"data":[{"id":"1","mess' }
    case 'html':
      return { ...json(200, {}), body: '<!doctype html><title>Checking your browser</title><p>One moment' }
    default:
      return json(500, serverErrorBody(platform))
  }
}

function rateLimited(context: Context, platform: PlatformId, seconds: number, withoutRetryAfter: boolean): FaultAnswer {
  const resetAt = context.world.clock(platform) + seconds * 1000
  const silent = withoutRetryAfter || context.faults.quirks.noRetryAfter
  const retryAfter: Record<string, string> = silent ? {} : { 'retry-after': String(Math.ceil(seconds)) }
  if (platform === 'bluesky') {
    const limits = blueskyLimitHeaders(5_000, 0, Math.ceil(resetAt / 1000), 3_600)
    const body = { error: 'RateLimitExceeded', message: 'Rate Limit Exceeded' }
    return json(429, body, { ...limits, ...retryAfter })
  }
  if (platform === 'mastodon') {
    const limits = mastodonLimitHeaders(300, 0, resetAt)
    return json(429, { error: 'Too many requests' }, { ...limits, ...retryAfter })
  }
  // The Graph API has no 429 and no Retry-After: a code, and minutes in the usage header.
  return json(400, pageRateLimited().body, usageHeaders(context, 100, Math.ceil(seconds / 60)))
}

function tokenAnswer(platform: PlatformId, expired: boolean): FaultAnswer {
  if (platform === 'facebook') return json(400, (expired ? tokenExpired() : tokenRevoked()).body)
  if (platform === 'bluesky') return json(400, blueskyExpired(expired ? undefined : 'Token has been revoked').body)
  return json(401, { error: `The access token ${expired ? 'expired' : 'was revoked'}` })
}

function serverErrorBody(platform: PlatformId): unknown {
  if (platform === 'facebook') return new GraphError(1, 'An unknown error occurred', { status: 500, transient: true }).body
  if (platform === 'bluesky') return { error: 'InternalServerError', message: 'Internal Server Error' }
  return { error: 'We are sorry, but something went wrong on our end.' }
}

function unavailableBody(platform: PlatformId): unknown {
  if (platform === 'facebook') return new GraphError(2, 'Service temporarily unavailable', { status: 503, transient: true }).body
  if (platform === 'bluesky') return { error: 'NotEnoughResources', message: 'Service Unavailable' }
  return { error: 'There was a temporary problem serving your request, please try again' }
}

function quirk400Body(platform: PlatformId): unknown {
  if (platform === 'facebook') return new GraphError(20, '(#20) Cannot read the new object', { subcode: 1772107 }).body
  if (platform === 'bluesky') return { error: 'InvalidRequest', message: 'Bad Request' }
  return { error: 'Bad Request' }
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): FaultAnswer {
  const type = { 'content-type': 'application/json; charset=utf-8' }
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(body) }
}
