import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { JsonObject } from '../world/item.ts'

/**
 * Teaches the server the bodies that the platforms take: JSON (an empty body is `{}`), forms,
 * and anything else as raw bytes.
 */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, {})
    try {
      done(null, JSON.parse(String(body)))
    } catch {
      done(Object.assign(new Error('The body is not JSON'), { statusCode: 400 }))
    }
  })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, readForm(String(body))),
  )
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** The request's body as an object of fields; empty when it has none. */
export function bodyFields(request: FastifyRequest): JsonObject {
  const { body } = request
  if (body instanceof FormData || Buffer.isBuffer(body)) return {}
  return typeof body === 'object' && body !== null ? (body as JsonObject) : {}
}

/** The request's query, each name with its first value. */
export function queryFields(request: FastifyRequest): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [name, value] of searchParams(request)) if (!(name in fields)) fields[name] = value
  return fields
}

/** The request's query as it came, with repeated names. */
export function searchParams(request: FastifyRequest): URLSearchParams {
  return new URL(request.raw.url ?? '/', 'http://sandbox').searchParams
}

/** The text of a field, or undefined when it is not a string or number. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

function readForm(body: string): JsonObject {
  const fields: JsonObject = {}
  for (const [name, value] of new URLSearchParams(body)) {
    if (name.endsWith('[]')) {
      const list = fields[name.slice(0, -2)]
      fields[name.slice(0, -2)] = Array.isArray(list) ? [...list, value] : [value]
    } else fields[name] = value
  }
  return fields
}
