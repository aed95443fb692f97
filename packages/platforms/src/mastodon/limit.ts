import type { MediaLimit, ReplyLimit } from '@answerback/core/reply-limit'

/** How Mastodon counts: graphemes of warning and text, each link as 23, a mention without its domain. Servers set their own maximum. */
export function replyLimitOf(settings: Record<string, string>): ReplyLimit {
  const media = mediaLimitOf(settings)
  return {
    max: wholeOr(settings.maxCharacters, 500),
    unit: 'graphemes',
    urlLength: wholeOr(settings.urlLength, 23),
    mentionsWithoutDomain: true,
    namesPerson: true,
    ...(media.max > 0 && Object.keys(media.types).length > 0 && { media }),
  }
}

/** Those that we know how to name, of the thirty that a server lists. */
const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/heic']
const videoTypes = ['video/mp4', 'video/webm', 'video/quicktime']
/** What every version takes. */
const usualTypes = 'image/jpeg image/png image/gif image/webp video/mp4 video/webm video/quicktime'

/** What a server says of attachments (`configuration.media_attachments`), else Mastodon's own numbers (media_attachment.rb): 16 MiB a picture, 99 MiB a film, which goes alone. */
function mediaLimitOf({ mediaMax, mediaTypes = usualTypes, imageBytes, videoBytes, altMax }: Record<string, string>): MediaLimit {
  const taken = mediaTypes.split(' ')
  const videos = videoTypes.filter((type) => taken.includes(type))
  return {
    max: mediaMax === '0' ? 0 : wholeOr(mediaMax, 4),
    types: {
      ...Object.fromEntries(imageTypes.filter((type) => taken.includes(type)).map((type) => [type, wholeOr(imageBytes, 16_777_216)])),
      ...Object.fromEntries(videos.map((type) => [type, wholeOr(videoBytes, 103_809_024)])),
    },
    alone: videos,
    altMax: wholeOr(altMax, 1_500),
    wordless: true,
  }
}

function wholeOr(value: string | undefined, otherwise: number): number {
  const number = Number(value)
  return Number.isSafeInteger(number) && number > 0 ? number : otherwise
}
