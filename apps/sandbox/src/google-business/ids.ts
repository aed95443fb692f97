import { createHash } from 'node:crypto'
import type { Ids } from '../dialect.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** Reviews have opaque ids; the owner's reply has none of its own there, and is known here as `<review>/reply`. What anybody else writes below a review Google does not know. */
export function reviewIds(): Ids {
  return {
    mint: (world, draft) => {
      const serial = world.nextSerial()
      const review = world.items['google-business'].get(draft.parentId ?? '')
      if (!review) return { id: opaque(`review ${serial} ${draft.text}`) }
      const id = `${review.id}/reply`
      if (draft.authorId !== world.brand('google-business').id || world.find('google-business', id)) return { id: `${review.id}/${serial}` }
      // One that was taken back leaves its place to the next.
      review.replyIds = review.replyIds.filter((each) => each !== id)
      return { id }
    },
    mintAccount: (world) => opaque(`account ${world.nextSerial()}`),
  }
}

function opaque(seed: string): string {
  return `AbFvOq${createHash('sha256').update(seed).digest('base64url').slice(0, 42)}`
}

/** Whatever is written stands right below its review. */
export function reviewAbove(world: World, parent: Item): Item {
  return world.items['google-business'].get(parent.rootId) ?? parent
}

/** The living reply of the owner; the newest, should there be two. */
export function replyOf(world: World, review: Item): Item | undefined {
  const brandId = world.brand('google-business').id
  return world.replies(review).findLast((item) => item.authorId === brandId)
}
