import type { MediaLimit } from '@answerback/core/reply-limit'
import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { idOf, textOf } from '../json.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { callGraph } from './graph.ts'

/** One picture a comment (Meta, "Object comments", `attachment_id`; "Page photos", formats). A moving one would stand still, so GIF is left out. */
export const mediaLimit: MediaLimit = {
  max: 1,
  types: { 'image/jpeg': 10_000_000, 'image/png': 10_000_000 },
  altMax: 1_000,
  wordless: true,
}

/** Puts a picture among the Page's photos, unpublished, and says how the comment names it. Nothing when there is none. */
export async function uploadPhoto(io: Io, media: ReplyMedia[]): Promise<{ attachment_id?: string }> {
  const [photo] = media
  if (!photo) return {}
  return beforeReply(async () => {
    if (media.length > 1) throw new PlatformError('rejected', 'Facebook takes one picture with a comment')
    const { json } = await callGraph(io, {
      method: 'POST',
      path: `${io.self.accountId}/photos`,
      params: { published: 'false', ...(photo.alt !== '' && { alt_text_custom: photo.alt }) },
      files: [{ name: 'source', filename: photo.name, type: photo.type, bytes: await photo.bytes() }],
      upload: true,
    })
    const id = idOf(json.id)
    if (id === null) throw new PlatformError('unavailable', 'Facebook took the picture and did not name it')
    return { attachment_id: id }
  })
}

/** The description of a picture by its id; '' when it has none, or is not ours to read. */
export async function descriptionOf(io: Io, photoId: string): Promise<string> {
  try {
    return textOf((await callGraph(io, { path: photoId, params: { fields: 'alt_text_custom' } })).json.alt_text_custom)
  } catch (error) {
    if (error instanceof PlatformError && (error.kind === 'gone' || error.kind === 'rejected')) return ''
    throw error
  }
}
