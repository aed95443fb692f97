import { createHash } from 'node:crypto'
import type { Addressed, Ids } from '../dialect.ts'
import { withNames } from '../world/address.ts'
import type { Account, Draft, Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** YouTube's ids: 11 characters for a video, `Ugx...` for a comment, `{comment}.{reply}` for a reply, `UC...` for a channel. */
export function youtubeIds(): Ids {
  const characters = (world: World, length: number): string =>
    createHash('sha256')
      .update(`${world.brand('youtube').id}/${world.nextSerial()}`)
      .digest('base64url')
      .slice(0, length)
  return {
    mint: (world, draft) => {
      const parent = world.items.youtube.get(draft.parentId ?? '')
      if (!parent) return { id: characters(world, 11) }
      if (parent.parentId === null) return { id: `Ugx${characters(world, 19)}4AaABAg` }
      return { id: `${parent.id}.${characters(world, 22)}` }
    },
    mintAccount: (world) => `UC${characters(world, 22)}`,
  }
}

/** Whether the item is a reply to a comment: there is one level of them. */
export function isReply(item: Item): boolean {
  return item.parentId !== null && item.parentId !== item.rootId
}

/** Replies to replies stand below the comment. */
export function topComment(world: World, parent: Item): Item {
  return isReply(parent) ? (world.items.youtube.get(parent.parentId ?? '') ?? parent) : parent
}

/** What is shown of an author: their @handle, in their own spelling where the name is one. */
export function displayName({ name, handle }: Account): string {
  return `@${/^[\w.-]+$/.test(name) ? name : handle}`
}

/** Whoever answers a reply names its writer, since all replies stand on one level. */
export function addressReply(world: World, draft: Omit<Draft, 'mentionsBrand'>, author: Account): Addressed {
  const parent = world.items.youtube.get(draft.parentId ?? '')
  const names = parent && isReply(parent) ? [world.author(parent).handle] : []
  return { text: withNames(draft.text, names, author) }
}
