import type { FastifyRequest } from 'fastify'
import { typeOf } from '../http/media-type.ts'
import { fileAddress } from '../pages/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import { XrpcError, invalidRequest } from './errors.ts'
import { blobCidOf } from './ids.ts'
import type { Bluesky } from './routes.ts'

const maxUploadBytes = 5 * 1024 * 1024
const maxImageBytes = 2_000_000

/** The embed that holds pictures: at most four, each a blob with its description. */
export const imagesEmbed = 'app.bsky.embed.images'

type ImageEntry = { image: { ref: { $link: string }; mimeType: string; size: number }; alt: string; aspectRatio?: JsonObject }

/** `com.atproto.repo.uploadBlob`: raw bytes. Its type is what the bytes say, else what the caller says. */
export function uploadBlob({ world }: Bluesky, request: FastifyRequest): JsonObject {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  if (bytes.length === 0) throw invalidRequest('Request body is required')
  if (bytes.length > maxUploadBytes) throw new XrpcError(413, 'PayloadTooLarge', 'request entity too large')
  const type = typeOf(bytes) ?? request.headers['content-type'] ?? 'application/octet-stream'
  const id = blobCidOf(bytes)
  world.files.keep({ platform: 'bluesky', id, type, name: id, bytes }, world.clock('bluesky'))
  return { blob: { $type: 'blob', ref: { $link: id }, mimeType: type, size: bytes.length } }
}

/** The pictures of a post's record. Throws 400 for a blob that was never uploaded, or is not what the record says, or too large, or no picture. */
export function readImages({ world }: Bluesky, record: JsonObject): ItemMedia[] {
  return imagesIn(record).map(({ image, alt }) => {
    const { ref, mimeType, size } = image
    const file = world.files.find('bluesky', ref.$link)
    if (!file) throw new XrpcError(400, 'BlobNotFound', `Could not find blob: ${ref.$link}`)
    const { type, bytes } = file
    if (type !== mimeType)
      throw new XrpcError(400, 'InvalidMimeType', `Referenced Mimetype does not match stored blob. Expected: ${type}, Got: ${mimeType}`)
    if (bytes.length !== size)
      throw new XrpcError(400, 'InvalidSize', `Referenced Size does not match stored blob. Expected: ${bytes.length}, Got: ${size}`)
    if (!type.startsWith('image/'))
      throw new XrpcError(400, 'InvalidMimeType', `Wrong mimetype. It is ${type} but it must match "image/*".`)
    if (size > maxImageBytes)
      throw new XrpcError(
        400,
        'BlobTooLarge',
        `This file is too large. It is ${size} bytes but the maximum size is ${maxImageBytes} bytes.`,
      )
    return { fileId: ref.$link, alt }
  })
}

/** `app.bsky.embed.images#view` of a post; null without pictures. */
export function imagesView(context: Pick<Bluesky, 'world' | 'publicUrl'>, item: Item): JsonObject | null {
  const ratios = new Map(imagesIn(item.record ?? {}).map(({ image, aspectRatio }) => [image.ref.$link, aspectRatio] as const))
  const images = context.world.mediaOf(item).map(({ file, alt }) => {
    const url = fileAddress(context, file)
    const aspectRatio = ratios.get(file.id)
    return { thumb: url, fullsize: url, alt, ...(aspectRatio ? { aspectRatio } : {}) }
  })
  return images.length === 0 ? null : { $type: `${imagesEmbed}#view`, images }
}

function imagesIn(record: JsonObject): ImageEntry[] {
  const embed = record['embed'] as { $type?: string; images?: ImageEntry[] } | undefined
  return embed?.$type === imagesEmbed ? (embed.images ?? []) : []
}
