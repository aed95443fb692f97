import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { isReply, storyOf } from './ids.ts'
import { attachmentOf } from './photos.ts'
import { edgeOf } from '../graph/edge.ts'
import { unknownField } from '../graph/errors.ts'
import { readFields, writeFields } from '../graph/fields.ts'
import { graphTime } from '../graph/time.ts'
import type { Field } from '../graph/fields.ts'

/** What renders a node: the world, and how to write the address of an edge's page. */
export type NodeView = Context & {
  edgeUrl: (path: string, query: Record<string, string>) => string
}

/** A post, comment or reply with exactly the asked fields. Throws code 100 for a field it does not have. */
export function itemNode(view: NodeView, item: Item, fields: Field[] | null): JsonObject {
  const isPost = item.parentId === null
  const asked = fields ?? readFields(isPost ? 'id,created_time,message' : 'id,created_time,from,message')
  const node: JsonObject = {}
  for (const field of asked) {
    const value = isPost ? postField(view, item, field) : commentField(view, item, field)
    if (value !== undefined) node[field.name] = value
  }
  if (!('id' in node)) node['id'] = item.id
  return node
}

/** A Page or person with the asked fields. */
export function accountNode(view: NodeView, account: Account, fields: Field[] | null): JsonObject {
  const known: JsonObject = {
    id: account.id,
    name: account.name,
    ...(account.isBrand
      ? {
          username: account.handle,
          link: `${view.publicUrl()}/facebook`,
          category: 'Bags/Luggage',
          fan_count: 4210,
          followers_count: 4380,
          about: 'Bags and natural dyes',
          picture: { data: { url: `${view.publicUrl()}/facebook/picture.svg`, is_silhouette: false } },
        }
      : {}),
  }
  if (!fields) return { id: account.id, name: account.name }
  const node: JsonObject = {}
  for (const { name } of fields) {
    if (!(name in known) && !/^(access_token|tasks|email)$/.test(name)) throw unknownField(name, account.isBrand ? 'Page' : 'User')
    if (name in known) node[name] = known[name]
  }
  return { ...node, id: account.id }
}

/** An edge of posts or comments as `{ data, paging, summary }`. */
export function edgeNode(view: NodeView, path: string, items: Item[], query: Record<string, string>, fields: Field[] | null): JsonObject {
  const edge = edgeOf(view, items, query, {
    node: (item) => itemNode(view, item, fields),
    url: (asked) => view.edgeUrl(path, asked),
  })
  if (query['summary'] && query['summary'] !== 'false')
    edge['summary'] = {
      order: query['order'] === 'reverse_chronological' ? 'reverse_chronological' : 'chronological',
      total_count: items.length,
      can_comment: true,
    }
  return edge
}

/** The comments below a post or comment: `toplevel` the direct ones, `stream` all of them. */
export function commentsOf(view: Context, item: Item, filter: string | undefined): Item[] {
  return filter === 'stream' ? view.world.descendants(item) : view.world.replies(item)
}

/** The public address of a post, comment or reply. */
export function permalink(view: Context, item: Item): string {
  const base = `${view.publicUrl()}/facebook/${view.world.brand('facebook').handle}/posts/${storyOf(item.rootId)}`
  if (item.parentId === null) return base
  if (!isReply(item)) return `${base}?comment_id=${storyOf(item.id)}`
  return `${base}?comment_id=${storyOf(item.parentId)}&reply_comment_id=${storyOf(item.id)}`
}

/** `{ id, name }` of the author; undefined when the platform keeps the author to itself. */
export function fromOf(view: Context, item: Item): { id: string; name: string } | undefined {
  const { id, name, isBrand } = view.world.author(item)
  const share = view.faults.quirks.anonymousAuthors
  if (!isBrand && share > 0 && (Number(id.slice(-4)) % 100) / 100 < share) return undefined
  return { id, name }
}

function postField(view: NodeView, item: Item, field: Field): unknown {
  switch (field.name) {
    case 'updated_time': {
      const touched = view.world.descendants(item).map((reply) => reply.indexedAt)
      return graphTime(Math.max(item.createdAt, item.editedAt ?? 0, ...touched))
    }
    case 'is_published':
      return true
    case 'promotion_status':
      return 'inactive'
    case 'status_type':
      return 'mobile_status_update'
    case 'shares':
    case 'full_picture':
    case 'attachments':
    case 'story':
    case 'message_tags':
      return undefined
    default:
      return sharedField(view, item, field, 'Post')
  }
}

function commentField(view: NodeView, item: Item, field: Field): unknown {
  const { world } = view
  const own = item.authorId === world.brand('facebook').id
  switch (field.name) {
    case 'parent': {
      const parent = isReply(item) ? world.find('facebook', item.parentId) : undefined
      return parent && itemNode(view, parent, field.fields)
    }
    case 'object': {
      const post = world.find('facebook', item.rootId)
      return post && itemNode(view, post, field.fields)
    }
    case 'can_comment':
    case 'can_like':
      return true
    case 'can_remove':
      return true
    case 'can_hide':
      return !own
    case 'can_reply_privately':
      return !own && item.toldPrivately.length === 0 && isYoung(view, item)
    case 'comment_count':
      return world.replies(item).length
    case 'is_private':
      return false
    case 'attachment':
      return attachmentOf(view, item, field.fields)
    case 'message_tags':
      return undefined
    default:
      return sharedField(view, item, field, 'Comment')
  }
}

function sharedField(view: NodeView, item: Item, field: Field, type: string): unknown {
  const { world } = view
  switch (field.name) {
    case 'id':
      return item.id
    case 'message':
      return item.text
    case 'created_time':
      return graphTime(item.createdAt)
    case 'permalink_url':
      return permalink(view, item)
    case 'is_hidden':
      return item.hidden
    case 'from': {
      const from = fromOf(view, item)
      return from && pickFields(from, field.fields)
    }
    case 'like_count':
      return item.likes.size
    case 'user_likes':
      return item.likes.has(world.brand('facebook').id)
    case 'comments': {
      const comments = commentsOf(view, item, field.modifiers['filter'])
      if (comments.length === 0 && !field.modifiers['summary']) return undefined
      const query = { ...field.modifiers, ...(field.fields && { fields: writeFields(field.fields) }) }
      return edgeNode(view, `${item.id}/comments`, comments, query, field.fields)
    }
    case 'likes':
    case 'reactions':
      return likesEdge(view, item, field.modifiers)
    default:
      throw unknownField(field.name, type)
  }
}

/** Likes or reactions of an item as an edge. */
export function likesEdge(view: Context, item: Item, query: Record<string, string>): JsonObject {
  const limit = Math.min(Number(query['limit'] ?? 25), 100)
  const people = [...item.likes.keys()].flatMap((id) => view.world.accounts.facebook.get(id) ?? [])
  const data = people.slice(0, limit).map(({ id, name }) => ({ id, name, type: 'LIKE' }))
  const summary = { total_count: people.length }
  return query['summary'] && query['summary'] !== 'false' ? { data, summary } : { data }
}

function pickFields(from: { id: string; name: string }, fields: Field[] | null): JsonObject {
  if (!fields) return from
  const picked: JsonObject = {}
  for (const { name } of fields) {
    if (name !== 'id' && name !== 'name') continue
    picked[name] = from[name]
  }
  return { ...picked, id: from.id }
}

function isYoung(view: Context, item: Item): boolean {
  return view.world.clock('facebook') - item.createdAt < 7 * 86_400_000
}
