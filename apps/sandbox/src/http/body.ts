import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { JsonObject } from '../world/item.ts'
import { partsOf } from './multipart.ts'

/** A file of a multipart body. `field` is the name of its part. */
export type Upload = { field: string; name: string; type: string; bytes: Buffer }

/** A multipart body: its texts as fields, its files apart. As JSON (where faults look into bodies) a file is its name. */
export class Multipart {
  readonly fields: JsonObject
  readonly files: Upload[]

  constructor(fields: JsonObject, files: Upload[]) {
    this.fields = fields
    this.files = files
  }

  toJSON(): JsonObject {
    return { ...this.fields, files: this.files.map(({ field, name, type }) => ({ field, name, type })) }
  }
}

/**
 * Teaches the server the bodies that the platforms take: JSON (an empty body is `{}`), forms, multipart,
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
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    readMultipart(request.headers['content-type'] ?? '', body),
  )
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** The request's body as an object of fields; empty when it has none. */
export function bodyFields(request: FastifyRequest): JsonObject {
  const { body } = request
  if (Buffer.isBuffer(body)) return {}
  if (body instanceof Multipart) return body.fields
  return typeof body === 'object' && body !== null ? (body as JsonObject) : {}
}

/** The files of a multipart body, in their order; none in any other. */
export function uploadsOf(request: FastifyRequest): Upload[] {
  return request.body instanceof Multipart ? request.body.files : []
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
  for (const [name, value] of new URLSearchParams(body)) addField(fields, name, value)
  return fields
}

function readMultipart(contentType: string, body: Buffer): Multipart {
  const parts = partsOf(contentType, body)
  if (!parts) throw Object.assign(new Error('The body is not multipart/form-data'), { statusCode: 400 })
  const fields: JsonObject = {}
  const files: Upload[] = []
  for (const { name, filename, type, bytes } of parts) {
    // Some clients give bytes no file name.
    if (filename === null && type !== 'application/octet-stream') addField(fields, name, bytes.toString('utf8'))
    else files.push({ field: name, name: filename ?? '', type, bytes })
  }
  return new Multipart(fields, files)
}

function addField(fields: JsonObject, name: string, value: string): void {
  if (name.endsWith('[]')) {
    const list = fields[name.slice(0, -2)]
    fields[name.slice(0, -2)] = Array.isArray(list) ? [...list, value] : [value]
  } else fields[name] = value
}
