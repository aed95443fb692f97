import { createHmac, randomInt, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { nameOf, parseHook, recordOf } from '../json.ts'
import type { Handshake, Webhook, WebhookEntry } from '../platform.ts'
import { eventType } from './subscription.ts'
import { organizationOf } from './urn.ts'

/**
 * LinkedIn's webhooks (Microsoft Learn, "Webhook validation" and "Organization social action notifications"): up to ten notifications a body, signed with the client secret, which also answers the
 * challenge. That comes again every two hours, and three failures block the address. No time is signed.
 */
export const webhook: Webhook = { handshake: 'secret', verify, challenge, entries, sample }

const prefix = 'hmacsha256='

function hmac(secret: string, ...parts: (string | Uint8Array)[]): Buffer {
  const mac = createHmac('sha256', secret)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** The prefix belongs to what is signed; in the header it stands with some and not with others. */
function verify(secret: string, headers: Record<string, string | undefined>, body: Uint8Array): boolean {
  const signature = headers['x-li-signature']
  if (secret === '' || typeof signature !== 'string') return false
  const [, hex] = /^(?:hmacsha256=)?([0-9a-f]{64})$/i.exec(signature) ?? []
  return hex !== undefined && timingSafeEqual(Buffer.from(hex, 'hex'), hmac(secret, prefix, body))
}

function challenge({ secret }: { secret: string }, { challengeCode }: Record<string, string | undefined>): Handshake | null {
  const code: unknown = challengeCode
  if (secret === '' || typeof code !== 'string' || code === '') return null
  const body = { challengeCode: code, challengeResponse: hmac(secret, code).toString('hex') }
  return { type: 'application/json', body: JSON.stringify(body) }
}

/** Each notification by itself, for the page it is about. */
function entries(text: string): WebhookEntry[] {
  const body = parseHook(text)
  const { notifications, ...envelope } = body
  if (!Array.isArray(notifications)) throw new PlatformError('rejected', 'The body has no list of notifications')
  return notifications.map((each: unknown, index) => {
    const page = nameOf(recordOf(each).organizationalEntity) ?? ''
    const one = JSON.stringify({ ...envelope, notifications: [each ?? null] })
    return { index, accountExternalId: organizationOf(page) ?? page, body: one }
  })
}

/** A reaction to nothing: known, and of no use. */
function sample(secret: string, accountExternalId: string, now: Date): { headers: Record<string, string>; body: string } {
  const notice = {
    notificationId: randomInt(1, 2 ** 47),
    action: 'LIKE',
    organizationalEntity: accountExternalId,
    sourcePost: 'urn:li:share:0',
    generatedActivity: 'urn:li:activity:0',
    lastModifiedAt: now.getTime(),
  }
  const body = JSON.stringify({ type: eventType, notifications: [notice] })
  return { headers: { 'content-type': 'application/json', 'x-li-signature': hmac(secret, prefix, body).toString('hex') }, body }
}
