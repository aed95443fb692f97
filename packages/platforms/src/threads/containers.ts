import type { MediaLimit } from '@answerback/core/reply-limit'
import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { graphCodeOf } from '../graph/graph.ts'
import { idOf, nameOf, textOf } from '../json.ts'
import type { Io, ReplyInput, ReplyMedia } from '../platform.ts'
import { untilReady } from '../until-ready.ts'
import { callGraph } from './graph.ts'

const imageBytes = 8 * 1024 * 1024
const videoBytes = 1024 * 1024 * 1024

/** Up to twenty pictures and films, which Threads fetches from us (Meta, "Threads media specifications", "Carousel posts", "Alt text"). */
export const mediaLimit: MediaLimit = {
  max: 20,
  types: { 'image/jpeg': imageBytes, 'image/png': imageBytes, 'video/mp4': videoBytes, 'video/quicktime': videoBytes },
  altMax: 1_000,
  wordless: true,
  byAddress: true,
}

/** The container of a reply, ready to be published: nobody sees it. What it carries has been fetched by then. */
export async function prepareContainer(io: Io, { target, text, media = [] }: ReplyInput): Promise<string> {
  const carried = await beforeReply(() => carry(io, media))
  const params = { ...carried, ...((text !== '' || media.length === 0) && { text }), reply_to_id: target.externalId }
  const container = await begin(io, params, media.length > 0)
  if (media.length > 0) await beforeReply(() => finished(io, container))
  return container
}

/** The parameters of the one container that is published: of several files each has a container of its own first. */
async function carry(io: Io, media: ReplyMedia[]): Promise<Record<string, string>> {
  if (media.length > mediaLimit.max) throw new PlatformError('rejected', `Threads takes ${mediaLimit.max} pictures and films with a post`)
  const [only] = media
  if (!only) return { media_type: 'TEXT' }
  if (media.length === 1) return paramsOf(only)
  const children: string[] = []
  for (const each of media) children.push(await begin(io, { ...paramsOf(each), is_carousel_item: 'true' }, true))
  for (const child of children) await finished(io, child)
  return { media_type: 'CAROUSEL', children: children.join(',') }
}

function paramsOf({ type, url, alt }: ReplyMedia): Record<string, string> {
  if (url === null) throw new PlatformError('rejected', 'Threads fetches pictures from a public address, and there is none')
  const described: Record<string, string> = alt === '' ? {} : { alt_text: alt }
  return type.startsWith('video/')
    ? { media_type: 'VIDEO', video_url: url, ...described }
    : { media_type: 'IMAGE', image_url: url, ...described }
}

async function begin(io: Io, params: Record<string, string>, upload: boolean): Promise<string> {
  try {
    const container = idOf((await callGraph(io, { method: 'POST', path: 'me/threads', params, upload })).json.id)
    if (container === null) throw new PlatformError('unavailable', 'Threads made a container and did not name it', { notSent: true })
    return container
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (graphCodeOf(error)?.code === 24) throw new PlatformError('gone', error.message, { cause: error.cause })
    if (error.kind !== 'unavailable') throw error
    const { retryAfterMs, cause } = error
    throw new PlatformError('unavailable', error.message, { notSent: true, cause, ...(retryAfterMs !== null && { retryAfterMs }) })
  }
}

/** Waits until Threads has fetched and read what a container carries. */
function finished(io: Io, container: string): Promise<true> {
  return untilReady('Threads and what it fetches', async () => {
    const { json } = await callGraph(io, { path: container, params: { fields: 'status,error_message' } })
    const status = textOf(json.status)
    if (status === 'ERROR') throw new PlatformError('rejected', nameOf(json.error_message) ?? 'Threads could not read the file')
    if (status === 'EXPIRED') throw new PlatformError('unavailable', 'Threads let the container expire')
    return status === 'FINISHED' ? true : null
  })
}
