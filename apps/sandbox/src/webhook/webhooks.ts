import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import type { WebhookDialect, WebhookEvent } from '../webhooks/sender.ts'
import type { Happening } from '../world/item.ts'
import type { ShopSecrets } from './dialect.ts'
import { bareOf } from './ids.ts'
import { signatureHeaders } from './sign.ts'
import { messageOf, productOf } from './views.ts'

type Event = { type: string; timestamp: string; data: unknown }

/** Signed events, one a request; several as a `batch` when a fault says so. Address and secret are a channel's own, entered by hand. */
export const shopWebhooks: WebhookDialect<ShopSecrets> = {
  signature: 'webhook-signature',
  topics: ['comment', 'reply', 'post'],
  batches: true,
  eventsOf,
  bodyOf: ({ world }, events) => {
    const [first, ...others] = events.map(({ value }) => value as Event)
    const timestamp = new Date(world.now()).toISOString()
    return JSON.stringify(others.length === 0 ? first : { type: 'batch', timestamp, data: [first, ...others] })
  },
  headersOf: ({ body, secret, at }) => ({
    'content-type': 'application/json',
    'user-agent': 'Fieldnote-Shop/2',
    ...signatureHeaders(secret, { id: idOf(body), at, body }),
  }),
}

/** The same for the same event however often it is sent, and after a restart too. */
function idOf(body: string): string {
  return `msg_${createHash('sha256').update(body).digest('hex').slice(0, 32)}`
}

function eventsOf(context: Context, happening: Happening): WebhookEvent[] {
  const { kind, item } = happening
  const timestamp = new Date(happening.at).toISOString()
  const tell = (type: string, data: unknown): WebhookEvent[] => [
    { topic: type.slice(0, type.indexOf('.')), value: { type, timestamp, data } satisfies Event },
  ]
  const { isBrand } = context.world.author(item)
  if (bareOf(item.id).startsWith('p-')) return kind === 'added' || kind === 'edited' ? tell('post.published', productOf(context, item)) : []
  if (kind === 'added') return tell(isBrand ? 'reply.created' : 'comment.created', messageOf(context, item))
  if (kind === 'edited') return tell('comment.updated', messageOf(context, item))
  if (kind === 'removed') return tell('comment.deleted', { id: bareOf(item.id), deleted_at: timestamp })
  if (kind === 'liked' || kind === 'unliked') return tell('comment.reacted', { id: bareOf(item.id), count: item.likes.size, kind: 'like' })
  return []
}
