import type { Ids } from '../dialect.ts'
import type { Draft, Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** The forum that all posts are of, wherever it is called. */
export const home = 'forum.example'

/**
 * Posts count through the whole forum, topics by themselves, and posts in their topic from 1: the first is what the topic is about. A topic's
 * number and a post's place are kept in `extra`. Every forum counts from 1, so an item's id names the forum too.
 */
export function discourseIds(): Ids {
  const next = (world: World): string => String(9_000 + world.nextSerial())
  return {
    mint: (world, draft) => ({ id: placeId(next(world)), extra: placeOf(world, draft), mentionsBrand: namesBrand(world, draft.text) }),
    mintAccount: next,
  }
}

function placeOf(world: World, draft: Draft): { topicId: number; postNumber: number } {
  const above = draft.parentId ? world.items.discourse.get(draft.parentId) : undefined
  const first = above && world.items.discourse.get(above.rootId)
  if (!first) return { topicId: 300 + world.nextSerial(), postNumber: 1 }
  const postNumber = Number(first.extra['highest'] ?? 1) + 1
  first.extra['highest'] = postNumber
  return { topicId: topicIdOf(first), postNumber }
}

/** The id of the post with this number. */
export function placeId(number: number | string): string {
  return `${home}/post/${number}`
}

/** The number that the forum gives a post by, from its id. */
export function numberOf(item: Item): number {
  return Number(item.id.slice(item.id.lastIndexOf('/') + 1))
}

/** The number of the topic that a post stands in. */
export function topicIdOf(item: Item): number {
  return Number(item.extra['topicId'])
}

/** Its place in that topic; 1 is the post that began it. */
export function postNumberOf(item: Item): number {
  return Number(item.extra['postNumber'])
}

/** Whether a text mentions the brand. */
export function namesBrand(world: World, text: string): boolean {
  const at = text.toLowerCase().indexOf(`@${world.brand('discourse').handle}`)
  return at >= 0 && !/[\p{L}\p{N}_]/u.test(text.charAt(at + world.brand('discourse').handle.length + 1))
}
