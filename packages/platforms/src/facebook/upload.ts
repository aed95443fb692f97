import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { idOf } from '../json.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { callGraph } from './graph.ts'

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
    })
    const id = idOf(json.id)
    if (id === null) throw new PlatformError('unavailable', 'Facebook took the picture and did not name it')
    return { attachment_id: id }
  })
}
