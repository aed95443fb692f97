import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { idOf, parseHook, recordOf, textOf } from '../json.ts'
import type { Handshake, Webhook, WebhookEntry } from '../platform.ts'

/** X's webhooks (docs.x.com, "Webhooks" and "X Activity API"): one event a body, signed with the API key's secret, which also answers the challenge. No time is signed. */
export const webhook: Webhook = { handshake: 'secret', verify, challenge, entries, sample }

function hmac(secret: string, message: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(message).digest()
}

/** `sha256=` and the base64 of 32 bytes, in the one way it can be written. */
function verify(secret: string, headers: Record<string, string | undefined>, body: Uint8Array): boolean {
  const signature = headers['x-twitter-webhooks-signature']
  if (secret === '' || typeof signature !== 'string' || !/^sha256=[A-Za-z0-9+/]{43}=$/.test(signature)) return false
  const text = signature.slice('sha256='.length)
  const given = Buffer.from(text, 'base64')
  if (given.toString('base64') !== text) return false
  return timingSafeEqual(given, hmac(secret, body))
}

/** `GET ?crc_token=`: on registering, and again every half hour or hour. */
function challenge({ secret }: { secret: string }, query: Record<string, string | undefined>): Handshake | null {
  const token: unknown = query.crc_token
  if (secret === '' || typeof token !== 'string' || token === '') return null
  return { type: 'application/json', body: JSON.stringify({ response_token: `sha256=${hmac(secret, token).toString('base64')}` }) }
}

/** The event, for the account whose subscription it is. What X says of its own replays is for nobody. */
function entries(text: string): WebhookEntry[] {
  const body = parseHook(text)
  if (body.replay_job_status !== undefined) return []
  const data = recordOf(body.data)
  const payload = recordOf(data.payload)
  const accountExternalId = idOf(recordOf(data.filter).user_id) ?? idOf(payload.user_id)
  if (textOf(data.event_type) === '' || accountExternalId === null) throw new PlatformError('rejected', 'The body is no event of X')
  return [{ index: 0, accountExternalId, body: JSON.stringify({ data }) }]
}

/** Somebody liked something: known, and of no use. */
function sample(secret: string, accountExternalId: string, now: Date): { headers: Record<string, string>; body: string } {
  const payload = { id: randomUUID(), timestamp_ms: String(now.getTime()), liked_tweet_id: '1', liked_tweet_author_id: accountExternalId }
  const filter = { user_id: accountExternalId, direction: 'inbound' }
  const body = JSON.stringify({ data: { event_uuid: randomUUID(), filter, event_type: 'like.create', payload, includes: {} } })
  const signature = `sha256=${hmac(secret, body).toString('base64')}`
  return { headers: { 'content-type': 'application/json', 'x-twitter-webhooks-signature': signature }, body }
}
