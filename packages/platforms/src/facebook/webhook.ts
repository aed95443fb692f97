import { randomUUID } from 'node:crypto'
import { challenge, entries, signed, verify } from '../graph/webhook.ts'
import type { Webhook } from '../platform.ts'

/** Meta's webhooks (Meta, "Webhooks getting started"): HMAC-SHA256 over the raw body, a handshake by GET, up to 1000 updates in a body. */
export const webhook: Webhook = { verify, challenge, entries, sample }

/** A reaction to nothing: known, and of no use. */
function sample(secret: string, accountExternalId: string, now: Date): { headers: Record<string, string>; body: string } {
  const time = Math.floor(now.getTime() / 1000)
  const value = {
    item: 'reaction',
    verb: 'add',
    reaction_type: 'like',
    post_id: `${accountExternalId}_0`,
    created_time: time,
    test: randomUUID(),
  }
  return signed(secret, { object: 'page', entry: [{ id: accountExternalId, time, changes: [{ field: 'feed', value }] }] })
}
