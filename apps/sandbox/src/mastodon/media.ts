import type { FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields, textOf, uploadsOf } from '../http/body.ts'
import { typeOf } from '../http/media-type.ts'
import { fileAddress } from '../pages/files.ts'
import type { KeptFile } from '../world/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import { MastodonError, recordNotFound } from './errors.ts'
import type { Mastodon } from './routes.ts'

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']
const videoTypes = ['video/mp4', 'video/webm', 'video/quicktime']

/** What the instance says of attachments. */
export const mediaConfiguration = {
  supported_mime_types: [...imageTypes, ...videoTypes],
  description_limit: 1_500,
  image_size_limit: 16_777_216,
  image_matrix_limit: 33_177_600,
  video_size_limit: 103_809_024,
  video_frame_rate_limit: 120,
  video_matrix_limit: 8_294_400,
}

/** How many attachments a status may have, as the instance says it. */
export const maxMediaAttachments = 4

/** `POST /api/v2/media`: 200 with the attachment, or 202 without its URL while it is processed: films always, all else with `slowMedia`. */
export function uploadMedia(mastodon: Mastodon, request: FastifyRequest, reply: FastifyReply): JsonObject {
  const upload = uploadsOf(request).find(({ field }) => field === 'file')
  if (!upload) throw new MastodonError(422, "Validation failed: File can't be blank")
  const type = typeOf(upload.bytes)
  if (!type || !mediaConfiguration.supported_mime_types.includes(type))
    throw new MastodonError(422, 'Validation failed: File content type is invalid, File is invalid')
  const isImage = imageTypes.includes(type)
  const limit = isImage ? mediaConfiguration.image_size_limit : mediaConfiguration.video_size_limit
  if (upload.bytes.length > limit) throw new MastodonError(422, 'Validation failed: File file size must be less than the limit')
  const { world } = mastodon
  const slow = !isImage || mastodon.faults.quirks.slowMedia === true
  const file = world.files.keep(
    {
      platform: 'mastodon',
      id: `${world.clock('mastodon')}${String(world.nextSerial()).padStart(5, '0')}`,
      type,
      name: upload.name,
      bytes: upload.bytes,
      alt: readDescription(request) ?? '',
      extra: { waits: slow ? 1 : 0, statusId: null },
    },
    world.clock('mastodon'),
  )
  if (slow) reply.code(202)
  return attachmentEntity(mastodon, file, file.alt)
}

/** `GET /api/v1/media/:id` of what no status carries yet: 206 while it is processed, then 200. */
export function showMedia(mastodon: Mastodon, request: FastifyRequest, reply: FastifyReply): JsonObject {
  const file = looseFile(mastodon, request)
  const waits = Number(file.extra['waits'])
  if (waits > 0) reply.code(206)
  const entity = attachmentEntity(mastodon, file, file.alt)
  file.extra['waits'] = Math.max(0, waits - 1)
  return entity
}

/** `PUT /api/v1/media/:id`: another description for what no status carries yet. */
export function changeMedia(mastodon: Mastodon, request: FastifyRequest): JsonObject {
  const file = looseFile(mastodon, request)
  file.alt = readDescription(request) ?? file.alt
  return attachmentEntity(mastodon, file, file.alt)
}

/** The attachments that `media_ids` names, for a new status or, kept or added, for `item`. Throws what the server says of those that will not do. */
export function readMedia(mastodon: Mastodon, form: JsonObject, item?: Item): ItemMedia[] {
  const ids = [form['media_ids'] ?? []].flat().flatMap((id) => textOf(id) ?? [])
  if (ids.length > maxMediaAttachments) throw new MastodonError(422, 'Validation failed: Cannot attach more than 4 files')
  const files = ids.map((id) => mastodon.world.files.find('mastodon', id))
  const missing = ids.filter((_id, i) => !isFree(files[i], item))
  if (missing.length > 0)
    throw new MastodonError(422, `Validation failed: Media ${missing.join(', ')} not found or already attached to another post`)
  const found = files.flatMap((file) => file ?? [])
  if (found.length > 1 && found.some(({ type }) => !imageTypes.includes(type)))
    throw new MastodonError(422, 'Validation failed: Cannot attach a video to a post that already contains images')
  if (found.some(({ extra }) => Number(extra['waits']) > 0))
    throw new MastodonError(422, 'Validation failed: Cannot attach files that have not finished processing. Try again in a moment!')
  const attributes = [form['media_attributes'] ?? []].flat() as JsonObject[]
  const changed = new Map(attributes.map((each) => [textOf(each['id']), textOf(each['description'])] as const))
  return found.map(({ id, alt }) => ({
    fileId: id,
    alt: changed.get(id) ?? item?.media.find(({ fileId }) => fileId === id)?.alt ?? alt,
  }))
}

/** Notes on the files of a status that they belong to it: no other status takes them. */
export function attachMedia(mastodon: Mastodon, item: Item): void {
  for (const { file } of mastodon.world.mediaOf(item)) file.extra['statusId'] = item.id
}

/** The MediaAttachment entities of a status. */
export function attachmentsOf(context: Pick<Mastodon, 'world' | 'publicUrl'>, item: Item): JsonObject[] {
  return context.world.mediaOf(item).map(({ file, alt }) => attachmentEntity(context, file, alt))
}

function attachmentEntity(context: Pick<Mastodon, 'publicUrl'>, file: KeptFile, alt: string): JsonObject {
  const url = Number(file.extra['waits']) > 0 ? null : fileAddress(context, file)
  const { width, height } = file
  const original = width && height ? { width, height, size: `${width}x${height}`, aspect: width / height } : null
  return {
    id: file.id,
    type: file.type.startsWith('video/') ? 'video' : file.type === 'image/gif' ? 'gifv' : 'image',
    url,
    preview_url: url,
    remote_url: null,
    preview_remote_url: null,
    text_url: null,
    meta: original ? { original, small: original } : {},
    description: alt === '' ? null : alt,
    blurhash: null,
  }
}

function isFree(file: KeptFile | undefined, item: Item | undefined): boolean {
  const owner = file?.extra['statusId']
  return file !== undefined && (owner === null || owner === item?.id)
}

function looseFile(mastodon: Mastodon, request: FastifyRequest): KeptFile {
  const file = mastodon.world.files.find('mastodon', (request.params as { id: string }).id)
  if (!file || file.extra['statusId'] !== null) throw recordNotFound()
  return file
}

function readDescription(request: FastifyRequest): string | undefined {
  const description = textOf(bodyFields(request)['description'])?.trim()
  if ((description ?? '').length > mediaConfiguration.description_limit)
    throw new MastodonError(422, 'Validation failed: Description is too long (maximum is 1500 characters)')
  return description
}
