import type { FastifyReply } from 'fastify'
import type { JsonObject } from '../world/item.ts'
import { OauthError } from './login.ts'

/** An answer of a Google API that is not a success, in the newer form: status, its word, and a sentence. */
export class GoogleError extends Error {
  readonly status: number
  readonly body: { error: { code: number; message: string; status: string; details?: JsonObject[] } }

  constructor(status: number, word: string, message: string, details?: JsonObject[]) {
    super(message)
    this.status = status
    this.body = { error: { code: status, message, status: word, ...(details ? { details } : {}) } }
  }
}

/** A field that is missing or wrong. */
export function invalidArgument(field: string, description: string): GoogleError {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description }] }]
  return new GoogleError(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.', details)
}

/** The token is missing, ran out, or was taken back. */
export function unauthenticated(): GoogleError {
  return new GoogleError(
    401,
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  )
}

export function notFound(): GoogleError {
  return new GoogleError(404, 'NOT_FOUND', 'Requested entity was not found.')
}

/** Too many calls; where a project was never let in, the limit is 0. `service` is its name among Google's APIs. */
export function exhausted(service: string, limit: number): GoogleError {
  const words = `Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service '${service}' for consumer 'project_number:1'. (limit ${limit})`
  return new GoogleError(429, 'RESOURCE_EXHAUSTED', words)
}

/** Whatever went wrong, in Google's form; what is not Google's is a bad body or a slip of ours. */
export function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof GoogleError || error instanceof OauthError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  const known =
    status < 500
      ? new GoogleError(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received.')
      : new GoogleError(500, 'INTERNAL', 'Internal error encountered.')
  return reply.code(known.status).send(known.body)
}
