import type { FastifyReply } from 'fastify'

/** An answer of the WordPress REST API that is not a success: `WP_Error` as JSON, its status in `data` as well. */
export class WordPressError extends Error {
  readonly status: number
  readonly body: { code: string; message: string; data: { status: number; params?: Record<string, string> } }

  constructor(status: number, code: string, message: string, params?: Record<string, string>) {
    super(message)
    this.status = status
    this.body = { code, message, data: { status, ...(params && { params }) } }
  }
}

/** Nobody who is signed in, or somebody who may not. */
export function refused(signedIn: boolean, code: string, message: string): WordPressError {
  return new WordPressError(signedIn ? 403 : 401, code, message)
}

/** A parameter that the route's schema does not take. */
export function invalidParam(name: string, message: string): WordPressError {
  return new WordPressError(400, 'rest_invalid_param', `Invalid parameter(s): ${name}`, { [name]: message })
}

export function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof WordPressError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  const [code, message] =
    status < 500 ? ['rest_invalid_json', 'Invalid JSON body passed.'] : ['internal_server_error', 'There has been a critical error.']
  return reply.code(status).send({ code, message, data: { status } })
}
