import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import { hmac256 } from '../http/hmac.ts'
import type { WebhookDialect, WebhookEvent } from '../webhooks/sender.ts'
import type { Happening, JsonObject } from '../world/item.ts'
import type { GithubSecrets } from './dialect.ts'
import { isDiscussion } from './ids.ts'
import { commentView, discussionView, repositoryOf, userView } from './views.ts'

const platform = 'github'
const actions: Partial<Record<Happening['kind'], string>> = { added: 'created', edited: 'edited', removed: 'deleted' }

/** A repository's webhook, whose address and secret somebody enters there: one event a request, by header. Reactions and hiding it does not tell. */
export const githubWebhooks: WebhookDialect<GithubSecrets> = {
  signature: 'x-hub-signature-256',
  topics: ['discussion', 'discussion_comment'],
  batches: false,
  eventsOf,
  bodyOf: (_context, events) => JSON.stringify(events[0]?.value ?? {}),
  headersOf: ({ body, secret, events, id }) => ({
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-delivery': deliveryId(id, body),
    'x-github-event': events[0]?.topic ?? 'ping',
    'x-github-hook-id': '500',
    ...(secret === '' ? {} : { 'x-hub-signature-256': `sha256=${hmac256(secret, body)}` }),
  }),
}

/** The same on every attempt, as a UUID. */
function deliveryId(id: number, body: string): string {
  const hex = createHash('sha256').update(`${id} ${body}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

function eventsOf(context: Context, happening: Happening): WebhookEvent[] {
  const { item, kind } = happening
  const action = actions[kind]
  const root = context.world.items[platform].get(item.rootId)
  if (!action || !root || !isDiscussion(root)) return []
  const { owner, name } = repositoryOf(context)
  // Nobody knows who deleted something but whoever did; here it is the writer.
  const sender = userView(context, context.world.author(item))
  const around: JsonObject = {
    action,
    ...(kind === 'edited' ? { changes: { body: { from: item.earlier.at(-1)?.text ?? '' } } } : {}),
    discussion: discussionView(context, root),
    repository: { id: 77, name, full_name: `${owner}/${name}`, owner: { login: owner, type: 'Organization' }, private: false },
    sender,
  }
  if (item === root) return [{ topic: 'discussion', value: around }]
  return [{ topic: 'discussion_comment', value: { ...around, comment: commentView(context, item) } }]
}
