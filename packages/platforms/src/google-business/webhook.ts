import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { isPushToken, readGoogleKeys, tokenFreshMs } from '../google/push-token.ts'
import { idOf, parseHook, recordOf } from '../json.ts'
import type { Webhook, WebhookEntry } from '../platform.ts'
import { reviewsHost } from './api.ts'
import { install } from './notifications.ts'

/** A push subscription of Cloud Pub/Sub to the channel's own address: a token of Google's comes along (OIDC), which says nothing of the body. One notification in each. */
export const webhook: Webhook = {
  perChannel: true,
  handshake: 'none',
  freshMs: tokenFreshMs,
  unsignedBody: true,
  keys: {
    read: (io, settings) => readGoogleKeys(io, reviewsHost, settings.apiUrl),
    words:
      'In the Google Cloud console, under Pub/Sub, make a subscription of your topic: delivery type “Push”, the address below as its endpoint, authentication on, with the service account that you entered and the same address as the audience. Every location is a channel with an address, and a subscription, of its own.',
  },
  verify,
  challenge: () => null,
  entries,
  sample,
  install,
}

/** Signs our own test events: nobody else's tokens can be made here. */
const ownHeader = 'x-answerback-test'

function verify(
  secret: string,
  headers: Record<string, string | undefined>,
  body: Uint8Array,
  { now, url, settings, keys }: Parameters<Webhook['verify']>[3],
): boolean {
  const own = headers[ownHeader]
  if (own !== undefined) return secret !== '' && /^[0-9a-f]{64}$/.test(own) && timingSafeEqual(Buffer.from(own, 'hex'), seal(secret, body))
  return isPushToken(headers.authorization, { keys: keys ?? {}, audience: url, email: settings?.pushAccount ?? '', now })
}

function seal(secret: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(body).digest()
}

function entries(text: string): WebhookEntry[] {
  const message = recordOf(parseHook(text).message)
  if (idOf(message.messageId) === null && idOf(message.message_id) === null)
    throw new PlatformError('rejected', 'The body is no push message')
  return [{ index: 0, accountExternalId: '', body: text }]
}

/** A message without data, of which nothing is made. */
function sample(secret: string, _accountExternalId: string, now: Date): { headers: Record<string, string>; body: string } {
  const message = { messageId: randomUUID(), publishTime: now.toISOString(), data: '', attributes: {} }
  const body = JSON.stringify({ message, subscription: 'projects/answerback/subscriptions/test' })
  return { headers: { 'content-type': 'application/json', [ownHeader]: seal(secret, body).toString('hex') }, body }
}
