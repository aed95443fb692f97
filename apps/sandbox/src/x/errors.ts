import type { JsonObject } from '../world/item.ts'

/** An answer of the X API that is not a success: a problem (RFC 9457) with X's own `type`. */
export class XError extends Error {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: JsonObject

  constructor(status: number, body: JsonObject, headers: Record<string, string> = {}) {
    super(String(body['detail'] ?? body['error'] ?? status))
    this.status = status
    this.body = body
    this.headers = headers
  }
}

const problems = 'https://api.x.com/2/problems/'

/** Without a type of its own: 401s, most 403s, 404s, 429s and 503s. */
export function plainProblem(status: number, title: string, detail = title): XError {
  return new XError(status, { title, detail, type: 'about:blank', status })
}

/** With a type that clients tell apart. */
export function problem(status: number, kind: string, title: string, detail: string, more: JsonObject = {}): XError {
  return new XError(status, { title, detail, type: `${problems}${kind}`, ...(kind === 'invalid-request' ? {} : { status }), ...more })
}

/** `400 invalid-request` about one parameter. */
export function invalid(parameter: string, value: string, message: string): XError {
  const errors = [{ parameters: { [parameter]: [value] }, message }]
  return problem(400, 'invalid-request', 'Invalid Request', 'One or more parameters to your request was invalid.', { errors })
}

/** What stands in `errors` of a 200 for an id that is not there. */
export function missing(id: string, parameter: string, resource: 'tweet' | 'user'): JsonObject {
  return {
    value: id,
    detail: `Could not find ${resource} with ${parameter}: [${id}].`,
    title: 'Not Found Error',
    resource_type: resource,
    parameter,
    resource_id: id,
    type: `${problems}resource-not-found`,
  }
}

/** Prepaid credits are gone; the rate headers stay healthy. */
export function creditsGone(): XError {
  return new XError(402, { title: 'Payment Required', detail: 'credits depleted', type: `${problems}credits-depleted` })
}

/** X does not say whether a token ran out or was taken back. */
export function unauthorized(): XError {
  return plainProblem(401, 'Unauthorized')
}

/** A repeat of the same words. It names no id of what stands there. */
export function duplicate(): XError {
  return plainProblem(403, 'Forbidden', 'You are not allowed to create a Tweet with duplicate content.')
}
