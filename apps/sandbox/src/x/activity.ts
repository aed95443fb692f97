import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, textOf } from '../http/body.ts'
import { hmac256 } from '../http/hmac.ts'
import type { WebhookDialect, WebhookEvent } from '../webhooks/sender.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import { requireApp } from './auth.ts'
import type { Caller } from './auth.ts'
import { plainProblem, problem } from './errors.ts'
import { idOf, names, prefixLength } from './ids.ts'
import type { X } from './routes.ts'
import type { XSecrets } from './secrets.ts'
import { everything, includesOf, postView } from './views.ts'

const postEvents = ['post.mention.create', 'post.reply.create', 'post.quote.create', 'post.create', 'post.delete']
const legalEvents = new Set([...postEvents, 'post.repost.create', 'like.create', 'oauth.revoke', 'dm.received', 'dm.sent'])

/** The X Activity API by webhook: an event a request, signed with the app's key secret; the address is tried with a CRC. */
export const xWebhooks: WebhookDialect<XSecrets> = {
  signature: 'x-twitter-webhooks-signature',
  topics: postEvents,
  batches: false,
  app: ({ apiKey, apiKeySecret }) => ({ appId: apiKey, appSecret: apiKeySecret, verifyToken: '' }),
  eventsOf,
  bodyOf: (_context, events) => JSON.stringify({ data: events[0]?.value }),
  headersOf: ({ body, secret }) => ({
    'content-type': 'application/json',
    'x-twitter-webhooks-signature': `sha256=${hmac256(secret, body, 'base64')}`,
    'user-agent': 'TwitterWebhooks',
  }),
  shakeHands: async (target, challenge, signal) => {
    const url = new URL(target.url)
    url.searchParams.set('crc_token', challenge)
    const answer = await fetch(url, { signal, redirect: 'manual' })
    if (answer.status !== 200) return false
    const body = recordOf(await answer.json())
    return body['response_token'] === `sha256=${hmac256(target.secret, challenge, 'base64')}`
  },
}

/** Direct replies, names written by hand, direct quotes, likes; of the brand's own its posts and deletions. Somebody else's deletion is never told. */
function eventsOf(context: Context, happening: Happening): WebhookEvent[] {
  const { world } = context
  const { item, kind } = happening
  const brand = world.brand('x')
  const own = item.authorId === brand.id
  if (kind === 'liked') return own && happening.actorId !== brand.id ? [eventOf(context, 'like.create', likeOf(context, happening))] : []
  if (kind === 'removed') return own ? [eventOf(context, 'post.delete', { payload: { id: idOf(item), author_id: brand.id } })] : []
  // There is no event of an edit: it is a post again, with another id.
  if (kind !== 'added' && kind !== 'edited') return []
  const told = { payload: { ...postView(context, item, everything), ...replyTo(item) }, includes: includesOf(context, [item], everything) }
  if (own) return [eventOf(context, 'post.create', told)]
  const topics = [
    ...(world.items.x.get(item.parentId ?? '')?.authorId === brand.id ? ['post.reply.create'] : []),
    ...(names(item.text.slice(prefixLength(item)), brand.handle) || (item.parentId === null && names(item.text, brand.handle))
      ? ['post.mention.create']
      : []),
    ...(world.items.x.get(item.quotedId ?? '')?.authorId === brand.id ? ['post.quote.create'] : []),
  ]
  return topics.map((topic) => eventOf(context, topic, told))
}

function replyTo(item: Item): JsonObject {
  return item.parentId === null ? {} : { in_reply_to_tweet_id: item.parentId }
}

function likeOf(context: Context, happening: Happening & { kind: 'liked' | 'unliked' }): JsonObject {
  const { item, at } = happening
  return {
    payload: {
      id: randomUUID().replaceAll('-', ''),
      created_at: new Date(item.createdAt).toISOString(),
      timestamp_ms: String(at),
      liked_tweet_id: idOf(item),
      liked_tweet_author_id: context.world.brand('x').id,
    },
    includes: includesOf(context, [item], everything),
  }
}

function eventOf(context: Context, topic: string, told: JsonObject): WebhookEvent {
  // The number may be negative on the real one, too; it only has to be another each time.
  const uuid = BigInt.asIntN(64, BigInt(`0x${randomUUID().replaceAll('-', '').slice(0, 16)}`))
  const filter = { user_id: context.world.brand('x').id, ...(topic === 'like.create' ? { direction: 'inbound' } : {}) }
  return { topic, value: { event_uuid: String(uuid), filter, event_type: topic, tag: 'sandbox', ...told } }
}

export type Subscription = {
  subscription_id: string
  event_type: string
  filter: JsonObject
  tag: string
  webhook_id: string | null
  created_at: string
  updated_at: string
}
export type Hook = { id: string; url: string; valid: boolean; created_at: string }

/** Registers webhooks (one address at a time) and the subscriptions that fill it. */
export function routeActivity(app: FastifyInstance, x: X, callerOf: (request: FastifyRequest) => Caller): void {
  const hookOf = (request: FastifyRequest): Hook => {
    requireApp(callerOf(request))
    const hook = x.hooks.get((request.params as { id: string }).id)
    if (!hook) throw problem(404, 'resource-not-found', 'WebhookIdInvalid', 'The webhook id is not valid.')
    return hook
  }
  app.post('/2/webhooks', async (request) => addHook(x, request, callerOf(request)))
  app.get('/2/webhooks', async (request) => {
    requireApp(callerOf(request))
    return { data: [...x.hooks.values()], meta: { result_count: x.hooks.size } }
  })
  app.put('/2/webhooks/:id', async (request) => {
    const hook = hookOf(request)
    hook.valid = await x.webhooks.shakeHands({ url: hook.url, secret: x.secrets.x.apiKeySecret, verifyToken: '' })
    if (!hook.valid) throw problem(400, 'invalid-request', 'CrcValidationFailed', 'The address did not answer the CRC as it should.')
    return { data: { valid: true } }
  })
  app.delete('/2/webhooks/:id', async (request) => {
    x.hooks.delete(hookOf(request).id)
    x.webhooks.target = null
    return { data: { deleted: true } }
  })
  app.post('/2/activity/subscriptions', async (request) => subscribe(x, request, callerOf(request)))
  app.get('/2/activity/subscriptions', async (request) => {
    callerOf(request)
    return { data: [...x.subscriptions.values()], meta: { total_subscriptions: x.subscriptions.size } }
  })
  app.put('/2/activity/subscriptions/:id', async (request) => {
    callerOf(request)
    const found = subscriptionOf(x, request)
    const { tag, webhook_id: webhookId } = bodyFields(request)
    Object.assign(found, {
      tag: textOf(tag) ?? found.tag,
      webhook_id: textOf(webhookId) ?? found.webhook_id,
      updated_at: x.world.now().toISOString(),
    })
    return { data: found }
  })
  app.delete('/2/activity/subscriptions/:id', async (request) => {
    callerOf(request)
    x.subscriptions.delete(subscriptionOf(x, request).subscription_id)
    listen(x)
    return { data: { deleted: true } }
  })
}

async function addHook(x: X, request: FastifyRequest, caller: Caller): Promise<JsonObject> {
  requireApp(caller)
  const url = textOf(bodyFields(request)['url']) ?? ''
  const failed = (title: string, detail: string) => problem(400, 'invalid-request', title, detail)
  // The real one wants https and no port; here everything lives on this machine.
  if (!URL.canParse(url) || url.length > 200) throw failed('UrlValidationFailed', 'The address is not valid.')
  if ([...x.hooks.values()].some((hook) => hook.url === url))
    throw failed('DuplicateUrlFailed', 'There is a webhook with this address already.')
  if (x.hooks.size > 0) throw failed('WebhookLimitExceeded', 'The app has a webhook already.')
  const target = { url, secret: x.secrets.x.apiKeySecret, verifyToken: '' }
  if (!(await x.webhooks.shakeHands(target))) throw failed('CrcValidationFailed', 'The address did not answer the CRC as it should.')
  const hook: Hook = { id: String(9_000_000_000 + x.world.nextSerial()), url, valid: true, created_at: x.world.now().toISOString() }
  x.hooks.set(hook.id, hook)
  x.webhooks.target = target
  listen(x)
  return { data: hook }
}

/** What only the brand may know needs a token of it; posts are public. */
function subscribe(x: X, request: FastifyRequest, caller: Caller): JsonObject {
  const form = bodyFields(request)
  const [type, webhookId] = [textOf(form['event_type']) ?? '', textOf(form['webhook_id']) ?? null]
  const filter = recordOf(form['filter'])
  if (!legalEvents.has(type)) throw problem(400, 'invalid-request', 'Invalid Request', `$.event_type: ${type} is unknown`)
  if (caller !== 'user' && !['post.create', 'post.delete', 'oauth.revoke'].includes(type))
    throw plainProblem(403, 'Forbidden', 'This event is private: it takes a token of the user.')
  if (type !== 'oauth.revoke' && filter['user_id'] !== x.world.brand('x').id)
    throw plainProblem(403, 'Forbidden', 'The filter names another user than the token.')
  if (webhookId !== null && !x.hooks.has(webhookId))
    throw problem(400, 'invalid-request', 'WebhookIdInvalid', 'The webhook id is not valid.')
  if ([...x.subscriptions.values()].some((each) => each.event_type === type))
    throw problem(400, 'invalid-request', 'DuplicateSubscriptionFailed', 'There is such a subscription already.')
  const at = x.world.now().toISOString()
  const id = String(9_500_000_000 + x.world.nextSerial())
  const made: Subscription = {
    subscription_id: id,
    event_type: type,
    filter,
    tag: textOf(form['tag']) ?? '',
    webhook_id: webhookId,
    created_at: at,
    updated_at: at,
  }
  x.subscriptions.set(id, made)
  listen(x)
  return { data: made }
}

function subscriptionOf(x: X, request: FastifyRequest): Subscription {
  const found = x.subscriptions.get((request.params as { id: string }).id)
  if (!found) throw problem(404, 'resource-not-found', 'Not Found Error', 'There is no such subscription.')
  return found
}

/** From the first call on, exactly what was subscribed to is told. */
function listen(x: X): void {
  x.webhooks.topics = [...new Set([...x.subscriptions.values()].map((each) => each.event_type))]
}

/** A JSON value as an object; anything else is an empty one. */
export function recordOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}
