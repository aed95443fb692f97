import type { Context } from '../context.ts'
import { fetchFile } from '../http/fetched.ts'
import { GraphError } from '../graph/errors.ts'
import type { Field } from '../graph/fields.ts'
import { fileAddress } from '../pages/files.ts'
import type { KeptFile } from '../world/files.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import type { Container, Threads } from './writes.ts'

const imageTypes = ['image/jpeg', 'image/png']
const videoTypes = ['video/mp4', 'video/quicktime']
const imageMaxBytes = 8 * 1024 * 1024
const altMaxCharacters = 1_000
/** So long a film is worked on. */
const filmMs = 120

/** What a container carries once its file was fetched: `error` says why it never will. */
export type Fetched = { media: ItemMedia[]; readyInMs: number; error: string | null }

/** Fetches what `image_url` or `video_url` names. A picture is looked at before the answer, a film afterwards. */
export async function fetchMedia(threads: Threads, id: string, form: Record<string, string>): Promise<Fetched> {
  const isFilm = form['media_type'] === 'VIDEO'
  const parameter = isFilm ? 'video_url' : 'image_url'
  const address = form[parameter]
  if (address === undefined) throw new GraphError(100, `(#100) The parameter ${parameter} is required`)
  const alt = form['alt_text'] ?? ''
  if (Array.from(alt).length > altMaxCharacters) throw new GraphError(100, 'Param alt_text must be at most 1000 characters long.')
  const fetched = await fetchFile(address)
  const taken = isFilm ? videoTypes : imageTypes
  const fits = fetched?.type && taken.includes(fetched.type) && (isFilm || fetched.bytes.length <= imageMaxBytes)
  if (!fits && isFilm) return { media: [], readyInMs: 0, error: fetched ? 'FAILED_PROCESSING_VIDEO' : 'FAILED_DOWNLOADING_VIDEO' }
  if (!fits)
    throw new GraphError(9004, 'Only photo or video can be accepted as media type.', {
      subcode: 2207052,
      user: {
        title: 'Media download has failed',
        words: "The media could not be fetched from this URI, or it doesn't meet our requirements.",
      },
    })
  const { world } = threads
  const { bytes, type, name } = fetched as { bytes: Buffer; type: string; name: string }
  world.files.keep({ platform: 'threads', id, type, name, bytes }, world.clock('threads'))
  return { media: [{ fileId: id, alt }], readyInMs: isFilm ? filmMs : 0, error: null }
}

/** What a carousel carries: two to twenty containers made for it, all of them ready. */
export function gatherChildren({ containers, world }: Threads, form: Record<string, string>): ItemMedia[] {
  const ids = (form['children'] ?? '').split(',').filter(Boolean)
  if (ids.length < 2 || ids.length > 20) throw new GraphError(100, '(#100) Param children must have between 2 and 20 items')
  return ids.flatMap((id) => {
    const child = containers.get(id)
    if (!child?.isChild || child.error || world.clock('threads') < child.readyAt)
      throw new GraphError(100, `(#100) Param children: ${id} is no finished carousel item`)
    return child.media ?? []
  })
}

/** `status` of a container, and what went wrong with it. */
export function statusOf({ world }: Context, container: Container): JsonObject {
  if (container.error) return { status: 'ERROR', error_message: container.error }
  if (container.publishedId !== null) return { status: 'PUBLISHED' }
  return { status: world.clock('threads') < container.readyAt ? 'IN_PROGRESS' : 'FINISHED' }
}

/** The fields of a post that tell of what it carries; of several, the first one's address. `asked`: the fields within `children`. */
export function mediaFields(context: Context, item: Item, asked: Field[] | null): JsonObject {
  const carried = context.world.mediaOf(item)
  const [first] = carried
  if (!first) return { media_type: 'TEXT_POST' }
  if (carried.length === 1) return fieldsOf(context, first)
  const names = new Set(['id', ...(asked ?? []).map(({ name }) => name)])
  const children = carried.map((each) =>
    Object.fromEntries(Object.entries({ id: each.file.id, ...fieldsOf(context, each) }).filter(([name]) => names.has(name))),
  )
  return { media_type: 'CAROUSEL_ALBUM', media_url: fileAddress(context, first.file), children: { data: children } }
}

function fieldsOf(context: Context, { file, alt }: { file: KeptFile; alt: string }): JsonObject {
  const isFilm = file.type.startsWith('video/')
  return {
    media_type: isFilm ? 'VIDEO' : 'IMAGE',
    media_url: fileAddress(context, file),
    ...(isFilm ? { thumbnail_url: `${context.publicUrl()}/threads/picture.svg` } : {}),
    ...(alt === '' ? {} : { alt_text: alt }),
  }
}
