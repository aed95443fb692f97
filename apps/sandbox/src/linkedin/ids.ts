import { createHash } from 'node:crypto'
import type { Ids } from '../dialect.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/**
 * LinkedIn's URNs, with numbers of 19 digits. A post has two: `urn:li:share:...`, and the activity below which its comments stand; a comment's is made of the activity's and its own.
 * People have letters that are this app's alone.
 */
export function linkedinIds(): Ids {
  let last = 0
  const next = (world: World): string => {
    last = Math.max(last + 1, world.now().getTime() * 1_000)
    return `710${last}`
  }
  return {
    mint: (world, draft) => {
      const parent = world.items.linkedin.get(draft.parentId ?? '')
      if (!parent) {
        const activity = `urn:li:activity:${next(world)}`
        return { id: `urn:li:share:${next(world)}`, extra: { activity, ugcPost: `urn:li:ugcPost:${next(world)}` } }
      }
      const number = next(world)
      return { id: `urn:li:comment:(${activityOf(world, parent)},${number})`, extra: { number } }
    },
    mintAccount: (world, handle) => {
      const letters = createHash('sha256')
        .update(`${world.brand('linkedin').id}/${handle}`)
        .digest('base64url')
        .replaceAll(/[-_]/g, '')
      return `urn:li:person:${letters.slice(0, 10)}`
    },
  }
}

/** The activity of the post at the top of the thread. */
export function activityOf(world: World, item: Item): string {
  const post = world.items.linkedin.get(item.rootId) ?? item
  return String(post.extra['activity'] ?? post.id)
}

/** The number of a comment in its thread. */
export function numberOf(item: Item): string {
  return String(item.extra['number'] ?? '')
}

/** Whether the item is a reply to a comment: there is one level of them. */
export function isReply(item: Item): boolean {
  return item.parentId !== null && item.parentId !== item.rootId
}

/** Replies to replies stand below the comment at the top. */
export function topComment(world: World, parent: Item): Item {
  return isReply(parent) ? (world.items.linkedin.get(parent.parentId ?? '') ?? parent) : parent
}

/** The living post or comment of a URN. A post answers to its share, its activity and its ugcPost; a comment also where its thread is named by the share. */
export function findByUrn(world: World, urn: string): Item | undefined {
  const exact = world.find('linkedin', urn)
  if (exact) return exact
  const comment = /^urn:li:comment:\(((?:urn:li:)?(?:activity|share|ugcPost):\d+),(\d+)\)$/.exec(urn)
  if (comment) {
    const [, thread = '', number = ''] = comment
    const post = findByUrn(world, thread.startsWith('urn:') ? thread : `urn:li:${thread}`)
    return post && world.find('linkedin', `urn:li:comment:(${activityOf(world, post)},${number})`)
  }
  return [...world.items.linkedin.values()].find(
    (item) => item.deletedAt === null && item.parentId === null && (item.extra['activity'] === urn || item.extra['ugcPost'] === urn),
  )
}
