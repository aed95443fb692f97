import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { parseHook } from '../json.ts'
import type { Webhook, WebhookEntry } from '../platform.ts'

/** A forum's webhooks (`emit_web_hook_event.rb`), entered by an admin with an address and a secret of this channel: HMAC-SHA256 over the raw body, an event in each. */
export const webhook: Webhook = {
  perChannel: true,
  handshake: 'none',
  keeps: ['x-discourse-event', 'x-discourse-event-type'],
  verify,
  challenge: () => null,
  entries,
  sample,
}

/** Only `X-Discourse-Event-Signature: sha256=<64 hex>`; a hook without a secret sends none, and is refused. */
function verify(secret: string, headers: Record<string, string | undefined>, body: Uint8Array): boolean {
  const signature = headers['x-discourse-event-signature']
  if (secret === '' || typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/i.test(signature)) return false
  const given = Buffer.from(signature.slice('sha256='.length), 'hex')
  return timingSafeEqual(given, createHmac('sha256', secret).update(body).digest())
}

const types = new Set(['ping', 'post', 'topic', 'notification', 'like', 'user', 'group', 'category', 'tag', 'reviewable', 'badge'])

/** One event. A hook set to the form's content type sends the same as `payload=`. */
function entries(text: string, headers: Record<string, string>): WebhookEntry[] {
  const body = text.startsWith('payload=') ? (new URLSearchParams(text).get('payload') ?? '') : text
  const names = Object.keys(parseHook(body))
  const type = headers['x-discourse-event-type']
  if (!names.some((name) => types.has(name) || name === type)) throw new PlatformError('rejected', 'The body holds no event')
  return [{ index: 0, accountExternalId: '', body }]
}

/** A ping, as the forum sends it on request. */
function sample(secret: string): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify({ ping: 'OK', test: randomUUID() })
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return {
    headers: {
      'content-type': 'application/json',
      'x-discourse-event-type': 'ping',
      'x-discourse-event': 'ping',
      'x-discourse-event-signature': `sha256=${signature}`,
    },
    body,
  }
}
