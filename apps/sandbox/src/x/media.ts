import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf, uploadsOf } from '../http/body.ts'
import { typeOf } from '../http/media-type.ts'
import { fileAddress } from '../pages/files.ts'
import type { KeptFile } from '../world/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import { invalid, problem } from './errors.ts'
import { snowflake } from './ids.ts'
import type { X } from './routes.ts'

/** What may be in each category, and how large (docs.x.com, media best practices). */
const categories: Record<string, { types: string[]; maxBytes: number }> = {
  tweet_image: { types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'], maxBytes: 5 * 1024 * 1024 },
  tweet_gif: { types: ['image/gif'], maxBytes: 15 * 1024 * 1024 },
  tweet_video: { types: ['video/mp4', 'video/quicktime', 'video/webm'], maxBytes: 512 * 1024 * 1024 },
}
const keptSeconds = 86_400
const altMaxCharacters = 1_000

/** A file that comes in pieces, until it is finalized. */
export type Begun = { category: string; type: string; totalBytes: number; pieces: Map<number, Buffer> }

/** Registers `/2/media/...`: an image at once, anything in pieces, and descriptions. `requireCaller` refuses who may not write. */
export function routeMedia(api: FastifyInstance, x: X, requireCaller: (request: FastifyRequest) => void): void {
  const idIn = (request: FastifyRequest) => (request.params as { id: string }).id
  api.addHook('preHandler', async (request) => requireCaller(request))
  api.post('/2/media/upload', async (request) => uploadAtOnce(x, request))
  api.post('/2/media/upload/initialize', async (request) => begin(x, request))
  api.post('/2/media/upload/:id/append', async (request) => append(x, idIn(request), request))
  api.post('/2/media/upload/:id/finalize', async (request) => finalize(x, idIn(request)))
  api.get('/2/media/upload', async (request) => showStatus(x, request))
  api.post('/2/media/metadata', async (request) => describe(x, request))
}

/** The files that `media.media_ids` names: up to four photos, or one film or moving picture. */
export function readMedia(x: X, form: JsonObject): ItemMedia[] {
  if (form['media'] === undefined) return []
  const ids = recordOf(form['media'])['media_ids']
  const named = Array.isArray(ids) ? ids.map(String) : []
  if (named.length < 1 || named.length > 4)
    throw invalid('media.media_ids', named.join(), `$.media.media_ids: must have between 1 and 4 items`)
  const files = named.map((id) => x.world.files.find('x', id))
  const found = files.flatMap((file) => (file && !isLate(x, file) ? file : []))
  const mixed = found.length > 1 && found.some((file) => kindOf(file) !== 'photo')
  if (found.length < named.length || mixed || found.some((file) => Number(file.extra['waits']) > 0))
    throw invalid('media.media_ids', named.join(), 'Your media IDs are invalid.')
  return found.map(({ id, alt }) => ({ fileId: id, alt }))
}

/** The keys by which a post names what it carries. */
export function mediaKeysOf({ world }: Pick<Context, 'world'>, item: Item): string[] {
  return world.mediaOf(item).map(({ file }) => keyOf(file))
}

/** The media objects of a post, whole. */
export function mediaViews(context: Context, item: Item): JsonObject[] {
  return context.world.mediaOf(item).map(({ file, alt }) => {
    const type = kindOf(file)
    const address = fileAddress(context, file)
    return {
      media_key: keyOf(file),
      type,
      ...(type === 'photo' ? { url: address } : { preview_image_url: `${context.publicUrl()}/x/picture.svg` }),
      ...(type === 'photo' ? {} : { variants: [{ bit_rate: 0, content_type: file.type, url: address }] }),
      ...(alt === '' ? {} : { alt_text: alt }),
      ...(file.width && file.height ? { width: file.width, height: file.height } : {}),
    }
  })
}

function uploadAtOnce(x: X, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  const category = textOf(form['media_category'])
  if (category === undefined) throw invalid('media_category', '', '$.media_category: is missing but it is required')
  if (category !== 'tweet_image') throw invalid('media_category', category, '$.media_category: does not have a value in the enumeration')
  const bytes = bytesIn(request)
  if (!bytes) throw invalid('media', '', '$.media: is missing but it is required')
  return { data: viewOf(keep(x, snowflake(x.world, x.world.clock('x')), category, bytes)) }
}

function begin(x: X, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  const [type, category] = [textOf(form['media_type']), textOf(form['media_category']) ?? 'tweet_image']
  const totalBytes = Number(form['total_bytes'])
  const taken = categories[category]
  if (!taken) throw invalid('media_category', category, '$.media_category: does not have a value in the enumeration')
  if (type === undefined || !taken.types.includes(type)) throw invalid('media_type', type ?? '', 'media type unrecognized.')
  if (!(totalBytes > 0 && totalBytes <= taken.maxBytes))
    throw invalid('total_bytes', String(form['total_bytes'] ?? ''), `File size exceeds ${taken.maxBytes} bytes.`)
  const id = snowflake(x.world, x.world.clock('x'))
  x.begun.set(id, { category, type, totalBytes, pieces: new Map() })
  return { data: { id, media_key: `${numbers[category] ?? 3}_${id}`, expires_after_secs: keptSeconds } }
}

function append(x: X, id: string, request: FastifyRequest): JsonObject {
  const begun = begunOf(x, id)
  const index = Number(textOf(bodyFields(request)['segment_index']) ?? NaN)
  const bytes = bytesIn(request)
  if (!Number.isInteger(index) || index < 0 || index > 999) throw invalid('segment_index', String(index), '$.segment_index: is not valid')
  if (!bytes) throw invalid('media', '', '$.media: is missing but it is required')
  begun.pieces.set(index, bytes)
  return { data: { expires_at: Math.floor(x.world.clock('x') / 1000) + keptSeconds } }
}

function finalize(x: X, id: string): JsonObject {
  const { category, totalBytes, pieces } = begunOf(x, id)
  const bytes = Buffer.concat([...pieces].toSorted(([one], [other]) => one - other).map(([, piece]) => piece))
  if (bytes.length !== totalBytes) throw invalid('media_id', id, 'Segments do not add up to provided total file size.')
  x.begun.delete(id)
  return { data: viewOf(keep(x, id, category, bytes)) }
}

/** One look finds it in progress, the next one done. */
function showStatus(x: X, request: FastifyRequest): JsonObject {
  const { command, media_id: id } = queryFields(request)
  if (command !== undefined && command !== 'STATUS')
    throw invalid('command', command, 'The `command` query parameter value is not one of [STATUS]')
  const file = x.world.files.find('x', id)
  if (!file) throw problem(404, 'resource-not-found', 'Not Found Error', `Could not find media with id: [${id ?? ''}].`)
  file.extra['waits'] = Math.max(0, Number(file.extra['waits']) - 1)
  return { data: viewOf(file) }
}

function describe(x: X, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  const [id, alt] = [textOf(form['id']), textOf(recordOf(recordOf(form['metadata'])['alt_text'])['text'])]
  const file = x.world.files.find('x', id)
  if (!file) throw invalid('id', id ?? '', 'Your media ID is invalid.')
  if (alt === undefined || alt.length > altMaxCharacters)
    throw invalid('metadata.alt_text.text', alt ?? '', '$.metadata.alt_text.text: is not valid')
  file.alt = alt
  return { data: { id, associated_metadata: { alt_text: { text: alt } } } }
}

function recordOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}

function keep(x: X, id: string, category: string, bytes: Buffer): KeptFile {
  const type = typeOf(bytes)
  const taken = categories[category]
  if (!type || !taken?.types.includes(type)) throw invalid('media', '', 'media type unrecognized.')
  if (bytes.length > taken.maxBytes) throw invalid('media', '', `File size exceeds ${taken.maxBytes} bytes.`)
  const extra = { category, waits: category === 'tweet_image' ? 0 : 2 }
  return x.world.files.keep({ platform: 'x', id, type, name: '', bytes, extra }, x.world.clock('x'))
}

/** As a file of a form, or as base64 in JSON. */
function bytesIn(request: FastifyRequest): Buffer | null {
  const upload = uploadsOf(request).find(({ field }) => field === 'media')
  const encoded = textOf(bodyFields(request)['media'])
  return upload?.bytes ?? (encoded === undefined ? null : Buffer.from(encoded, 'base64'))
}

function begunOf(x: X, id: string): Begun {
  const begun = x.begun.get(id)
  if (!begun) throw invalid('media_id', id, 'Your media ID is invalid.')
  return begun
}

function viewOf(file: KeptFile): JsonObject {
  const waits = Number(file.extra['waits'])
  const state = waits > 1 ? 'pending' : waits > 0 ? 'in_progress' : 'succeeded'
  const info = { state, ...(waits > 0 ? { check_after_secs: 1, progress_percent: waits > 1 ? 0 : 50 } : { progress_percent: 100 }) }
  return {
    id: file.id,
    media_key: keyOf(file),
    size: file.bytes.length,
    expires_after_secs: keptSeconds,
    ...(kindOf(file) === 'photo' ? {} : { processing_info: info }),
  }
}

const numbers: Record<string, number> = { tweet_image: 3, tweet_gif: 16, tweet_video: 7 }

function keyOf({ id, extra }: KeptFile): string {
  return `${numbers[String(extra['category'])] ?? 3}_${id}`
}

function kindOf({ extra }: KeptFile): 'photo' | 'animated_gif' | 'video' {
  return extra['category'] === 'tweet_gif' ? 'animated_gif' : extra['category'] === 'tweet_video' ? 'video' : 'photo'
}

function isLate(x: X, { at }: KeptFile): boolean {
  return x.world.clock('x') - at > keptSeconds * 1000
}
