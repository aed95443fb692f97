import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { idOf, parseHook, textOf } from '../json.ts'
import type { Webhook, WebhookEntry } from '../platform.ts'
import { testEvent } from './normalize.ts'

const hourMs = 3_600_000

/**
 * TikTok's webhooks: one event a body, signed with the app's secret over `<unix seconds>.<raw body>`. TikTok comes again for 72 hours and does not say whether it then signs
 * anew, so a time within 73 is taken: what is sent twice is the same fact twice.
 */
export const webhook: Webhook = { handshake: 'none', freshMs: 73 * hourMs, verify, challenge: () => null, entries, sample }

function signatureOf(secret: string, seconds: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest()
}

/** `Tiktok-Signature: t=<unix seconds>,s=<64 hex>`, and nothing else. */
function verify(secret: string, headers: Record<string, string | undefined>, body: Uint8Array, { now }: { now: Date }): boolean {
  const header = headers['tiktok-signature']
  const parts = typeof header === 'string' ? /^t=(\d{1,12}),s=([0-9a-f]{64})$/.exec(header) : null
  if (secret === '' || parts === null) return false
  const [, seconds = '', hex = ''] = parts
  if (Math.abs(now.getTime() - Number(seconds) * 1000) > 73 * hourMs) return false
  return timingSafeEqual(Buffer.from(hex, 'hex'), signatureOf(secret, seconds, body))
}

/** The event, for the account that it names. */
function entries(text: string): WebhookEntry[] {
  const body = parseHook(text)
  const accountExternalId = idOf(body.user_openid)
  if (textOf(body.event) === '' || accountExternalId === null) throw new PlatformError('rejected', 'The body is no event of TikTok')
  return [{ index: 0, accountExternalId, body: text }]
}

/** An event of a name that TikTok does not use: known, and of no use. */
function sample(secret: string, accountExternalId: string, now: Date): { headers: Record<string, string>; body: string } {
  const seconds = String(Math.floor(now.getTime() / 1000))
  const content = JSON.stringify({ id: randomUUID() })
  const body = JSON.stringify({ client_key: '', event: testEvent, create_time: Number(seconds), user_openid: accountExternalId, content })
  const signature = signatureOf(secret, seconds, body).toString('hex')
  return { headers: { 'content-type': 'application/json', 'tiktok-signature': `t=${seconds},s=${signature}` }, body }
}
