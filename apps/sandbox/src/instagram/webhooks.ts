import type { Context } from '../context.ts'
import { shakeHands, signedHeaders } from '../graph/webhooks.ts'
import type { WebhookDialect, WebhookEvent } from '../webhooks/sender.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import { isReply } from './ids.ts'
import type { InstagramSecrets } from './token.ts'

/**
 * Comments on own media (its own comments among them), comments during a live video, and mentions elsewhere, of which only ids are told. There is no event
 * of an edit, a deletion, a like or of hiding.
 */
export const instagramWebhooks: WebhookDialect<InstagramSecrets> = {
  signature: 'x-hub-signature-256',
  topics: ['comments', 'live_comments', 'mentions'],
  batches: true,
  app: ({ appId, appSecret, verifyToken }) => ({ appId, appSecret, verifyToken }),
  eventsOf,
  bodyOf: (context, events) => JSON.stringify({ object: 'instagram', entry: events.map((event) => entryOf(context, event)) }),
  headersOf: signedHeaders,
  shakeHands,
}

function eventsOf(context: Context, { kind, item }: Happening): WebhookEvent[] {
  if (kind !== 'added') return []
  const { accountId } = context.secrets.instagram
  const media = context.world.items.instagram.get(item.rootId)
  if (media?.authorId !== accountId) return item.mentionsBrand ? [{ topic: 'mentions', value: mentionOf(item) }] : []
  if (item.parentId === null) return []
  return [{ topic: media.extra['live'] === true ? 'live_comments' : 'comments', value: commentOf(context, item, media) }]
}

/** Neither words nor author: both have to be asked for. */
function mentionOf(item: Item): JsonObject {
  return { media_id: item.rootId, ...(item.parentId === null ? {} : { comment_id: item.id }) }
}

/** No time is in it: `entry.time` is when it was sent. */
function commentOf(context: Context, item: Item, media: Item): JsonObject {
  const { id, handle, isBrand } = context.world.author(item)
  const self = isBrand ? { self_ig_scoped_id: context.secrets.instagram.appScopedId } : {}
  return {
    id: item.id,
    text: item.text,
    from: { id, username: handle, ...self },
    media: { id: media.id, media_product_type: productOf(media), ...adOf(media) },
    ...(isReply(item) ? { parent_id: item.parentId } : {}),
  }
}

/** Where a media is shown: `extra.product`, a feed post unless it says otherwise. */
export function productOf(media: Item): string {
  const { product } = media.extra
  return typeof product === 'string' ? product : 'FEED'
}

function adOf(media: Item): JsonObject {
  const { adId, adTitle } = media.extra
  return adId === undefined ? {} : { ad_id: adId, ad_title: adTitle ?? '', original_media_id: media.id }
}

/** An entry as the documents of Facebook's login show it, or flat as those of Instagram's login do. */
function entryOf(context: Context, { topic, value }: WebhookEvent): JsonObject {
  const time = Math.floor(context.world.clock('instagram') / 1000)
  const entry = { id: context.secrets.instagram.accountId, time }
  const flat = context.faults.quirks['flatInstagramEntries'] === true
  return flat ? { ...entry, field: topic, value } : { ...entry, changes: [{ field: topic, value }] }
}
