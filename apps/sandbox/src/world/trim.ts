import type { Item, PlatformId } from './item.ts'
import type { World } from './world.ts'

/**
 * Forgets the oldest conversations (a visitor's post, or one comment under a brand post with all
 * below it) until a tenth of the room is free again. Brand posts stay. Does nothing below the cap.
 */
export function trim(world: World, platform: PlatformId): void {
  const items = world.items[platform]
  if (items.size <= world.keepItems) return
  const brandId = world.brand(platform).id
  const heads = [...items.values()].filter((item) => isHead(world, item, brandId))
  heads.sort((a, b) => a.indexedAt - b.indexedAt)
  for (const head of heads) {
    if (items.size <= world.keepItems * 0.9) return
    forget(world, head)
  }
}

function isHead(world: World, item: Item, brandId: string): boolean {
  if (item.parentId === null) return item.authorId !== brandId
  const parent = world.items[item.platform].get(item.parentId)
  if (!parent) return true
  return parent.parentId === null && parent.authorId === brandId
}

function forget(world: World, item: Item): void {
  const items = world.items[item.platform]
  const parent = item.parentId ? items.get(item.parentId) : undefined
  if (parent) parent.replyIds = parent.replyIds.filter((id) => id !== item.id)
  for (const id of [...item.replyIds]) {
    const reply = items.get(id)
    if (reply) forget(world, reply)
  }
  items.delete(item.id)
  world.byKey.delete(item.key)
}
