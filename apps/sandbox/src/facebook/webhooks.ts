import type { Context } from '../context.ts'
import { shakeHands, signedHeaders } from '../graph/webhooks.ts'
import type { WebhookDialect } from '../webhooks/sender.ts'
import { changeOf } from './changes.ts'
import type { FacebookSecrets } from './secrets.ts'

/** Signed changes of the Page: an entry each, batched in one request when a fault says so. */
export const facebookWebhooks: WebhookDialect<FacebookSecrets> = {
  signature: 'x-hub-signature-256',
  topics: ['feed', 'mention'],
  batches: true,
  app: ({ appId, appSecret, verifyToken }) => ({ appId, appSecret, verifyToken }),
  eventsOf: (context, happening) => {
    const change = changeOf(context, happening)
    return change ? [{ topic: change.field, value: change }] : []
  },
  bodyOf: (context, events) => JSON.stringify({ object: 'page', entry: events.map(({ value }) => entryOf(context, value)) }),
  headersOf: signedHeaders,
  shakeHands,
}

function entryOf(context: Context, change: unknown) {
  const time = Math.floor(context.world.clock('facebook') / 1000)
  return { id: context.secrets.facebook.pageId, time, changes: [change] }
}
