import { createHmac, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { idOf, listOf, parseHook, recordOf } from '../json.ts'
import type { Handshake, WebhookEntry } from '../platform.ts'

/** Only `X-Hub-Signature-256: sha256=<64 hex>` counts (Meta, "Webhooks getting started"); the old sha1 header, a doubled or malformed one, or an empty secret is a refusal. */
export function verify(secret: string, headers: Record<string, string | undefined>, body: Uint8Array): boolean {
  const signature = headers['x-hub-signature-256']
  if (secret === '' || typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/i.test(signature)) return false
  const given = Buffer.from(signature.slice('sha256='.length), 'hex')
  return timingSafeEqual(given, createHmac('sha256', secret).update(body).digest())
}

/** A body with its headers, signed as Meta signs. */
export function signed(secret: string, content: unknown): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(content)
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return { headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` }, body }
}

/** The challenge to send back when mode and token are right; both spellings, since some proxies rewrite the dots. */
export function challenge({ verifyToken }: { verifyToken: string }, query: Record<string, string | undefined>): Handshake | null {
  const read = (name: string): unknown => query[`hub.${name}`] ?? query[`hub_${name}`]
  const [mode, token, text] = [read('mode'), read('verify_token'), read('challenge')]
  if (verifyToken === '' || mode !== 'subscribe' || typeof token !== 'string' || typeof text !== 'string') return null
  const digest = (value: string): Buffer => createHmac('sha256', 'challenge').update(value).digest()
  return timingSafeEqual(digest(token), digest(verifyToken)) ? { type: 'text/plain', body: text } : null
}

/** Each change of each entry by itself, in the body's own shape, so that one bad change stays one. The account is the entry's id. */
export function entries(text: string): WebhookEntry[] {
  const body = parseHook(text)
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
