import type { Context } from '../context.ts'
import { edgeOf } from '../graph/edge.ts'
import { GraphError, unknownField } from '../graph/errors.ts'
import { readFields, writeFields } from '../graph/fields.ts'
import type { Field } from '../graph/fields.ts'
import { graphTime } from '../graph/time.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { isReply } from './ids.ts'
import { productOf } from './webhooks.ts'

/** What renders a node: the world, and how to write the address of an edge's page. */
export type NodeView = Context & { edgeUrl: (path: string, query: Record<string, string>) => string }

/** At most so many comments a page. */
const maxComments = 50

/** A media, comment or reply with exactly the asked fields, and its id. Throws code 100 for a field it does not have. */
export function itemNode(view: NodeView, item: Item, fields: Field[] | null): JsonObject {
  const isMedia = item.parentId === null
  const asked = fields ?? readFields(isMedia ? 'id' : 'id,text,timestamp')
  const node: JsonObject = {}
  for (const field of asked) {
    const value = isMedia ? mediaField(view, item, field) : commentField(view, item, field)
    if (value !== undefined) node[field.name] = value
  }
  return 'id' in node ? node : { ...node, id: item.id }
}

/** An edge of media, newest first. */
export function mediaEdge(view: NodeView, path: string, items: Item[], query: Record<string, string>, fields: Field[] | null): JsonObject {
  const newest = { order: 'reverse_chronological', ...query }
  return edgeOf(view, items, newest, { node: (item) => itemNode(view, item, fields), url: (asked) => view.edgeUrl(path, plain(asked)) })
}

/** Comments of a media, newest first, or replies of a comment, oldest first. Neither heeds `since`. */
export function commentEdge(view: NodeView, item: Item, query: Record<string, string>, fields: Field[] | null): JsonObject {
  const isMedia = item.parentId === null
  const { since: _since, until: _until, order: _order, ...rest } = query
  const path = `${item.id}/${isMedia ? 'comments' : 'replies'}`
  const ordered = isMedia ? { ...rest, order: 'reverse_chronological' } : rest
  const items = view.world.replies(item)
  const node = (each: Item) => itemNode(view, each, fields)
  return edgeOf(view, items, ordered, { node, url: (asked) => view.edgeUrl(path, plain(asked)) }, maxComments)
}

/** The order is the edge's own and stands in no address. */
function plain({ order: _order, ...query }: Record<string, string>): Record<string, string> {
  return query
}

/** A media or comment elsewhere that mentions the account: what it may know of it is little. */
export function mentionedNode(view: NodeView, item: Item, fields: Field[] | null): JsonObject {
  const isMedia = item.parentId === null
  const known = isMedia ? mentionedMediaFields : mentionedCommentFields
  const unknown = fields?.find(({ name }) => !known.has(name))
  if (unknown) throw unknownField(unknown.name, isMedia ? 'IGMentionedMedia' : 'IGMentionedComment')
  return itemNode(view, item, fields)
}

const mentionedCommentFields = new Set(['id', 'text', 'timestamp', 'like_count', 'media'])
const mentionedMediaFields = new Set([
  ...['id', 'caption', 'media_type', 'media_url', 'permalink', 'timestamp'],
  ...['username', 'comments_count', 'like_count', 'owner', 'comments'],
])

/** The public address of a media; comments have none that is documented. */
export function permalink(view: Context, item: Item): string {
  const media = view.world.items.instagram.get(item.rootId) ?? item
  return `${view.publicUrl()}/instagram/${productOf(media) === 'REELS' ? 'reel' : 'p'}/${media.key}`
}

function mediaField(view: NodeView, item: Item, field: Field): unknown {
  const { world } = view
  switch (field.name) {
    case 'id':
    case 'ig_id':
      return item.id
    case 'caption':
      return item.text
    case 'media_type':
      return productOf(item) === 'REELS' ? 'VIDEO' : 'IMAGE'
    case 'media_product_type':
      return productOf(item)
    case 'permalink':
      return permalink(view, item)
    case 'shortcode':
      return item.key
    case 'media_url':
    case 'thumbnail_url':
      return `${view.publicUrl()}/instagram/picture.svg`
    case 'timestamp':
      return graphTime(item.createdAt)
    case 'username':
      return world.author(item).handle
    case 'owner':
      return { id: item.authorId }
    case 'comments_count':
    case 'total_comments_count':
      return world.descendants(item).length
    case 'like_count':
    case 'total_like_count':
      return item.likes.size
    case 'is_comment_enabled':
      return item.extra['commentsOff'] !== true
    case 'comments':
      return nested(view, item, field)
    case 'children':
    case 'alt_text':
    case 'is_shared_to_feed':
      return undefined
    default:
      throw unknownField(field.name, 'IGMedia')
  }
}

function commentField(view: NodeView, item: Item, field: Field): unknown {
  const { world, faults } = view
  const author = world.author(item)
  switch (field.name) {
    case 'id':
      return item.id
    case 'text':
      return item.text
    case 'timestamp':
      return graphTime(item.createdAt)
    case 'username':
      return author.handle
    case 'from': {
      if (faults.quirks['refusesInstagramFrom'] === true)
        throw new GraphError(100, '(#100) Invalid field (from): it needs more permissions')
      return isWithheld(view, author) ? undefined : { id: author.id, username: author.handle }
    }
    case 'like_count':
      return item.likes.size
    case 'hidden':
      return item.hidden
    case 'parent_id':
      return isReply(item) ? item.parentId : undefined
    case 'media': {
      const media = world.find('instagram', item.rootId)
      return media && itemNode(view, media, field.fields)
    }
    case 'replies':
      return isReply(item) ? undefined : nested(view, item, field)
    case 'user':
    case 'legacy_instagram_comment_id':
      return undefined
    default:
      throw unknownField(field.name, 'IGComment')
  }
}

function isWithheld({ faults }: Context, author: { id: string; isBrand: boolean }): boolean {
  return !author.isBrand && (Number(author.id.slice(-4)) % 100) / 100 < faults.quirks.anonymousAuthors
}

function nested(view: NodeView, item: Item, field: Field): JsonObject | undefined {
  if (view.world.replies(item).length === 0) return undefined
  const query = { ...field.modifiers, ...(field.fields && { fields: writeFields(field.fields) }) }
  return commentEdge(view, item, query, field.fields)
}
