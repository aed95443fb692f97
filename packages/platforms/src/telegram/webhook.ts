import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { idOf, parseHook } from '../json.ts'
import type { Io, Webhook, WebhookEntry } from '../platform.ts'
import { callApi } from './api.ts'
import { allowedUpdates } from './poll.ts'

/** Updates pushed to an address of the channel's own; only a secret comes along, in a header. One update in each. */
export const webhook: Webhook = {
  perChannel: true,
  handshake: 'none',
  unsignedBody: true,
  verify,
  challenge: () => null,
  entries,
  sample,
  install,
}

const secretHeader = 'x-telegram-bot-api-secret-token'

function verify(secret: string, headers: Record<string, string | undefined>): boolean {
  const given = headers[secretHeader]
  if (secret === '' || typeof given !== 'string' || !/^[\w-]{1,256}$/.test(given)) return false
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(secret))
}

function entries(text: string): WebhookEntry[] {
  if (idOf(parseHook(text).update_id) === null) throw new PlatformError('rejected', 'The body is no update')
  return [{ index: 0, accountExternalId: '', body: text }]
}

/** News of the bot's own place in a chat, of which nothing is made. */
function sample(secret: string, accountExternalId: string, now: Date): { headers: Record<string, string>; body: string } {
  const date = Math.floor(now.getTime() / 1000)
  const chat = { id: accountExternalId, type: 'channel', title: `Test ${randomUUID()}` }
  const body = JSON.stringify({ update_id: date, my_chat_member: { chat, date } })
  return { headers: { 'content-type': 'application/json', [secretHeader]: secret }, body }
}

/** `setWebhook`: replaces what was there before, and ends asking. What waited until now comes by the webhook. */
async function install(io: Io, { url, secret }: { url: string; secret: string }): Promise<Record<string, string>> {
  const params = { url, secret_token: secret, allowed_updates: allowedUpdates, max_connections: 10 }
  await callApi(io, { method: 'setWebhook', params, write: true })
  return { hook: 'on' }
}
