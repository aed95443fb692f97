import type { Ids } from '../dialect.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** Instagram's ids: 17 digits, which no double holds; media and comments begin differently here, people have 15 digits (an id for this account alone). */
export function instagramIds(): Ids {
  let last = 0
  const next = (world: World) => {
    last = Math.max(last + 1, world.now().getTime() * 10)
    return String(last)
  }
  return {
    mint: (world, draft) => {
      const brand = world.brand('instagram')
      const mentionsBrand = draft.authorId !== brand.id && names(draft.text, brand.handle)
      return { id: `${draft.parentId ? '180' : '179'}${next(world)}`, mentionsBrand }
    },
    mintAccount: (world) => `8${next(world)}`,
  }
}

/** Whether a text has the @handle in it, not as the beginning of a longer one. */
function names(text: string, handle: string): boolean {
  return new RegExp(`(?<![\\w.])@${handle}(?![\\w])`, 'i').test(text)
}

/** Whether the item is a reply to a comment. */
export function isReply(item: Item): boolean {
  return item.parentId !== null && item.parentId !== item.rootId
}

/** Replies to replies stand below the comment. */
export function topComment(world: World, parent: Item): Item {
  return isReply(parent) ? (world.items.instagram.get(parent.parentId ?? '') ?? parent) : parent
}
