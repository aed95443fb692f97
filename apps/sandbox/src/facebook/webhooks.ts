import type { Context } from '../context.ts'
import { hmac256 } from '../http/hmac.ts'
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
  headersOf: ({ body, secret }) => ({
    'content-type': 'application/json',
    'x-hub-signature-256': sign(secret, body),
    'user-agent': 'facebookexternalua',
  }),
  shakeHands: async (target, challenge, signal) => {
    const url = new URL(target.url)
    url.searchParams.set('hub.mode', 'subscribe')
    url.searchParams.set('hub.challenge', challenge)
    url.searchParams.set('hub.verify_token', target.verifyToken)
    const answer = await fetch(url, { signal })
    return answer.status === 200 && (await answer.text()) === challenge
  },
}

/** The `X-Hub-Signature-256` of a body: HMAC-SHA256 over the raw bytes with the app secret. */
export function sign(appSecret: string, body: string): string {
  return `sha256=${hmac256(appSecret, body)}`
}

function entryOf(context: Context, change: unknown) {
  const time = Math.floor(context.world.clock('facebook') / 1000)
  return { id: context.secrets.facebook.pageId, time, changes: [change] }
}
