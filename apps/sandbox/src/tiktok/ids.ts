import type { Ids } from '../dialect.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** TikTok's ids: 19 digits for a video or comment, which no double holds; people go by a code that is the same everywhere for one app. */
export function tiktokIds(): Ids {
  let last = 0n
  return {
    mint: (world) => {
      const now = BigInt(world.now().getTime()) * 100_000n + 7_000_000_000_000_000_000n
      last = now > last ? now : last + 1n
      return { id: String(last) }
    },
    mintAccount: (world, handle) => `u_${Buffer.from(handle).toString('hex').slice(0, 12)}${world.nextSerial().toString(36)}`,
  }
}

/** Whether the item is a reply to a comment: there is one level of them. */
export function isReply(item: Item): boolean {
  return item.parentId !== null && item.parentId !== item.rootId
}

/** Replies to replies stand below the comment. */
export function topComment(world: World, parent: Item): Item {
  return isReply(parent) ? (world.items.tiktok.get(parent.parentId ?? '') ?? parent) : parent
}
