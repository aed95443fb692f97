import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, textOf, uploadsOf } from '../http/body.ts'
import type { Upload } from '../http/body.ts'
import { typeOf } from '../http/media-type.ts'
import { fileAddress } from '../pages/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import { DiscordError, invalidForm, tooLarge } from './errors.ts'
import { snowflake } from './ids.ts'

const mostFiles = 10
const mostBytes = 10 * 1024 * 1024
const mostRequestBytes = 25 * 1024 * 1024
const longestDescription = 1_024

/** The fields of a message: JSON as it is, or `payload_json` of a form, or the form's own fields. */
export function messageFields(request: FastifyRequest): JsonObject {
  const fields = bodyFields(request)
  const payload = textOf(fields['payload_json'])
  if (payload === undefined) return fields
  try {
    return JSON.parse(payload) as JsonObject
  } catch {
    throw new DiscordError(400, 50109, 'The request body contains invalid JSON.')
  }
}

/** A file of a request, with what `attachments` says of it under its number. */
export type NewAttachment = { upload: Upload; description: string }

/**
 * The files of a request: `files[n]`, described under `id` n in `attachments`, in whose order they go; those that it leaves out come last. Throws what is said of too
 * many, too large ones and long descriptions.
 */
export function readFiles(request: FastifyRequest, form: JsonObject): NewAttachment[] {
  const uploads = new Map(uploadsOf(request).map((upload) => [/^files\[(\d+)\]$/.exec(upload.field)?.[1] ?? upload.field, upload]))
  const requestBytes = Number(request.headers['content-length'] ?? 0)
  if (requestBytes > mostRequestBytes || [...uploads.values()].some(({ bytes }) => bytes.length > mostBytes)) throw tooLarge()
  const named = (Array.isArray(form['attachments']) ? form['attachments'] : []) as JsonObject[]
  const described = new Map(named.map((each) => [textOf(each['id']) ?? '', textOf(each['description']) ?? '']))
  if (Math.max(uploads.size, named.length) > mostFiles)
    throw invalidForm(['attachments'], 'BASE_TYPE_MAX_LENGTH', `Must be ${mostFiles} or fewer in length.`)
  for (const [at, each] of named.entries())
    if ((textOf(each['description']) ?? '').length > longestDescription)
      throw invalidForm(
        ['attachments', String(at), 'description'],
        'BASE_TYPE_MAX_LENGTH',
        `Must be ${longestDescription} or fewer in length.`,
      )
  const order = [...new Set([...described.keys(), ...uploads.keys()])]
  return order.flatMap((number) => {
    const upload = uploads.get(number)
    return upload ? [{ upload, description: described.get(number) ?? '' }] : []
  })
}

/** Keeps the files of a message, each under an id of its own. Any type is taken. */
export function keepFiles({ world }: Context, files: NewAttachment[]): ItemMedia[] {
  const now = world.clock('discord')
  return files.map(({ upload, description }) => {
    const { bytes, type: said } = upload
    const id = snowflake(world, now)
    const name = upload.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
    const type = typeOf(bytes) ?? (said === '' ? 'application/octet-stream' : said)
    world.files.keep({ platform: 'discord', id, type, name, bytes }, now)
    return { fileId: id, alt: description }
  })
}

/** What an edit leaves of a message's files: all of them, or those that it names. */
export function keptFiles(item: Item, form: JsonObject): ItemMedia[] {
  if (!Array.isArray(form['attachments'])) return item.media
  const named = new Map((form['attachments'] as JsonObject[]).map((each) => [textOf(each['id']), textOf(each['description'])] as const))
  return item.media.filter(({ fileId }) => named.has(fileId)).map(({ fileId, alt }) => ({ fileId, alt: named.get(fileId) ?? alt }))
}

/** The attachments of a message. */
export function attachmentsOf(context: Context, item: Item): JsonObject[] {
  return context.world.mediaOf(item).map(({ file, alt }) => {
    const url = fileAddress(context, file)
    const { id, name, bytes, type, width, height } = file
    return {
      id,
      filename: name,
      size: bytes.length,
      url,
      proxy_url: url,
      content_type: type,
      content_scan_version: 0,
      ...(width && height ? { width, height, placeholder_version: 1 } : {}),
      ...(alt === '' ? {} : { description: alt }),
    }
  })
}
