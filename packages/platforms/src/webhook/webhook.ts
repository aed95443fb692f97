import { randomUUID } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { listOf, parseHook } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Webhook, WebhookEntry } from '../platform.ts'
import { schemeOf } from './settings.ts'
import { freshMs, signedHeaders, verifyBearer, verifyHub, verifyPlain, verifyStandard } from './sign.ts'

/** Standard Webhooks 1.0.0, with an address and a secret for each source. */
export const webhook: Webhook = {
  perChannel: true,
  handshake: 'none',
  freshMs,
  verify,
  challenge: () => null,
  entries,
  sample,
  makeSecret: (random) => `whsec_${Buffer.from(random).toString('base64')}`,
}

function verify(
  secret: string,
  headers: Record<string, string | undefined>,
  body: Uint8Array,
  { now, settings }: Parameters<Webhook['verify']>[3],
): boolean {
  if (verifyStandard(secret, headers, body, now)) return true
  const scheme = schemeOf(settings?.scheme)
  if (scheme === 'x-hub-signature-256') return verifyHub(secret, headers, body)
  if (scheme === 'x-signature') return verifyPlain(secret, headers, body)
  return scheme === 'bearer' && verifyBearer(secret, headers)
}

/** Each event by itself. Several come as `type: "batch"` with whole events in `data`, or as one type with several `data`. */
function entries(text: string): WebhookEntry[] {
  return eventsOf(read(text)).map((event, index) => ({ index, accountExternalId: '', body: JSON.stringify(event) }))
}

/** The events of one body, in order; one that is no object stays what it is. */
export function eventsOf(body: JsonRecord): unknown[] {
  const { type, data, ...rest } = body
  if (!Array.isArray(data)) return [body]
  if (type === 'batch') return [...listOf(data)]
  return data.map((each: unknown) => ({ type, ...rest, data: each }))
}

function read(text: string): JsonRecord {
  const body = parseHook(text)
  if (typeof body.type !== 'string') throw new PlatformError('rejected', 'The body has no "type"')
  return body
}

function sample(secret: string, _accountExternalId: string, now: Date): { headers: Record<string, string>; body: string } {
  const id = `msg_${randomUUID()}`
  const body = JSON.stringify({ type: 'source.ping', timestamp: now.toISOString(), data: { id } })
  return { headers: signedHeaders(secret, id, body, now), body }
}
