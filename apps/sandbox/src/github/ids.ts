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
      const prefix = isDiscussion ? 'D' : draft.parentId ? 'DC' : 'IC'
      const databaseId = 9_000_000 + serial
      const extra = { databaseId, ...(isDiscussion ? { number: 40 + serial } : {}) }
      const id = createHash('sha256').update(`${prefix} ${serial} ${draft.text}`).digest('base64url').slice(0, 12)
      return { id: `${prefix}_kwDO${id}`, extra, mentionsBrand: namesBrand(world, draft.text) }
    },
    mintAccount: (world) => String(5_000_000 + world.nextSerial()),
  }
}

/** Answers nest once: whoever answers an answer stands beside it. */
export function threadOf(world: World, parent: Item): Item {
  const above = world.items[platform].get(parent.parentId ?? '')
  return above && above.parentId !== null ? above : parent
}

/** Something below a discussion or the discussion itself; what is said elsewhere has neither. */
export function isDiscussion(item: Item): boolean {
  return item.parentId === null && item.id.startsWith('D_')
}

/** A number for REST, and for addresses. */
export function numberOf(item: Item, name: 'databaseId' | 'number'): number {
  return Number(item.extra[name] ?? 0)
}

function namesBrand(world: World, text: string): boolean {
  return new RegExp(`(?<![\\w@])@${world.brand(platform).handle}(?![\\w-])`, 'i').test(text)
}
