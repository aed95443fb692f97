import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, textOf, uploadsOf } from '../http/body.ts'
import { imageSize, typeOf } from '../http/media-type.ts'
import { fileAddress } from '../pages/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import { requireAccount } from './auth.ts'
import { invalid, missing } from './errors.ts'
import type { TikTok } from './routes.ts'

const imageTypes = ['image/jpeg', 'image/png', 'image/webp']
const maxBytes = 5 * 1024 * 1024
const [leastPixels, shortPixels, longPixels] = [360, 1_080, 1_920]

/** `POST /business/comment/image/upload/`: an image (`image_file` of a form) to be named in a comment. */
export function uploadImage(tiktok: TikTok, request: FastifyRequest): JsonObject {
  requireAccount(tiktok, textOf(bodyFields(request)['business_id']))
  const upload = uploadsOf(request).find(({ field }) => field === 'image_file')
  if (!upload) throw missing('image_file')
  const { bytes, name } = upload
  const type = typeOf(bytes)
  if (!type || !imageTypes.includes(type)) throw invalid('image_file', 'Must be a JPG, JPEG, WebP or PNG file.')
  if (bytes.length > maxBytes) throw invalid('image_file', 'Must not be larger than 5 MB.')
  const size = imageSize(bytes)
  if (size && !fits(size)) throw invalid('image_file', 'Must have between 360 x 360 and 1080 x 1920 or 1920 x 1080 pixels.')
  const { world } = tiktok
  const id = `tos-pretend/${String(world.clock('tiktok'))}${world.nextSerial()}`
  world.files.keep({ platform: 'tiktok', id, type, name, bytes }, world.clock('tiktok'))
  return { image_uri: id, image_width: size?.width ?? leastPixels, image_height: size?.height ?? leastPixels }
}

/** The image that a comment names, with its size. */
export function readImage({ world }: TikTok, form: Record<string, string>): ItemMedia[] {
  const { image_uri: uri } = form
  if (!uri) return []
  for (const name of ['image_width', 'image_height']) if (!(Number(form[name]) > 0)) throw missing(name)
  if (!world.files.find('tiktok', uri)) throw invalid('image_uri', 'Not the image_uri of an uploaded image.')
  return [{ fileId: uri, alt: '' }]
}

/** Where the image of a comment is; '' without. */
export function imageUrlOf(context: Context, item: Item): string {
  const [carried] = context.world.mediaOf(item)
  return carried ? fileAddress(context, carried.file) : ''
}

function fits({ width, height }: { width: number; height: number }): boolean {
  const [short, long] = [Math.min(width, height), Math.max(width, height)]
  return short >= leastPixels && short <= shortPixels && long <= longPixels
}
