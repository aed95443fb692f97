import type { Context } from '../context.ts'
import { unknownField } from '../graph/errors.ts'
import type { Field } from '../graph/fields.ts'
import { graphTime } from '../graph/time.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { mediaFields } from './media.ts'

/** A post or reply with exactly the asked fields, and its id. Its author is a handle and nothing else. Throws code 100 for a field it does not have. */
export function postNode(context: Context, item: Item, fields: Field[] | null): JsonObject {
  const children = fields?.find(({ name }) => name === 'children')?.fields ?? null
  const known = { ...knownOf(context, item), ...mediaFields(context, item, children) }
  const asked = fields?.map(({ name }) => name) ?? ['id']
  const unknown = asked.find((name) => !names.has(name))
  if (unknown !== undefined) throw unknownField(unknown, 'THREADS_MEDIA')
  return Object.fromEntries(['id', ...asked].flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]])))
}

const names = new Set([
  ...['id', 'text', 'timestamp', 'media_product_type', 'media_type', 'media_url', 'gif_url', 'permalink', 'shortcode', 'thumbnail_url'],
  ...['username', 'owner', 'children', 'is_quote_post', 'quoted_post', 'reposted_post', 'has_replies', 'is_reply', 'is_reply_owned_by_me'],
  ...['root_post', 'replied_to', 'hide_status', 'reply_audience', 'reply_control', 'alt_text', 'link_attachment_url', 'topic_tag'],
  ...['is_verified', 'profile_picture_url', 'reply_approval_status'],
])

function knownOf(context: Context, item: Item): JsonObject {
  const { world } = context
  const { userId } = context.secrets.threads
  const isReply = item.parentId !== null
  return {
    id: item.id,
    text: item.text === '' && item.media.length > 0 ? undefined : item.text,
    timestamp: graphTime(item.createdAt),
    media_product_type: 'THREADS',
    permalink: permalink(context, item),
    shortcode: item.key,
    username: world.author(item).handle,
    owner: item.authorId === userId ? { id: userId } : undefined,
    is_quote_post: item.quotedId !== null,
    quoted_post: item.quotedId === null ? undefined : { id: item.quotedId },
    has_replies: shownBelow(context, item).length > 0,
    is_reply: isReply,
    is_reply_owned_by_me: isReply && item.authorId === userId,
    root_post: isReply ? { id: item.rootId } : undefined,
    replied_to: isReply ? { id: item.parentId } : undefined,
    hide_status: isReply ? (item.hidden ? 'HIDDEN' : 'NOT_HUSHED') : undefined,
    reply_audience: 'EVERYONE',
    reply_control: 'everyone',
    is_verified: false,
    profile_picture_url: `${context.publicUrl()}/threads/picture.svg`,
    reply_approval_status: approvalOf(context, item) ?? undefined,
  }
}

/** The public address of a post or reply. */
export function permalink(context: Context, item: Item): string {
  return `${context.publicUrl()}/threads/@${context.world.author(item).handle}/post/${item.key}`
}

/** Living replies right below, without those that wait for the brand's approval. */
export function shownBelow(context: Context, item: Item): Item[] {
  return context.world.replies(item).filter((reply) => isShown(context, reply))
}

/** Everything below a post, all depths; what stood below something deleted is still there. */
export function conversationOf(context: Context, post: Item): Item[] {
  const all = [...context.world.items.threads.values()].filter((item) => item.rootId === post.rootId && item.id !== post.rootId)
  const isBelow = (item: Item): boolean => {
    for (let above = item.parentId; above !== null;) {
      if (above === post.id) return true
      above = context.world.items.threads.get(above)?.parentId ?? null
    }
    return false
  }
  return all.filter((item) => item.deletedAt === null && isBelow(item) && isShown(context, item))
}

/** Replies that wait for approval, or were ignored. A post asks for it by `extra.approvals`. */
export function pendingOf(context: Context, post: Item): Item[] {
  return [...context.world.items.threads.values()].filter(
    (item) => item.rootId === post.id && item.deletedAt === null && !isShown(context, item),
  )
}

function isShown(context: Context, item: Item): boolean {
  const status = approvalOf(context, item)
  return status === null || status === 'approved'
}

function approvalOf({ world, secrets }: Context, item: Item): string | null {
  const root = world.items.threads.get(item.rootId)
  if (root?.extra['approvals'] !== true || item.parentId === null || item.authorId === secrets.threads.userId) return null
  const { approved } = item.extra
  return approved === undefined ? 'pending' : approved === true ? 'approved' : 'ignored'
}
