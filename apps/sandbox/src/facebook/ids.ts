import type { Ids } from '../dialect.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** Facebook's ids: `{page}_{story}` for posts, `{story}_{comment}` for comments and replies. */
export function facebookIds(): Ids {
  let last = 0
  const nextNumber = (world: World) => {
    last = Math.max(last + 1, world.now().getTime() * 1000)
    return String(last)
  }
  return {
    mint: (world, draft) => {
      const parent = world.items.facebook.get(draft.parentId ?? '')
      if (parent) return { id: `${storyOf(parent.rootId)}_${nextNumber(world)}` }
      const onPage = draft.mentionsBrand ? draft.authorId : world.brand('facebook').id
      return { id: `${onPage}_${nextNumber(world)}` }
    },
    mintAccount: (world) => `7${nextNumber(world)}`,
  }
}

/** The part of a post's id after the page's id. */
export function storyOf(postId: string): string {
  return postId.slice(postId.indexOf('_') + 1)
}

/** Whether the item is a reply to a comment (Facebook shows one level below a comment). */
export function isReply(item: Item): boolean {
  return item.parentId !== null && item.parentId !== item.rootId
}

/** Replies to replies stand below the comment. */
export function topComment(world: World, parent: Item): Item {
  if (!isReply(parent)) return parent
  return world.items.facebook.get(parent.parentId ?? '') ?? parent
}
