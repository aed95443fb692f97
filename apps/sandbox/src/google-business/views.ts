import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { replyOf } from './ids.ts'

const stars = ['STAR_RATING_UNSPECIFIED', 'ONE', 'TWO', 'THREE', 'FOUR', 'FIVE']

/** `accounts/{a}/locations/{l}` of the brand's shop. */
export function locationName({ secrets }: Context): string {
  const { accountId, locationId } = secrets['google-business']
  return `accounts/${accountId}/locations/${locationId}`
}

/** A review. Without words it has no `comment`; without a reply no `reviewReply`. The reviewer has a name and no id. */
export function reviewView(context: Context, item: Item): JsonObject {
  const { world, publicUrl } = context
  const reply = replyOf(world, item)
  return {
    name: `${locationName(context)}/reviews/${item.id}`,
    reviewId: item.id,
    reviewer: reviewer(context, item),
    starRating: stars[item.rating ?? 0],
    ...(item.text.trim() === '' ? {} : { comment: translated(context, item) }),
    createTime: time(item.createdAt),
    updateTime: time(updatedAt(item)),
    ...(reply ? { reviewReply: replyView(reply) } : {}),
    reviewReplyUrl: `${publicUrl()}/google-business/p/${item.key}`,
  }
}

/** The owner's reply, and what Google's moderation says of it. */
export function replyView(reply: Item): JsonObject {
  const { state = 'APPROVED', policyViolation } = reply.extra
  return {
    comment: reply.text,
    updateTime: time(updatedAt(reply)),
    reviewReplyState: state,
    ...(policyViolation === undefined ? {} : { policyViolation }),
  }
}

export function updatedAt(item: Item): number {
  return item.editedAt ?? item.createdAt
}

function reviewer(context: Context, item: Item): JsonObject {
  const author = context.world.author(item)
  const dice = createHash('sha256').update(author.id).digest().readUInt16BE() / 65_536
  if (dice < context.faults.quirks.anonymousAuthors) return { displayName: 'A Google user', isAnonymous: true }
  return { displayName: author.name, profilePhotoUrl: `${context.publicUrl()}/google-business/picture.svg` }
}

/** Google puts its own translation before the words, when the account reads another language. */
function translated({ faults }: Context, { text, lang }: Item): string {
  return faults.quirks.translatesReviews && lang !== 'en' ? `(Translated by Google) ${text}\n\n(Original)\n${text}` : text
}

function time(at: number): string {
  return new Date(at).toISOString()
}
