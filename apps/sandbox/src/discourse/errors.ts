import type { JsonObject } from '../world/item.ts'

/** An answer of Discourse that is no success: a list of sentences, and mostly a word for programs. */
export class DiscourseError extends Error {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: JsonObject

  constructor(status: number, error: string, more: JsonObject = {}, headers: Record<string, string> = {}) {
    super(error)
    this.status = status
    this.headers = headers
    this.body = { errors: [error], ...more }
  }
}

/** The key or its user is not good, or may not do this: Discourse does not say which. */
export function invalidAccess(ofKey: boolean): DiscourseError {
  const words = 'You are not permitted to view the requested resource.'
  const more = ofKey ? ' The API username or key is invalid.' : ''
  return new DiscourseError(403, words + more, { error_type: 'invalid_access' })
}

/** Not there, or not to be seen: the answer is the same. */
export function notFound(): DiscourseError {
  return new DiscourseError(404, 'The requested URL or resource could not be found.', { error_type: 'not_found' })
}

/** Too many calls; `retryAfter` is the header, or nothing. */
export function tooMany(seconds: number, retryAfter: Record<string, string>): DiscourseError {
  const words = 'You’ve performed this action too many times, please try again later.'
  const left = `${seconds} second${seconds === 1 ? '' : 's'}`
  return new DiscourseError(429, words, { error_type: 'rate_limit', extras: { wait_seconds: seconds, time_left: left } }, retryAfter)
}

/** A post that its rules do not let in. */
export function invalidPost(error: string): DiscourseError {
  return new DiscourseError(422, error, { action: 'create_post' })
}
