import { PlatformError } from '../error.ts'
import { idOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import { callApi } from './api.ts'

const path = '/2/activity/subscriptions'
const events = ['post.mention.create', 'post.reply.create', 'post.quote.create', 'post.create', 'post.delete']

/** Subscribes the account to what we read, on a webhook that is registered (X Activity API). What is there already is left. Gives `on`, or why not: polling works without. */
export async function subscribe(io: Io, userId: string, webhookId: string): Promise<string> {
  try {
    const there = new Set((await ownSubscriptions(io, userId)).map((each) => nameOf(each.event_type)))
    for (const type of events.filter((each) => !there.has(each)))
      await callApi(io, { method: 'POST', path, body: { event_type: type, filter: { user_id: userId }, webhook_id: webhookId } })
    return 'on'
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'reauthorize') throw error
    return error instanceof Error ? error.message : 'refused'
  }
}

/** Takes those subscriptions away again; where no webhook was given there are none. */
export async function unsubscribe(io: Io): Promise<void> {
  if (!io.settings.webhookId) return
  for (const each of await ownSubscriptions(io, io.self.accountId)) {
    const id = idOf(each.subscription_id)
    if (id !== null) await callApi(io, { method: 'DELETE', path: `${path}/${encodeURIComponent(id)}` })
  }
}

async function ownSubscriptions(io: Io, userId: string): Promise<JsonRecord[]> {
  const { json } = await callApi(io, { path })
  return listOf(json.data)
    .map(recordOf)
    .filter((each) => idOf(recordOf(each.filter).user_id) === userId)
    .slice(0, 50)
}
