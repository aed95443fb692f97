import type { MediaLimit, ReplyLimit } from '@answerback/core/reply-limit'

/** How a forum counts, and what it lets into a post (`authorized_extensions`, `max_image_size_kb`); what a forum does not tell is as Discourse has it. */
export function replyLimitOf(settings: Record<string, string>): ReplyLimit {
  const media = mediaLimitOf(settings)
  // `min_post_length` is 20 unless the forum has it otherwise.
  return { max: 32_000, min: 20, unit: 'codepoints', ...(Object.keys(media.types).length > 0 && { media }) }
}

const imageTypes: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
}
const usualExtensions = 'jpg|jpeg|png|gif|webp'

/** Pictures, which are a part of the words. How many may be in one post is not limited but for newcomers; descriptions have no end that is documented. */
function mediaLimitOf({ extensions = usualExtensions, imageKb }: Record<string, string>): MediaLimit {
  const kilobytes = Number(imageKb)
  const bytes = 1024 * (Number.isSafeInteger(kilobytes) && kilobytes > 0 ? kilobytes : 4_096)
  const taken = extensions.toLowerCase().split('|')
  const types = Object.entries(imageTypes).filter(([extension]) => taken.includes('*') || taken.includes(extension))
  return { max: 10, types: Object.fromEntries(types.map(([, type]) => [type, bytes])), altMax: 1_000 }
}
