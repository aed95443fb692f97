import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { textOf, uploadsOf } from '../http/body.ts'
import { fetchFile } from '../http/fetched.ts'
import { typeOf } from '../http/media-type.ts'
import { fileAddress } from '../pages/files.ts'
import type { KeptFile } from '../world/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import { GraphError, unknownField } from '../graph/errors.ts'
import type { Field } from '../graph/fields.ts'
import { graphTime } from '../graph/time.ts'
import type { Facebook } from './writes.ts'

const photoTypes = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/heic'])
const photoMaxBytes = 10 * 1024 * 1024

/** `POST /{page-id}/photos`: a photo as a file (`source`) or by its address (`url`). Its id goes with a comment when it is not published. */
export async function uploadPhoto(facebook: Facebook, request: FastifyRequest, form: JsonObject): Promise<KeptFile> {
  const [upload] = uploadsOf(request)
  const address = textOf(form['url'])
  if (!upload && address === undefined) throw new GraphError(324, '(#324) Requires upload file')
  return keepPhoto(facebook, upload ?? (await photoAt(address ?? '')), textOf(form['alt_text_custom']) ?? '')
}

/** What goes with a comment: an unpublished photo by its id, or one that is fetched from its address. */
export async function readAttachment(facebook: Facebook, form: JsonObject): Promise<ItemMedia[]> {
  const [id, address] = [textOf(form['attachment_id']), textOf(form['attachment_url'])]
  if (id === undefined && address === undefined) return []
  if (id !== undefined && address !== undefined)
    throw new GraphError(100, '(#100) Only one of attachment_id and attachment_url may be given')
  const photo = id === undefined ? keepPhoto(facebook, await photoAt(address ?? ''), '') : facebook.world.files.find('facebook', id)
  if (!photo) throw new GraphError(100, '(#100) Param attachment_id must be a valid photo or video id')
  return [{ fileId: photo.id, alt: photo.alt }]
}

/** A StoryAttachment of what a comment carries, with the asked fields; undefined when it carries nothing. */
export function attachmentOf(context: Context, item: Item, fields: Field[] | null): JsonObject | undefined {
  const [carried] = context.world.mediaOf(item)
  if (!carried) return undefined
  const { file } = carried
  const page = photoPage(context, file)
  const whole: JsonObject = {
    media: { image: { height: file.height ?? 0, src: fileAddress(context, file), width: file.width ?? 0 } },
    target: { id: file.id, url: page },
    type: 'photo',
    url: page,
  }
  if (!fields) return whole
  return Object.fromEntries(fields.flatMap(({ name }) => (name in whole ? [[name, whole[name]]] : [])))
}

/** A Photo node with the asked fields. */
export function photoNode(context: Context, file: KeptFile, fields: Field[] | null): JsonObject {
  const src = fileAddress(context, file)
  const known: JsonObject = {
    id: file.id,
    created_time: graphTime(file.at),
    alt_text_custom: file.alt === '' ? undefined : file.alt,
    images: [{ height: file.height ?? 0, source: src, width: file.width ?? 0 }],
    width: file.width ?? 0,
    height: file.height ?? 0,
    link: photoPage(context, file),
    picture: src,
  }
  const node: JsonObject = { id: file.id }
  for (const { name } of fields ?? [{ name: 'created_time' }]) {
    if (!(name in known)) throw unknownField(name, 'Photo')
    node[name] = known[name]
  }
  return node
}

function keepPhoto(facebook: Facebook, { name, bytes }: { name: string; bytes: Buffer }, alt: string): KeptFile {
  const type = typeOf(bytes)
  if (!type || !photoTypes.has(type) || bytes.length > photoMaxBytes)
    throw new GraphError(100, 'Invalid parameter', {
      subcode: 1366046,
      user: {
        title: "Can't Read Files",
        words: "Your photos couldn't be uploaded. Photos should be less than 10 MB and saved as JPG, PNG, GIF, TIFF, HEIF or WebP files.",
      },
    })
  const { world } = facebook
  const id = `1220${String(world.clock('facebook')).slice(-9)}${String(world.nextSerial()).padStart(4, '0')}`
  return world.files.keep({ platform: 'facebook', id, type, name, bytes, alt }, world.clock('facebook'))
}

async function photoAt(address: string): Promise<{ name: string; bytes: Buffer }> {
  const fetched = await fetchFile(address)
  if (!fetched) throw new GraphError(324, '(#324) Missing or invalid image file')
  return fetched
}

function photoPage({ publicUrl, world }: Context, file: KeptFile): string {
  return `${publicUrl()}/facebook/${world.brand('facebook').handle}/photos/${file.id}`
}
