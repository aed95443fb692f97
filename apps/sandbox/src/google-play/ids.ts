import { createHash } from 'node:crypto'
import type { Ids } from '../dialect.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** Reviews have opaque ids that begin with `gp:`; the developer's reply has none of its own there, and is known here as `<review>/reply`. Nobody else can write below a review. */
export function reviewIds(): Ids {
  return {
    mint: (world, draft) => {
      const serial = world.nextSerial()
      const review = world.items['google-play'].get(draft.parentId ?? '')
      if (!review) return { id: `gp:AOqpTO${opaque(`review ${serial} ${draft.text}`)}` }
      const id = `${review.id}/reply`
      return { id: draft.authorId === world.brand('google-play').id && !world.find('google-play', id) ? id : `${review.id}/${serial}` }
    },
    mintAccount: (world) => opaque(`account ${world.nextSerial()}`),
  }
}

function opaque(seed: string): string {
  return createHash('sha512').update(seed).digest('base64url').slice(0, 80)
}

/** Whatever is written stands right below its review. */
export function reviewAbove(world: World, parent: Item): Item {
  return world.items['google-play'].get(parent.rootId) ?? parent
}

/** The living reply of the developer; the newest, should there be two. */
export function replyOf(world: World, review: Item): Item | undefined {
  const brandId = world.brand('google-play').id
  return world.replies(review).findLast((item) => item.authorId === brandId)
}
