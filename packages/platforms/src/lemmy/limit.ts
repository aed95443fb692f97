import type { ReplyLimit } from '@answerback/core/reply-limit'

/** Lemmy counts characters as Unicode code points, ten thousand of them for a comment; no server sets another number. */
export const replyLimit: ReplyLimit = { max: 10_000, unit: 'codepoints' }
