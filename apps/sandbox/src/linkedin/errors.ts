/** An answer of the API that is not a success: status, code, LinkedIn's own number where it has one, and words. */
export class LinkedInError extends Error {
  readonly status: number
  readonly body: { status: number; code: string; message: string; serviceErrorCode?: number }

  constructor(status: number, code: string, message: string, serviceErrorCode?: number) {
    super(message)
    this.status = status
    this.body = { status, code, message, ...(serviceErrorCode === undefined ? {} : { serviceErrorCode }) }
  }
}

/** An answer of the token endpoint that is not a success (RFC 6749, 5.2). */
export class OauthError extends Error {
  readonly status: number
  readonly body: { error: string; error_description: string }

  constructor(status: number, error: string, description: string) {
    super(error)
    this.status = status
    this.body = { error, error_description: description }
  }
}

/** The token is missing, unknown, run out or taken back: each has a name and a number. */
export function tokenError(fate: 'missing' | 'unknown' | 'expired' | 'revoked'): LinkedInError {
  if (fate === 'missing') return new LinkedInError(401, 'EMPTY_ACCESS_TOKEN', 'Empty oauth2 access token', 65604)
  if (fate === 'expired') return new LinkedInError(401, 'EXPIRED_ACCESS_TOKEN', 'The token used in the request has expired', 65602)
  if (fate === 'revoked')
    return new LinkedInError(401, 'REVOKED_ACCESS_TOKEN', 'The token used in the request has been revoked by the user', 65601)
  return new LinkedInError(401, 'INVALID_ACCESS_TOKEN', 'Invalid access token', 65600)
}

/** The member or the app may not do this. */
export function denied(message: string): LinkedInError {
  return new LinkedInError(403, 'ACCESS_DENIED', message, 100)
}

/** What the call is about is not there. */
export function notFound(what: string): LinkedInError {
  return new LinkedInError(404, 'NOT_FOUND', `Could not find entity ${what}`)
}

/** A parameter or a part of the body is not as it has to be. */
export function invalid(message: string): LinkedInError {
  return new LinkedInError(400, 'ILLEGAL_ARGUMENT', message)
}

/** A day's allowance is used up; nothing says of how much, nor until when. */
export function throttled(): LinkedInError {
  return new LinkedInError(429, 'TOO_MANY_REQUESTS', 'Resource level throttle limit for calls to this resource is reached.', 101)
}
