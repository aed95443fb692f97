import { createHash } from 'node:crypto'
import type { Ids } from '../dialect.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

const platform = 'app-store'

/** Reviews and responses are resources with opaque ids of their own. What anybody but the developer writes below a review the App Store does not know. */
export function reviewIds(): Ids {
  return {
    mint: (world, draft) => ({ id: opaque(`item ${world.nextSerial()} ${draft.text}`) }),
    mintAccount: (world) => opaque(`account ${world.nextSerial()}`),
  }
}

function opaque(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex')
  return ['00000' + hex.slice(0, 3), hex.slice(3, 7), hex.slice(7, 11), hex.slice(11, 15), hex.slice(15, 27)].join('-')
}

/** Whatever is written stands right below its review. */
export function reviewAbove(world: World, parent: Item): Item {
  return world.items[platform].get(parent.rootId) ?? parent
}

/** The living response of the developer; the newest, should there be two. */
export function responseOf(world: World, review: Item): Item | undefined {
  const brandId = world.brand(platform).id
  return world.replies(review).findLast((item) => item.authorId === brandId)
}
