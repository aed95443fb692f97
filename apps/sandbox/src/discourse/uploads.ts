import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, textOf, uploadsOf } from '../http/body.ts'
import { endingOf, typeOf } from '../http/media-type.ts'
import { fileAddress } from '../pages/files.ts'
import type { KeptFile } from '../world/files.ts'
import type { ItemMedia, JsonObject } from '../world/item.ts'
import { DiscourseError } from './errors.ts'
import type { Discourse } from './routes.ts'

const maxImageKb = 4_096
const extensions = ['jpg', 'jpeg', 'png', 'gif', 'webp', 'avif']

/** The settings about uploads that everybody may read. */
export const uploadSettings = {
  authorized_extensions: extensions.join('|'),
  max_image_size_kb: maxImageKb,
  max_attachment_size_kb: maxImageKb,
}

/** `POST /uploads.json`: a picture for a post, named by the hash of its bytes; the same one again is the same. */
export function upload(forum: Discourse, request: FastifyRequest): JsonObject {
  const kind = textOf(bodyFields(request)['type']) ?? textOf(bodyFields(request)['upload_type'])
  if (!kind) throw new DiscourseError(400, 'param is missing or the value is empty: type', { error_type: 'invalid_parameters' })
  const sent = uploadsOf(request).find(({ field }) => field === 'file' || field === 'files[]')
  if (!sent) throw new DiscourseError(422, 'Sorry, we need an url or a file to upload.')
  const type = typeOf(sent.bytes)
  const extension = endingOf(type ?? '').slice(1)
  if (!type || !extensions.includes(extension))
    throw new DiscourseError(
      422,
      `Sorry, the file you are trying to upload is not authorized (authorized extensions: ${extensions.join(', ')}).`,
    )
  if (sent.bytes.length > maxImageKb * 1024)
    throw new DiscourseError(
      422,
      'Sorry, the image you are trying to upload is too big (maximum size is 4 MB). Please resize it and try again.',
    )
  const { world } = forum
  const id = base62(createHash('sha1').update(sent.bytes).digest('hex'))
  const number = Number(world.files.find('discourse', id)?.extra['number'] ?? world.nextSerial())
  const file = world.files.keep(
    { platform: 'discourse', id, type, name: sent.name, bytes: sent.bytes, extra: { number } },
    world.clock('discourse'),
  )
  return uploadView(forum, file)
}

function uploadView(context: Context, file: KeptFile): JsonObject {
  const { id, name, type, bytes, width, height } = file
  const ending = endingOf(type)
  return {
    id: file.extra['number'],
    url: fileAddress(context, file),
    original_filename: name,
    filesize: bytes.length,
    width,
    height,
    thumbnail_width: width,
    thumbnail_height: height,
    extension: ending.slice(1),
    short_url: `upload://${id}${ending}`,
    short_path: `/uploads/short-url/${id}${ending}`,
    retain_hours: null,
    human_filesize: `${(bytes.length / 1024).toFixed(1)} KB`,
    dominant_color: null,
  }
}

const images = /!\[((?:\\.|[^\]\\])*)\]\(upload:\/\/([A-Za-z0-9]+)(?:\.\w+)?(?:\s+"[^"]*")?\)/g

/** The pictures that words embed, in their order: those that were uploaded here. What stands before the first bar is the description. */
export function imagesIn({ world }: Context, raw: string): ItemMedia[] {
  return [...raw.matchAll(images)].flatMap(([, label = '', id = '']) =>
    world.files.find('discourse', id) ? [{ fileId: id, alt: altOf(label) }] : [],
  )
}

/** Words as HTML in which embedded pictures are shown. `escape` makes text safe, also in quotation marks. */
export function withImages(context: Context, html: string, escape: (text: string) => string): string {
  return html.replaceAll(images, (_, label: string, id: string) => {
    const file = context.world.files.find('discourse', id)
    const alt = altOf(label)
    if (!file) return `<img src="/images/transparent.png" alt="${alt}" data-orig-src="upload://${id}">`
    const size = file.width && file.height ? ` width="${file.width}" height="${file.height}"` : ''
    return `<img src="${escape(fileAddress(context, file))}" alt="${alt}" data-base62-sha1="${id}"${size}>`
  })
}

function altOf(label: string): string {
  const [alt = ''] = label.split(/(?<!\\)\|/)
  return alt.replaceAll(/\\(.)/g, '$1')
}

const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

function base62(hex: string): string {
  let rest = BigInt(`0x${hex}`)
  let text = ''
  for (; rest > 0n; rest /= 62n) text = (digits[Number(rest % 62n)] ?? '') + text
  return text
}
