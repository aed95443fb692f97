import type { FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import type { JsonObject } from '../world/item.ts'
import { GraphError } from './errors.ts'

/** The token that came with a request, from the query, the body or the Authorization header. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const bearer = /^(?:Bearer|OAuth) (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return queryFields(request)['access_token'] ?? textOf(bodyFields(request)['access_token']) ?? bearer
}

/** A query without what must not stand in an address that is given out. */
export function withoutToken(query: Record<string, string>): Record<string, string> {
  const { access_token: _token, appsecret_proof: _proof, ...rest } = query
  return rest
}

/** Every plain field of a request, from its query and its body. */
export function formOf(request: FastifyRequest): Record<string, string> {
  const form: Record<string, string> = queryFields(request)
  for (const [name, value] of Object.entries(bodyFields(request))) {
    const text = textOf(value)
    if (text !== undefined) form[name] = text
  }
  return form
}

/** A field that is an object, or one written as JSON; anything else is empty. */
export function objectField(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null) return value as JsonObject
  if (typeof value !== 'string') return {}
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'object' && parsed !== null ? (parsed as JsonObject) : {}
  } catch {
    return {}
  }
}

/** The address of an edge's page. A token that came in the query comes back in it, as with Meta. */
export function edgeUrl(request: FastifyRequest, base: string, path: string, query: Record<string, string>): string {
  const url = new URL(`${base}/${path}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const token = queryFields(request)['access_token']
  if (token) url.searchParams.set('access_token', token)
  return url.href
}

/** Sends an error as the Graph API words it; what is none of its own is code 2. */
export function answerGraphError(error: unknown, reply: FastifyReply): FastifyReply {
  const known =
    error instanceof GraphError
      ? error
      : new GraphError(2, 'An unexpected error has occurred. Please retry your request later.', {
          status: (error as { statusCode?: number }).statusCode ?? 500,
          transient: true,
        })
  return reply.code(known.status).header('www-authenticate', 'OAuth "Facebook Platform"').send(known.body)
}

/** An edge that this kind of node does not have: code 2500. */
export function unknownPath(edge: string): GraphError {
  return new GraphError(2500, `Unknown path components: /${edge}`)
}
