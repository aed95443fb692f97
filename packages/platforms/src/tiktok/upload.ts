import type { MediaLimit } from '@answerback/core/reply-limit'
import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { nameOf } from '../json.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { callApi } from './api.ts'

const maxBytes = 5 * 1024 * 1024

/** One picture a comment, of 360 x 360 to 1080 x 1920 pixels (TikTok API for Business, "Upload an image for a comment"). It keeps no description. */
export const mediaLimit: MediaLimit = {
  max: 1,
  types: { 'image/jpeg': maxBytes, 'image/png': maxBytes, 'image/webp': maxBytes },
  pixels: { least: 360, mostShort: 1_080, mostLong: 1_920 },
}

/** How a comment names its picture. */
type Named = { image_uri?: string; image_width?: number; image_height?: number }

/** Brings a picture to TikTok, and says how the comment names it. Nothing when there is none. */
export async function uploadImage(io: Io, media: ReplyMedia[]): Promise<Named> {
  const [image] = media
  if (!image) return {}
  return beforeReply(async () => {
    if (media.length > 1) throw new PlatformError('rejected', 'TikTok takes one picture with a comment')
    const files = [{ name: 'image_file', filename: image.name, type: image.type, bytes: await image.bytes() }]
    const { data } = await callApi(io, { method: 'POST', path: '/business/comment/image/upload/', files })
    const uri = nameOf(data.image_uri)
    if (uri === null) throw new PlatformError('unavailable', 'TikTok took the picture and did not name it')
    const [width, height] = [data.image_width ?? data.width ?? image.width, data.image_height ?? data.height ?? image.height].map(Number)
    return { image_uri: uri, ...(width && height && { image_width: width, image_height: height }) }
  })
}
