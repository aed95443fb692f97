import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { parseHook } from '../json.ts'
import type { Webhook, WebhookEntry } from '../platform.ts'

/** A webhook of the repository, entered there by hand with an address and a secret of this channel: HMAC-SHA256 over the raw body, one event in each. */
export const webhook: Webhook = {
  perChannel: true,
  handshake: 'none',
  keeps: ['x-github-event'],
  verify,
  challenge: () => null,
  entries,
  sample,
}

/** Only `X-Hub-Signature-256: sha256=<64 hex>`; the older SHA-1 beside it counts for nothing. */
function verify(secret: string, headers: Record<string, string | undefined>, body: Uint8Array): boolean {
  const signature = headers['x-hub-signature-256']
  if (secret === '' || typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/i.test(signature)) return false
  const given = Buffer.from(signature.slice('sha256='.length), 'hex')
  return timingSafeEqual(given, createHmac('sha256', secret).update(body).digest())
}

/** One event. A hook set to the form's content type sends the same as `payload=`. */
function entries(text: string): WebhookEntry[] {
  const body = text.startsWith('payload=') ? (new URLSearchParams(text).get('payload') ?? '') : text
  const event = parseHook(body)
  if (!['action', 'repository', 'zen'].some((name) => name in event)) throw new PlatformError('rejected', 'The body holds no event')
  return [{ index: 0, accountExternalId: '', body }]
}

/** A ping, as GitHub sends it when the hook is made. */
function sample(secret: string): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify({ zen: `Answerback tries its address (${randomUUID()}).`, hook_id: 1, hook: { type: 'Repository' } })
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return {
    headers: { 'content-type': 'application/json', 'x-github-event': 'ping', 'x-hub-signature-256': `sha256=${signature}` },
    body,
  }
}
