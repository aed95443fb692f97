import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import type { WebhookDialect, WebhookEvent } from '../webhooks/sender.ts'
import type { Happening } from '../world/item.ts'
import type { BusinessSecrets } from './dialect.ts'
import { signPushToken } from './push-token.ts'
import { locationName } from './views.ts'

type Told = {
  data: { notificationType: string; reviewName: string; locationName: string }
  publishTime: string
  project: string
  email: string
}

/**
 * A push subscription of Cloud Pub/Sub to the topic of the brand's account. In place of a secret its target has the audience that whoever makes the subscription names,
 * usually the address itself. Nothing is told before the account's notification setting asks for it.
 */
export const businessWebhooks: WebhookDialect<BusinessSecrets> = {
  signature: 'authorization',
  topics: [],
  batches: false,
  eventsOf,
  bodyOf: (_context, events) => {
    const { data, publishTime, project } = told(events)
    const text = JSON.stringify(data)
    const messageId = String(BigInt(`0x${createHash('sha1').update(`${publishTime} ${text}`).digest('hex').slice(0, 14)}`))
    const message = {
      data: Buffer.from(text).toString('base64'),
      attributes: {},
      messageId,
      message_id: messageId,
      publishTime,
      publish_time: publishTime,
    }
    return JSON.stringify({ message, subscription: `projects/${project}/subscriptions/reviews-push` })
  },
  headersOf: ({ secret, events, at }) => ({
    'content-type': 'application/json',
    'user-agent': 'CloudPubSub-Google',
    authorization: `Bearer ${signPushToken({ audience: secret, email: told(events).email, at })}`,
  }),
}

function told(events: WebhookEvent[]): Told {
  return events[0]?.value as Told
}

/** New reviews, and those that their writer changed. What is deleted, and what the owner writes, nobody is told of. */
function eventsOf(context: Context, { kind, item }: Happening): WebhookEvent[] {
  if (item.parentId !== null || (kind !== 'added' && kind !== 'edited')) return []
  const notificationType = kind === 'added' ? 'NEW_REVIEW' : 'UPDATED_REVIEW'
  const place = locationName(context)
  const { project, pushAccount } = context.secrets['google-business']
  const data = { notificationType, reviewName: `${place}/reviews/${item.id}`, locationName: place }
  const value: Told = { data, publishTime: context.world.now().toISOString(), project, email: pushAccount }
  return [{ topic: notificationType, value }]
}
