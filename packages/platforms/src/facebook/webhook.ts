import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { idOf, listOf, parseJson, recordOf } from '../json.ts'
import type { Handshake, Webhook, WebhookEntry } from '../platform.ts'

/** Meta's webhooks (Meta, "Webhooks getting started"): HMAC-SHA256 over the raw body, a handshake by GET, up to 1000 updates in a body. */
export const webhook: Webhook = { verify, challenge, entries, sample }

/** Only `X-Hub-Signature-256: sha256=<64 hex>` counts; the old sha1 header, a doubled or malformed one, or an empty secret is a refusal. */
function verify(secret: string, headers: Record<string, string | undefined>, body: Uint8Array): boolean {
  const signature = headers['x-hub-signature-256']
  if (secret === '' || typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/i.test(signature)) return false
  const given = Buffer.from(signature.slice('sha256='.length), 'hex')
  return timingSafeEqual(given, createHmac('sha256', secret).update(body).digest())
}

/** The challenge to send back when mode and token are right; both spellings, since some proxies rewrite the dots. */
function challenge({ verifyToken }: { verifyToken: string }, query: Record<string, string | undefined>): Handshake | null {
  const read = (name: string): unknown => query[`hub.${name}`] ?? query[`hub_${name}`]
  const [mode, token, text] = [read('mode'), read('verify_token'), read('challenge')]
  if (verifyToken === '' || mode !== 'subscribe' || typeof token !== 'string' || typeof text !== 'string') return null
  const digest = (value: string): Buffer => createHmac('sha256', 'challenge').update(value).digest()
  return timingSafeEqual(digest(token), digest(verifyToken)) ? { type: 'text/plain', body: text } : null
}

/** Each change of each entry by itself, in the body's own shape, so that one bad change stays one. The account is the entry's id. */
function entries(text: string): WebhookEntry[] {
  let body
  try {
    body = recordOf(parseJson(text))
  } catch (error) {
    throw new PlatformError('rejected', 'The body is not JSON', { cause: error })
  }
  if (!Array.isArray(body.entry)) throw new PlatformError('rejected', 'The body has no list of entries')
  const found: WebhookEntry[] = []
  for (const each of listOf(body.entry)) {
    const { changes, ...entry } = recordOf(each)
    const accountExternalId = idOf(entry.id) ?? ''
    const parts = listOf(changes).length === 0 ? [{}] : listOf(changes).map((change) => ({ changes: [change] }))
    for (const part of parts) {
      found.push({ index: found.length, accountExternalId, body: JSON.stringify({ object: body.object, entry: [{ ...entry, ...part }] }) })
    }
  }
  return found
}

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
  const body = JSON.stringify({ object: 'page', entry: [{ id: accountExternalId, time, changes: [{ field: 'feed', value }] }] })
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return { headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` }, body }
}
