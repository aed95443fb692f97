import type { Media } from '@answerback/core/facts'
import type { MediaLimit } from '@answerback/core/reply-limit'
import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { hurried } from '../http.ts'
import { idOf, listOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { mediaOf } from './post.ts'
import { xrpc } from './xrpc.ts'

/** Four pictures (lexicon `app.bsky.embed.images`). It gives descriptions no end; Bluesky's own app stops at 2,000. Animated ones stand still. */
export const mediaLimit: MediaLimit = {
  max: 4,
  types: { 'image/jpeg': 2_000_000, 'image/png': 2_000_000, 'image/webp': 2_000_000, 'image/gif': 2_000_000 },
  altMax: 2_000,
  wordless: true,
}

const embedType = 'app.bsky.embed.images'

/** Brings the pictures there and gives the embed that names them; nothing without any. A blob that no record names the server forgets by itself. */
export async function imagesEmbed(io: Io, media: readonly ReplyMedia[] = []): Promise<{ embed?: JsonRecord }> {
  if (media.length === 0) return {}
  return beforeReply(async () => {
    if (media.length > mediaLimit.max) throw new PlatformError('rejected', `Bluesky takes ${mediaLimit.max} pictures with a post`)
    const images: JsonRecord[] = []
    for (const { type, alt, width, height, bytes } of media) {
      if (mediaLimit.types[type] === undefined) throw new PlatformError('rejected', `Bluesky takes no ${type} with a post`)
      const { json } = await xrpc(io, { nsid: 'com.atproto.repo.uploadBlob', blob: { type, bytes: await bytes() } })
      if (idOf(recordOf(recordOf(json.blob).ref).$link) === null)
        throw new PlatformError('unavailable', 'The server took the picture and did not name it')
      images.push({ image: json.blob, alt, ...(width && height && { aspectRatio: { width, height } }) })
    }
    return { embed: { $type: embedType, images } }
  })
}

const lookTimeoutMs = 3_000

/** What the record's post shows, as its view says it; the app view is some seconds behind, and until then as the links to the blobs are always made. */
export async function shownMedia(io: Io, uri: string, record: JsonRecord): Promise<Media[]> {
  if (record.embed === undefined) return []
  const made = mediaOf({ record }, io.self.accountId)
  try {
    const { json } = await xrpc(hurried(io, lookTimeoutMs), { nsid: 'app.bsky.feed.getPosts', params: [['uris', uri]] })
    const view = listOf(json.posts)
      .map(recordOf)
      .find((each) => each.uri === uri)
    const shown = mediaOf(recordOf(view), io.self.accountId)
    return shown.length === made.length ? shown : made
  } catch {
    return made
  }
}
