import type { Media } from '@answerback/core/facts'
import type { MediaLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import type { ReplyMedia } from '../platform.ts'
import { kindOfMedia } from '../same-media.ts'

const mostBytes = 10 * 1024 * 1024
const types = [
  ...['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'],
  ...['video/mp4', 'video/webm', 'video/quicktime', 'audio/mpeg', 'audio/mp4', 'audio/ogg', 'application/pdf'],
]

/** Up to ten files, which a source that says that it takes files fetches from us (docs/webhook.md, "Replies and actions"). */
export const mediaLimit: MediaLimit = {
  max: 10,
  types: Object.fromEntries(types.map((type) => [type, mostBytes])),
  altMax: 1_500,
  wordless: true,
  byAddress: true,
}

/** One file as a source is told of it, like those that it tells us of. */
type Attachment = { type: Media['kind']; url: string; alt: string; mime_type: string; name: string }

/** The files of a reply as the source is told of them. Throws `rejected` for too many, and where we have no address for one. */
export function attachmentsOf(media: ReplyMedia[]): Attachment[] {
  if (media.length > mediaLimit.max)
    throw new PlatformError('rejected', `A source takes ${mediaLimit.max} files with a reply`, { notSent: true })
  return media.map(({ type, url, alt, name }) => {
    if (url === null)
      throw new PlatformError('rejected', 'A source fetches files from a public address, and there is none', { notSent: true })
    return { type: kindOfMedia(type), url, alt, mime_type: type, name }
  })
}
