import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { textOf, uploadsOf } from '../http/body.ts'
import type { Upload } from '../http/body.ts'
import { endingOf, imageSize, typeOf } from '../http/media-type.ts'
import type { KeptFile } from '../world/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import type { Params } from './chat.ts'
import { badRequest } from './errors.ts'

/** What a message can carry: the name of its parameter, and of its field in a message. */
export type Carried = 'photo' | 'video' | 'animation' | 'document'

const mostBytes = 50 * 1024 * 1024
const mostPhotoBytes = 10 * 1024 * 1024
const photoTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif']

/** Takes the file of a call: a part of the form by the parameter's name or by `attach://`, or the `file_id` of one that was sent before. Throws what is said of one that will not do. */
export function takeFile({ world }: Context, params: Params, request: FastifyRequest, carried: Carried): ItemMedia[] {
  const given = textOf(params[carried]) ?? ''
  const known = world.files.find('telegram', given)
  if (known) return [{ fileId: known.id, alt: '' }]
  const field = given.startsWith('attach://') ? given.slice('attach://'.length) : carried
  const upload = uploadsOf(request).find((each) => each.field === field)
  if (!upload && /^https?:/.test(given)) throw badRequest('failed to get HTTP URL content')
  if (!upload) throw badRequest(given === '' ? `there is no ${carried} in the request` : 'wrong file identifier/HTTP URL specified')
  check(upload, carried)
  const { bytes, name, type: said } = upload
  const id = `AgAC${createHash('sha256').update(`${world.nextSerial()}`).update(bytes).digest('base64url')}`
  const type = typeOf(bytes) ?? (said === '' ? 'application/octet-stream' : said)
  world.files.keep({ platform: 'telegram', id, type, name, bytes, extra: { carried } }, world.clock('telegram'))
  return [{ fileId: id, alt: '' }]
}

function check({ bytes }: Upload, carried: Carried): void {
  const [limit, what] = carried === 'photo' ? [mostPhotoBytes, 'a photo'] : [mostBytes, `a ${carried}`]
  if (bytes.length === 0) throw badRequest('file must be non-empty')
  if (bytes.length > limit)
    throw badRequest(`file of size ${bytes.length} bytes is too big for ${what}; the maximum size is ${limit} bytes`)
  if (carried !== 'photo') return
  if (!photoTypes.includes(typeOf(bytes) ?? '')) throw badRequest('IMAGE_PROCESS_FAILED')
  const { width, height } = imageSize(bytes) ?? { width: 1, height: 1 }
  if (width + height > 10_000 || Math.max(width, height) > 20 * Math.min(width, height)) throw badRequest('PHOTO_INVALID_DIMENSIONS')
}

/** The file of a message by the name of its kind: a photo in its sizes, all else as one. Empty without. */
export function filesOf({ world }: Context, item: Item): JsonObject {
  const [carried] = world.mediaOf(item)
  if (!carried) return {}
  const { file } = carried
  const one = fileView(file)
  const size = { width: file.width ?? 320, height: file.height ?? 240 }
  const kind = String(file.extra['carried'])
  if (kind === 'photo') return { photo: [{ ...one, ...size }] }
  const named = { ...one, file_name: file.name, mime_type: file.type }
  if (kind === 'document') return { document: named }
  const moving = { ...named, ...size, duration: 1 }
  return kind === 'animation' ? { animation: moving, document: named } : { video: moving }
}

/** `getFile`: where the bot downloads a file from. */
export function getFile({ world }: Context, params: Params): JsonObject {
  const file = world.files.find('telegram', textOf(params['file_id']))
  if (!file) throw badRequest('wrong file_id or the file is temporarily unavailable')
  return { ...fileView(file), file_path: pathOf(file) }
}

/** The file that is downloaded from such a path. */
export function fileAt({ world }: Context, path: string): KeptFile | undefined {
  return world.files.of('telegram').find((file) => pathOf(file) === path)
}

function fileView({ id, key, bytes }: KeptFile): JsonObject {
  return { file_id: id, file_unique_id: `AQAD${key.slice(0, 12)}`, file_size: bytes.length }
}

function pathOf({ key, type, extra }: KeptFile): string {
  return `${String(extra['carried'])}s/${key}${endingOf(type)}`
}
