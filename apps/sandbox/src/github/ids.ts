import { createHash } from 'node:crypto'
import type { Ids } from '../dialect.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

const platform = 'github'

/** Node ids by kind (`D_`, `DC_`, and `IC_` for what somebody says in an issue elsewhere), beside them numbers. */
export function githubIds(): Ids {
  return {
    mint: (world, draft) => {
      const serial = world.nextSerial()
      const isBrand = draft.authorId === world.brand(platform).id
      const isDiscussion = !draft.parentId && isBrand
      const above = world.items[platform].get(draft.parentId ?? '')
      const prefix = isDiscussion ? 'D' : above && isInDiscussion(world, above) ? 'DC' : 'IC'
      const databaseId = 9_000_000 + serial
      const extra = { databaseId, ...(isDiscussion ? { number: 40 + serial } : {}) }
      const id = createHash('sha256').update(`${prefix} ${serial} ${draft.text}`).digest('base64url').slice(0, 12)
      return { id: `${prefix}_kwDO${id}`, extra, mentionsBrand: namesBrand(world, draft.text) }
    },
    mintAccount: (world) => String(5_000_000 + world.nextSerial()),
  }
}

/** Answers nest once: whoever answers an answer stands beside it. An issue elsewhere has no levels. */
export function threadOf(world: World, parent: Item): Item {
  // In an issue everything stands on one level.
  if (!isInDiscussion(world, parent)) return world.items[platform].get(parent.rootId) ?? parent
  const above = world.items[platform].get(parent.parentId ?? '')
  return above && above.parentId !== null ? above : parent
}

/** Something below a discussion or the discussion itself; what is said elsewhere has neither. */
export function isDiscussion(item: Item): boolean {
  return item.parentId === null && item.id.startsWith('D_')
}

function isInDiscussion(world: World, item: Item): boolean {
  const root = world.items[platform].get(item.rootId)
  return root !== undefined && isDiscussion(root)
}

/** What GraphQL calls it. */
export function kindOf(world: World, item: Item): 'Discussion' | 'DiscussionComment' | 'IssueComment' {
  if (isDiscussion(item)) return 'Discussion'
  return isInDiscussion(world, item) ? 'DiscussionComment' : 'IssueComment'
}

/** A number for REST, and for addresses. */
export function numberOf(item: Item, name: 'databaseId' | 'number'): number {
  return Number(item.extra[name] ?? 0)
}

function namesBrand(world: World, text: string): boolean {
  return new RegExp(`(?<![\\w@])@${world.brand(platform).handle}(?![\\w-])`, 'i').test(text)
}
