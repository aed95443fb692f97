import type { FastifyRequest } from 'fastify'
import { queryFields } from '../http/body.ts'
import { pageLimit } from '../http/paging.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { RedditError } from './errors.ts'
import { bare, isComment, linkIdOf, nameOf } from './ids.ts'
import { inboxItem, listing, strangeLink, thing } from './things.ts'
import type { Reason, Thing } from './things.ts'
import type { Reddit } from './routes.ts'

const deepest = 10
/** Listings end here, whatever there is. */
const longest = 1_000

const boxes: Record<string, readonly Reason[]> = {
  inbox: ['post_reply', 'comment_reply', 'username_mention'],
  unread: ['post_reply', 'comment_reply', 'username_mention'],
  comments: ['comment_reply'],
  selfreply: ['post_reply'],
  mentions: ['username_mention'],
}

/** `GET /message/{box}`: the inbox or a part of it. */
export function listInbox(reddit: Reddit, request: FastifyRequest, box: string): Thing {
  const reasons = boxes[box]
  if (!reasons) throw new RedditError(404, 'Not Found')
  const notices = reddit.inbox.list().filter(({ reason, read }) => reasons.includes(reason) && !(box === 'unread' && read))
  return pageOf(reddit, request, notices, ({ item, reason, read }) => inboxItem(reddit, item, reason, !read))
}

/** `GET /user/{name}/submitted` and `/comments`, `GET /r/{sub}/new` and `/comments`: newest first. */
export function listItems(reddit: Reddit, request: FastifyRequest, isWanted: (item: Item) => boolean): Thing {
  const items = [...reddit.world.items.reddit.values()].filter(isWanted).reverse()
  const newest = items.toSorted((a, b) => b.createdAt - a.createdAt)
  const entries = newest.map((item) => ({ item }))
  return pageOf(reddit, request, entries, ({ item }) => thing(reddit, item))
}

/** Whether the account wrote the item, by name. */
export function isBy(reddit: Reddit, item: Item, name: string): boolean {
  return nameOf(reddit.world.author(item)).toLowerCase() === name.toLowerCase()
}

/** `GET /api/info?id=`: up to 100 fullnames; deleted things without their words. */
export function info(reddit: Reddit, request: FastifyRequest): Thing {
  const ids = (queryFields(request)['id'] ?? '').split(',').slice(0, 100)
  const { items } = reddit.world
  return listing(ids.flatMap((id) => items.reddit.get(id) ?? []).map((item) => thing(reddit, item)))
}

/** `GET /comments/{id}`: the post, and its comments as a tree that ends in `more`. With `comment`, the tree below that one. */
export function comments(reddit: Reddit, request: FastifyRequest, id: string): Thing[] {
  const { world } = reddit
  const query = queryFields(request)
  const post = world.items.reddit.get(`t3_${id}`)
  const strange = post
    ? undefined
    : [...world.items.reddit.values()].find((item) => item.parentId === null && linkIdOf(item) === `t3_${id}`)
  if (!post && !strange) throw new RedditError(404, 'Not Found')
  const asked = world.items.reddit.get(`t1_${query['comment'] ?? ''}`)
  const tops = asked ? [asked] : post ? below(reddit, post) : strange ? [strange] : []
  const limit = pageLimit(reddit, Math.min(Math.max(Number(query['limit'] ?? 200) || 200, 1), 500))
  const depth = Math.min(Number(query['depth'] ?? deepest) || deepest, deepest)
  const left = { count: limit }
  const parentId = asked ? (asked.parentId ?? linkIdOf(asked)) : `t3_${id}`
  const tree = treeOf(reddit, tops, { parentId, depth: 0, most: depth, left })
  return [listing([post ? thing(reddit, post) : strangeLink(reddit, strange as Item)]), listing(tree)]
}

/** `/api/morechildren`: up to 100 comments by id, flat. */
export function moreChildren(reddit: Reddit, fields: Record<string, string | undefined>): JsonObject {
  const ids = (fields['children'] ?? '').split(',').slice(0, 100)
  const things = ids.flatMap((id) => {
    const item = reddit.world.items.reddit.get(`t1_${id}`)
    return item && linkIdOf(item) === fields['link_id'] ? [thing(reddit, item)] : []
  })
  const missed = things.flatMap(({ data }) => {
    const item = reddit.world.items.reddit.get(String(data['name']))
    const unasked = item ? below(reddit, item).filter((each) => !ids.includes(bare(each.id))) : []
    return item && unasked.length > 0 ? [more(reddit, unasked, { parentId: item.id, depth: 0 })] : []
  })
  return { json: { errors: [], data: { things: [...things, ...missed] } } }
}

type Place = { parentId: string; depth: number; most: number; left: { count: number } }

/** The first level comes first, so that a short tree is one of many threads and not of one. */
function treeOf(reddit: Reddit, items: Item[], place: Place): Thing[] {
  if (items.length === 0) return []
  const { parentId, depth, left } = place
  // Too deep: "continue this thread", which has no ids.
  if (depth >= place.most) return [{ kind: 'more', data: { count: 0, name: 't1__', id: '_', parent_id: parentId, depth, children: [] } }]
  const shown = items.slice(0, Math.max(0, left.count))
  left.count -= shown.length
  const things = shown.map((item) => {
    const whole = thing(reddit, item)
    const replies = treeOf(reddit, below(reddit, item), { ...place, parentId: item.id, depth: depth + 1 })
    return { ...whole, data: { ...whole.data, depth, replies: replies.length === 0 ? '' : listing(replies) } }
  })
  const rest = items.slice(shown.length)
  return rest.length === 0 ? things : [...things, more(reddit, rest, { parentId, depth })]
}

function more(reddit: Reddit, items: Item[], { parentId, depth }: { parentId: string; depth: number }): Thing {
  const children = items.map((item) => bare(item.id))
  const count = items.length + items.reduce((sum, item) => sum + reddit.world.descendants(item).length, 0)
  return { kind: 'more', data: { count, name: `t1_${children[0]}`, id: children[0], parent_id: parentId, depth, children } }
}

/** Newest first. A deleted comment stands as long as something is below it. */
function below(reddit: Reddit, item: Item): Item[] {
  const { items } = reddit.world
  const replies = item.replyIds.flatMap((id) => items.reddit.get(id) ?? [])
  return replies.filter((reply) => reply.deletedAt === null || below(reddit, reply).length > 0).reverse()
}

/**
 * A page of a listing. `after` goes on below a thing, `before` asks for what is newer. Deleted things are not shown; and after one that is deleted meanwhile, `before` finds nothing
 * ever again, as on the real site.
 */
function pageOf<T extends { item: Item }>(
  reddit: Reddit,
  request: FastifyRequest,
  entries: readonly T[],
  show: (entry: T) => Thing,
): Thing {
  const { limit: asked, before, after } = queryFields(request)
  const limit = pageLimit(reddit, Math.min(Math.max(Number(asked ?? 25) || 25, 1), 100))
  const kept = entries.slice(0, longest)
  const at = kept.findIndex(({ item }) => item.id === (before || after))
  const isLiving = ({ item }: T): boolean => item.deletedAt === null
  if (before) {
    const anchor = kept[at]
    const newer = anchor && isLiving(anchor) ? kept.slice(0, at).filter(isLiving) : []
    const page = newer.slice(-limit)
    return listing(page.map(show), {
      before: newer.length > page.length ? (page[0]?.item.id ?? null) : null,
      after: page.at(-1)?.item.id ?? null,
    })
  }
  const older = (after ? kept.slice(at < 0 ? kept.length : at + 1) : kept).filter(isLiving)
  const page = older.slice(0, limit)
  return listing(page.map(show), { after: older.length > page.length ? (page.at(-1)?.item.id ?? null) : null })
}

/** Whether it is the brand's own subreddit that the item stands in. */
export function isInOwn(item: Item): boolean {
  return linkIdOf(item) === item.rootId && (isComment(item) || item.parentId === null)
}
