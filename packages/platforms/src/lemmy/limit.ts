import type { ReplyLimit } from '@answerback/core/reply-limit'

/** Lemmy counts characters as Unicode code points, ten thousand of them for a comment; no server sets another number. */
export const replyLimit: ReplyLimit = {
  max: 10_000,
  unit: 'codepoints',
  // Pictures are a part of the words. What an address may bring is 20 MB where servers keep to the documented set-up; descriptions stand in the words too.
  media: {
    max: 10,
    types: { 'image/jpeg': 20_000_000, 'image/png': 20_000_000, 'image/gif': 20_000_000, 'image/webp': 20_000_000 },
    altMax: 500,
    // Ten pictures of 700 characters each, 500 of them the description.
    textMax: 3_000,
  },
}
