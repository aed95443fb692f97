import { randomUUID } from 'node:crypto'
import { challenge, entries, signed, verify } from '../graph/webhook.ts'
import type { Webhook } from '../platform.ts'

/** Meta's webhooks, object `instagram`. The key is the Instagram app's secret for an Instagram login, the Meta app's for a Facebook login. */
export const webhook: Webhook = { verify, challenge, entries, sample }

/** The insights of no story: known, and of no use. */
function sample(secret: string, accountExternalId: string, now: Date): { headers: Record<string, string>; body: string } {
  const time = Math.floor(now.getTime() / 1000)
  const changes = [{ field: 'story_insights', value: { media_id: '0', test: randomUUID() } }]
  return signed(secret, { object: 'instagram', entry: [{ id: accountExternalId, time, changes }] })
}
