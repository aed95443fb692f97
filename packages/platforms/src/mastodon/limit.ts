import type { ReplyLimit } from '@answerback/core/reply-limit'

/** How Mastodon counts: graphemes of warning and text, each link as 23, a mention without its domain. Servers set their own maximum. */
export function replyLimitOf(settings: Record<string, string>): ReplyLimit {
  return {
    max: wholeOr(settings.maxCharacters, 500),
    unit: 'graphemes',
    urlLength: wholeOr(settings.urlLength, 23),
    mentionsWithoutDomain: true,
    namesPerson: true,
  }
}

function wholeOr(value: string | undefined, otherwise: number): number {
  const number = Number(value)
  return Number.isSafeInteger(number) && number > 0 ? number : otherwise
}
