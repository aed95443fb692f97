import { DrizzleQueryError } from 'drizzle-orm'
import type { FastifyError, FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { Problem, problems, type InvalidParam, type ProblemCode } from '@answerback/core/problem'

/**
 * The only place that turns errors into `application/problem+json` (RFC 9457). Each is logged once: 5xx as errors, 4xx as warnings, and 401, by which a
 * browser learns that it is signed out, as information.
 */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    const { code, detail, extra } = read(error)
    const { status, title } = problems[code]
    if (status >= 500 && !(error instanceof Problem)) request.log.error({ request: request.id, err: error }, 'request failed')
    else
      request.log[status >= 500 ? 'error' : status === 401 ? 'info' : 'warn'](
        { request: request.id, code, detail, cause: extra.cause },
        'request refused',
      )
    const { cause: _inside, ...shown } = extra
    // RFC 9110 10.2.3, in seconds.
    if (typeof extra.retryAfterSeconds === 'number') reply.header('retry-after', extra.retryAfterSeconds)
    return reply
      .code(status)
      .type('application/problem+json')
      .send({ type: `/problems/${code}`, title, status, detail, instance: request.url, code, requestId: request.id, ...shown })
  })
}

function read(error: FastifyError | Problem): { code: ProblemCode; detail: string; extra: Record<string, unknown> } {
  if (error instanceof Problem) return { code: error.code, detail: error.message, extra: error.extra }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const invalidParams: InvalidParam[] = error.validation.map((each) => ({
      name: each.instancePath.split('/').filter(Boolean).join('.') || error.validationContext || 'body',
      reason: each.message ?? 'not valid',
    }))
    return { code: 'bad_request', detail: invalidParams.map((each) => `${each.name}: ${each.reason}`).join('; '), extra: { invalidParams } }
  }
  // Refused by the database (SQLSTATE character_not_in_repertoire, untranslatable_character): text and jsonb hold no U+0000.
  if (error instanceof DrizzleQueryError && /^(22021|22P05)$/.test((error.cause as { code?: string } | undefined)?.code ?? ''))
    return { code: 'bad_request', detail: 'The character U+0000 cannot be used here.', extra: {} }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { code: 'too_large', detail: 'The body is larger than this takes.', extra: {} }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return { code: 'unsupported_media_type', detail: 'Send the body as application/json.', extra: {} }
  if (error.statusCode !== undefined && error.statusCode < 500) return { code: 'bad_request', detail: error.message, extra: {} }
  return { code: 'internal', detail: 'The request was not carried out. Its id helps to find out why.', extra: {} }
}
