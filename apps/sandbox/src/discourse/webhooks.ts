import type { Context } from '../context.ts'
import { hmac256 } from '../http/hmac.ts'
import type { WebhookDialect, WebhookEvent } from '../webhooks/sender.ts'
import type { Happening } from '../world/item.ts'
import type { DiscourseSecrets } from './dialect.ts'
import { home } from './ids.ts'
import { postOf, topicOf, userOf } from './views.ts'

/** What an event's headers and body are made of. */
type Told = { event: string; body: unknown }

/**
 * Signed events, one a request, to an address and with a secret that an admin enters there. Groups that can be ticked: post and topic from the start, `notification` and
 * `like` when a test asks for them.
 */
export const discourseWebhooks: WebhookDialect<DiscourseSecrets> = {
  signature: 'x-discourse-event-signature',
  topics: ['post', 'topic'],
  batches: false,
  eventsOf,
  bodyOf: (_context, events) => JSON.stringify(Object.fromEntries(events.map(({ topic, value }) => [topic, (value as Told).body]))),
  headersOf: ({ body, secret, events, id }) => ({
    'content-type': 'application/json',
    'user-agent': 'Discourse/3.6.0',
    'x-discourse-instance': instance,
    'x-discourse-event-id': String(700 + id),
    'x-discourse-event-type': events[0]?.topic ?? 'ping',
    'x-discourse-event': (events[0]?.value as Told | undefined)?.event ?? 'ping',
    ...(secret === '' ? {} : { 'x-discourse-event-signature': `sha256=${hmac256(secret, body)}` }),
  }),
}

const instance = `https://${home}`

const postEvents: Partial<Record<Happening['kind'], string>> = {
  added: 'post_created',
  edited: 'post_edited',
  removed: 'post_destroyed',
}

function eventsOf(context: Context, happening: Happening): WebhookEvent[] {
  const { item } = happening
  if (happening.kind === 'liked') {
    const liker = context.world.accounts.discourse.get(happening.actorId)
    const body = { post: postOf(context, item, { raw: true }), user: liker ? userOf(liker) : null }
    return [told('like', 'post_liked', body)]
  }
  const event = postEvents[happening.kind]
  if (!event) return []
  const topicEvent = event.replace('post_', 'topic_')
  const ofPost = told('post', event, postOf(context, item, { raw: true }))
  return item.parentId === null ? [told('topic', topicEvent, topicOf(context, item)), ofPost] : [ofPost]
}

function told(topic: string, event: string, body: unknown): WebhookEvent {
  return { topic, value: { event, body } satisfies Told }
}
