import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { textOf } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { Kept } from '../world/kept.ts'
import { attachmentsOf, fetchAttachments } from './attachments.ts'
import { ShopError } from './errors.ts'
import { bareOf, wholeOf } from './ids.ts'
import { checkSignature } from './sign.ts'
import { maxCharacters, questionUrl } from './views.ts'

/** What was done for a `webhook-id`: the id of the answer that was written, empty for an action. */
type Done = { itemId: string }
/** `underway`: answers whose files are being fetched. */
export type Shop = Context & { done: Kept<Done>; underway: Map<string, Promise<Answer>> }
type Call = { webhookId: string; type: string; data: JsonObject }
type Answer = { status: number; body: JsonObject }

/** A shop that has done nothing yet. */
export function openShop(context: Context): Shop {
  return { ...context, done: new Kept<Done>(5_000), underway: new Map() }
}

/** Registers the two addresses that the inbox calls; a `source.ping` is taken at both. Whoever does not sign gets in at neither. */
export function routeShop(app: FastifyInstance, shop: Shop): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    const take =
      (act: (call: Call, request: FastifyRequest) => Answer | Promise<Answer>) => async (request: FastifyRequest, reply: FastifyReply) => {
        const call = readCall(shop, request)
        const answer = call.type === 'source.ping' ? { status: 200, body: { ok: true } } : await act(call, request)
        return reply.code(answer.status).send(answer.body)
      }
    scope.post(
      '/hooks/replies',
      take((call, request) => writeOnce(shop, call, request)),
    )
    scope.post(
      '/hooks/actions',
      take((call, request) => act(shop, call, request)),
    )
  })
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof ShopError) return reply.code(error.status).send(error.body)
  return reply.code(500).send({ error: 'internal' })
}

/** The signature first, over the bytes as they came. */
function readCall(shop: Shop, request: FastifyRequest): Call {
  const body = typeof request.body === 'string' ? request.body : ''
  const { outboundSecret } = shop.secrets.webhook
  const webhookId = checkSignature(outboundSecret, request.headers, body, shop.world.now())
  if (webhookId === null || shop.faults.tokens.webhook !== 'valid') throw new ShopError(401, 'invalid_signature')
  const { type, data } = parse(body)
  if (typeof type !== 'string' || typeof data !== 'object' || data === null)
    throw new ShopError(400, 'bad_request', 'type and data are missing')
  return { webhookId, type, data: data as JsonObject }
}

function parse(body: string): JsonObject {
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null ? (json as JsonObject) : {}
  } catch {
    throw new ShopError(400, 'bad_request', 'not JSON')
  }
}

/** The same once more while its files are still being fetched waits for that. */
async function writeOnce(shop: Shop, call: Call, request: FastifyRequest): Promise<Answer> {
  await shop.underway.get(call.webhookId)?.catch(() => null)
  const answer = writeReply(shop, call, request)
  shop.underway.set(call.webhookId, answer)
  return answer.finally(() => void shop.underway.delete(call.webhookId))
}

/** Each `webhook-id` once: for one that is known, 409 with what was answered before. */
async function writeReply(shop: Shop, { webhookId, type, data }: Call, request: FastifyRequest): Promise<Answer> {
  if (type !== 'reply.requested') throw new ShopError(422, 'unknown_type', `The shop takes no ${type} here`)
  const { world } = shop
  const known = shop.done.get(webhookId)
  const written = known && world.items.webhook.get(known.itemId)
  if (written) {
    note(shop, request, { key: webhookId, item: written, inReplyTo: written.parentId, repeated: true })
    return { status: 409, body: writtenReply(shop, written) }
  }
  const parent = itemOf(shop, textOf(data['in_reply_to']))
  const text = textOf(data['text']) ?? ''
  const hasFiles = Array.isArray(data['attachments']) && data['attachments'].length > 0
  if (text.trim() === '' && !hasFiles) throw new ShopError(422, 'empty', 'The answer has no words')
  if (Array.from(text).length > maxCharacters) throw new ShopError(422, 'too_long', `An answer has ${maxCharacters} characters at most`)
  const media = await fetchAttachments(shop, data['attachments'])
  const clientRef = textOf(data['request_id']) ?? webhookId
  const authorId = world.brand('webhook').id
  const item = world.write({ platform: 'webhook', authorId, text, parentId: parent.id, media, extra: { clientRef } })
  shop.done.set(webhookId, { itemId: item.id })
  note(shop, request, { key: webhookId, item, inReplyTo: parent.id })
  return shop.faults.quirks['answersLater'] ? { status: 202, body: {} } : { status: 201, body: writtenReply(shop, item) }
}

function writtenReply(shop: Shop, item: Item): JsonObject {
  const attachments = attachmentsOf(shop, item)
  return {
    id: bareOf(item.id),
    url: questionUrl(shop, item),
    created_at: new Date(item.createdAt).toISOString(),
    ...(attachments.length > 0 ? { attachments } : {}),
  }
}

/** Like, hide and delete, each repeated without harm; deleting what is gone is told as gone. */
function act(shop: Shop, { webhookId, type, data }: Call, request: FastifyRequest): Answer {
  if (type !== 'action.requested') throw new ShopError(422, 'unknown_type', `The shop takes no ${type} here`)
  const repeated = shop.done.has(webhookId)
  if (!repeated) {
    const item = itemOf(shop, textOf(data['target']))
    const { world } = shop
    const brandId = world.brand('webhook').id
    const actions: Record<string, () => void> = {
      like: () => world.like(item, brandId),
      unlike: () => world.unlike(item, brandId),
      hide: () => world.hide(item, true),
      unhide: () => world.hide(item, false),
      delete: () => world.remove(item),
    }
    const action = textOf(data['action']) ?? ''
    if (!Object.hasOwn(actions, action)) throw new ShopError(422, 'unknown_action', `The shop cannot ${action}`)
    actions[action]?.()
    shop.done.set(webhookId, { itemId: '' })
    note(shop, request, { key: webhookId, item, inReplyTo: null })
  }
  return { status: 200, body: { ok: true } }
}

function itemOf(shop: Shop, bare: string | undefined): Item {
  const item = shop.world.items.webhook.get(wholeOf(bare))
  if (!item) throw new ShopError(404, 'not_found')
  if (item.deletedAt !== null) throw new ShopError(410, 'gone')
  return item
}

function note(shop: Shop, request: FastifyRequest, write: { key: string; item: Item; inReplyTo: string | null; repeated?: boolean }): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/webhook/, '')
  const { key, item, inReplyTo, repeated = false } = write
  shop.world.journal.record({
    platform: 'webhook',
    method: request.method,
    endpoint,
    key,
    externalId: item.id,
    inReplyTo,
    text: item.text,
    repeated,
  })
}
