import { randomUUID } from 'node:crypto'

/** An answer of App Store Connect that is not a success: a list with one error (JSON:API). */
export class AppStoreError extends Error {
  readonly status: number
  readonly body: { errors: { id: string; status: string; code: string; title: string; detail: string; source?: object }[] }

  constructor(status: number, code: string, title: string, detail: string, source?: { parameter: string } | { pointer: string }) {
    super(detail)
    this.status = status
    this.body = { errors: [{ id: randomUUID(), status: String(status), code, title, detail, ...(source ? { source } : {}) }] }
  }
}

/** No token, a bad one, or one of a key that was revoked: all look alike. */
export function notAuthorized(): AppStoreError {
  return new AppStoreError(
    401,
    'NOT_AUTHORIZED',
    'Authentication credentials are missing or invalid.',
    'Provide a properly configured and signed bearer token, and make sure that it has not expired.',
  )
}

/** The key’s role may not do this. */
export function forbidden(): AppStoreError {
  return new AppStoreError(
    403,
    'FORBIDDEN_ERROR',
    'This request is forbidden for security reasons',
    'The API key in use does not allow this request',
  )
}

/** Never there, or gone. */
export function notFound(type: string, id: string): AppStoreError {
  return new AppStoreError(
    404,
    'NOT_FOUND',
    'The specified resource does not exist',
    `There is no resource of type '${type}' with id '${id}'`,
  )
}

/** Something in the query will not do. */
export function badParameter(parameter: string, detail: string): AppStoreError {
  return new AppStoreError(400, 'PARAMETER_ERROR.INVALID', 'A parameter has an invalid value', detail, { parameter })
}

/** The body is JSON:API, and something in it will not do. */
export function badEntity(
  kind: 'ATTRIBUTE.REQUIRED' | 'ATTRIBUTE.INVALID' | 'RELATIONSHIP.INVALID',
  pointer: string,
  detail: string,
): AppStoreError {
  return new AppStoreError(409, `ENTITY_ERROR.${kind}`, 'The provided entity is not as it has to be', detail, { pointer })
}

/** An hour’s calls are used up. */
export function tooManyCalls(): AppStoreError {
  return new AppStoreError(
    429,
    'RATE_LIMIT_EXCEEDED',
    'The request rate limit has been reached.',
    "We've received too many requests for this API. Please wait and try again or slow down your request rate.",
  )
}
