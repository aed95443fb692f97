import type { Context } from '../context.ts'
import { shakeHands, signedHeaders } from '../graph/webhooks.ts'
import { graphTime } from '../graph/time.ts'
import type { WebhookDialect, WebhookEvent } from '../webhooks/sender.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import { permalink, postNode } from './node.ts'
import { readFields } from '../graph/fields.ts'
import type { ThreadsSecrets } from './token.ts'

/** What is told, and the account or media that it is about. */
type Told = { topic: 'moderate' | 'interaction'; targetId: string; value: JsonObject }

/** Replies below own posts, mentions, own posts and replies (ids only), own deletions. Nothing is told of edits, likes or what others delete. */
export const threadsWebhooks: WebhookDialect<ThreadsSecrets> = {
  signature: 'x-hub-signature-256',
  topics: ['replies', 'mentions', 'publish', 'delete'],
  batches: false,
  app: ({ appId, appSecret, verifyToken }) => ({ appId, appSecret, verifyToken }),
  eventsOf,
  bodyOf: (context, events) => JSON.stringify(events[0] && envelopeOf(context, events[0])),
  headersOf: signedHeaders,
  shakeHands,
}

function eventsOf(context: Context, { kind, item, at }: Happening): WebhookEvent[] {
  const { userId } = context.secrets.threads
  const root = context.world.items.threads.get(item.rootId)
  const own = item.authorId === userId
  const told: [string, Told][] = []
  if (kind === 'removed' && own) {
    const value = { id: item.id, owner: { owner_id: userId }, deleted_at: graphTime(at), timestamp: graphTime(item.createdAt) }
    told.push(['delete', { topic: 'moderate', targetId: item.id, value: { ...value, username: context.world.author(item).handle } }])
  }
  if (kind === 'added') {
    if (own) told.push(['publish', { topic: 'interaction', targetId: userId, value: postNode(context, item, readFields(publishFields)) }])
    if (item.parentId !== null && root?.authorId === userId)
      told.push(['replies', { topic: 'moderate', targetId: item.parentId, value: replyOf(context, item, root) }])
    if (!own && item.mentionsBrand)
      told.push(['mentions', { topic: 'interaction', targetId: userId, value: postNode(context, item, readFields(mentionFields)) }])
  }
  return told.map(([topic, value]) => ({ topic, value }))
}

const publishFields = 'media_type,permalink,timestamp,username'
const mentionFields =
  'text,alt_text,media_type,media_url,media_product_type,permalink,shortcode,timestamp,username,is_reply,is_quote_post,has_replies,root_post,replied_to,is_verified,profile_picture_url'

function replyOf(context: Context, item: Item, root: Item): JsonObject {
  return {
    ...postNode(
      context,
      item,
      readFields('username,text,alt_text,media_type,media_url,permalink,shortcode,timestamp,is_verified,profile_picture_url'),
    ),
    permalink: permalink(context, item),
    replied_to: { id: item.parentId },
    root_post: { id: root.id, owner_id: root.authorId, username: context.world.author(root).handle },
  }
}

/** Threads has an envelope of its own. By quirk its `values` are a list, or it comes as Meta's other webhooks do: both have been seen, and the documents show neither. */
function envelopeOf(context: Context, { topic: field, value: told }: WebhookEvent): JsonObject {
  const { topic, targetId, value } = told as Told
  const { quirks } = context.faults
  const time = Math.floor(context.world.clock('threads') / 1000)
  const { appId, userId } = context.secrets.threads
  if (quirks['classicThreadsEnvelope'] === true) return { object: 'threads', entry: [{ id: userId, time, changes: [{ field, value }] }] }
  const values = quirks['listedThreadsValues'] === true ? [{ field, value }] : { field, value }
  return { app_id: appId, topic, target_id: targetId, time, subscription_id: '234567', has_uid_field: false, values }
}
