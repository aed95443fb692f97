import { z } from 'zod'

/** As much of OpenAPI 3.0 as is completed here; the rest passes through as it came from the routes' schemas. */
export type Operation = {
  operationId?: string
  tags?: string[]
  summary?: string
  security?: Record<string, string[]>[]
  responses?: Record<string, unknown>
}
export type OpenApi = { paths?: Record<string, Record<string, Operation>>; components?: Record<string, unknown> }

const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    requestId: z.string(),
    invalidParams: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
  })
  .describe('Why a request was not carried out (RFC 9457). `code` is for programs, `detail` for people.')

/**
 * Completes what the routes say of themselves: a name for each operation, the two ways to sign in, the refusals that every route shares, and 204 where a
 * route gives nothing back.
 */
export function completeOpenApi(document: OpenApi): OpenApi {
  const paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).map(([path, operations]) => [
      path,
      Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, complete(method, path, operation)])),
    ]),
  )
  return {
    ...document,
    paths,
    components: {
      ...document.components,
      schemas: { ...(document.components?.schemas as object), Problem: z.toJSONSchema(problem, { target: 'openapi-3.0' }) },
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, made in the settings or with `pnpm cli api-key create`.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'answerback.session_token',
          description: 'The session of somebody who signed in; named `__Secure-…` or `__Host-…` where the address is https.',
        },
      },
    },
  }
}

function complete(method: string, path: string, operation: Operation): Operation {
  const { responses = {}, ...rest } = operation
  // The generator's word for a route without a response schema: here those send nothing.
  const nothing = Object.keys(responses).length === 1 && (responses['200'] as { description?: string })?.description === 'Default Response'
  const plain = nothing && path.startsWith('/api/v1/') && !('content' in (responses['200'] as object))
  return {
    operationId: nameOf(method, path),
    ...rest,
    security: rest.security ?? (path.startsWith('/api/v1/') ? [{ apiKey: [] }, { session: [] }] : []),
    responses: { ...(plain && method !== 'get' ? { 204: { description: 'Done.' } } : described(responses)), ...refusals(path) },
  }
}

function refusals(path: string): Record<string, unknown> {
  const as = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  })
  return {
    ...(path.startsWith('/api/v1/') ? { 401: as('Not signed in.'), 403: as('This role may not do this.') } : {}),
    ...(path.includes('{') ? { 404: as('Nothing here by that name.') } : {}),
    default: as('Refused or failed; `code` says why.'),
  }
}

function described(responses: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [
      status,
      { ...(response as object), description: status === '201' ? 'Made.' : status === '202' ? 'Taken, and on its way.' : 'Done.' },
    ]),
  )
}

/** `PUT /api/v1/conversations/{id}/snooze` is `putConversationsByIdSnooze`: never the same for two routes. */
function nameOf(method: string, path: string): string {
  const words = path
    .replace(/^\/api\/v1\//, '')
    .split(/[^A-Za-z0-9{}]+/)
    .filter(Boolean)
    .map((word) => (word.startsWith('{') ? `By${capital(word.slice(1, -1))}` : capital(word)))
  return method + words.join('')
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
