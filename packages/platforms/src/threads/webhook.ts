import { randomUUID } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { challenge, entries as entriesOfMeta, signed, verify } from '../graph/webhook.ts'
import { idOf, nameOf, parseHook, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Webhook, WebhookEntry } from '../platform.ts'
import { testField } from './normalize.ts'

/**
 * Webhooks of Threads: signed and tried as Meta does everywhere, in an envelope of their own. The key is the secret of the Threads app; Meta does not say whether it may be the
 * parent app's, so an installation registers both.
 */
export const webhook: Webhook = { verify, challenge, entries, sample }

/** One entry for each of `values`. Meta's usual envelope is taken too. */
function entries(text: string): WebhookEntry[] {
  const { values, ...envelope } = parseHook(text)
  if (values === undefined) return entriesOfMeta(text)
  const list: unknown[] = Array.isArray(values) ? values : [values]
  if (list.length === 0) throw new PlatformError('rejected', 'The body has no values')
  return list.map((each, index) => ({
    index,
    ...accountOf(envelope, recordOf(each)),
    body: JSON.stringify({ ...envelope, values: each ?? null }),
  }))
}

/** Whose it is: a mention names the account by id, a reply the owner of the post, what we did ourselves us. */
function accountOf(envelope: JsonRecord, change: JsonRecord): { accountExternalId: string; accountHandle?: string } {
  const value = recordOf(change.value)
  const target = idOf(envelope.target_id)
  if ((change.field === 'mentions' || change.field === testField) && target !== null) return { accountExternalId: target }
  const handle = change.field === 'replies' ? nameOf(recordOf(value.root_post).username) : nameOf(value.username)
  if (handle !== null) return { accountExternalId: '', accountHandle: handle }
  return { accountExternalId: idOf(recordOf(value.owner).owner_id) ?? idOf(recordOf(value.root_post).owner_id) ?? '' }
}

function sample(secret: string, accountExternalId: string, now: Date): { headers: Record<string, string>; body: string } {
  const time = Math.floor(now.getTime() / 1000)
  const values = { field: testField, value: { id: randomUUID() } }
  return signed(secret, { topic: 'interaction', target_id: accountExternalId, time, values })
}
