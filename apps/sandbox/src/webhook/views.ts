import type { Context } from '../context.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { attachmentsOf } from './attachments.ts'
import { bareOf } from './ids.ts'

/** A product as events name it. */
export function productOf(context: Context, item: Item): JsonObject {
  const id = bareOf(item.id)
  return {
    id,
    title: item.title || item.text,
    url: `${context.publicUrl()}/webhook/products/${id}`,
    published_at: iso(item.createdAt),
  }
}

/** What somebody said, whole: a question below a product, an answer below that, a review, or a word about the brand elsewhere in the shop. */
export function messageOf(context: Context, item: Item): JsonObject {
  const { world } = context
  const author = world.author(item)
  const root = world.items.webhook.get(item.rootId)
  const product = root && bareOf(root.id).startsWith('p-') ? root : undefined
  const direct = product !== undefined && item.parentId === product.id
  const standsAlone = item.rating === null ? 'mention' : 'review'
  const { clientRef } = item.extra
  return {
    id: bareOf(item.id),
    thread_id: product ? bareOf(product.id) : null,
    parent_id: item.parentId === null || direct ? null : bareOf(item.parentId),
    kind: item.parentId === null ? standsAlone : direct ? 'comment' : 'reply',
    url: questionUrl(context, item),
    text: item.text,
    html: null,
    lang: item.lang,
    created_at: iso(item.createdAt),
    updated_at: item.editedAt === null ? null : iso(item.editedAt),
    rating: item.rating,
    author: {
      id: author.id,
      name: author.name,
      handle: author.handle,
      url: null,
      avatar_url: null,
      is_brand: author.isBrand,
    },
    post: product ? productOf(context, product) : null,
    attachments: attachmentsOf(context, item),
    visibility: 'public',
    reply: { can_reply: true, max_length: maxCharacters },
    ...(typeof clientRef === 'string' ? { client_ref: clientRef } : {}),
  }
}

/** Where people see it. */
export function questionUrl(context: Context, item: Item): string {
  return `${context.publicUrl()}/webhook/questions/${bareOf(item.id)}`
}

/** The longest answer, in code points. */
export const maxCharacters = 10_000

function iso(at: number): string {
  return new Date(at).toISOString()
}
