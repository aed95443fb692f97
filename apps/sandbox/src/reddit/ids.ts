import type { Addressed, Ids } from '../dialect.ts'
import type { Account, Draft, Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** Where the brand posts, and where people talk of it elsewhere. */
export const subreddits = { own: 'fieldnote', others: 'handmade' } as const

/**
 * Reddit's fullnames: `t3_` and base 36 for posts, `t1_` for comments. Somebody who names the brand elsewhere does so in a comment of a thread that the sandbox does not keep: that
 * item has no parent here, and is a comment all the same.
 */
export function redditIds(): Ids {
  const next = (world: World): string => (35_000_000_000 + world.nextSerial()).toString(36)
  return {
    mint: (world, draft) => {
      const mentionsBrand = namesBrand(world, draft.text)
      const isPost = !draft.parentId && draft.authorId === world.brand('reddit').id
      return { id: `${isPost ? 't3' : 't1'}_${next(world)}`, mentionsBrand }
    },
    mintAccount: (world) => `t2_${next(world)}`,
  }
}

/** Whether a text mentions the brand's account. */
export function namesBrand(world: World, text: string): boolean {
  return new RegExp(`(^|[^\\w/])/?u/${world.brand('reddit').handle}(?![\\w-])`, 'i').test(text)
}

/** Who turns to the brand elsewhere writes its name. */
export function addressByName(world: World, draft: Omit<Draft, 'mentionsBrand'>, author: Account, mention: boolean | undefined): Addressed {
  const lacks = mention === true && !author.isBrand && !namesBrand(world, draft.text)
  return { text: lacks ? `u/${world.brand('reddit').handle} ${draft.text}` : draft.text }
}

/** Without the kind in front. */
export function bare(fullname: string): string {
  return fullname.slice(3)
}

/** A comment, wherever it stands. */
export function isComment(item: Item): boolean {
  return item.id.startsWith('t1_')
}

/** The post that an item stands under, its own where it is one. Of a thread elsewhere the post has an id and no item. */
export function linkIdOf(item: Item): string {
  if (!isComment(item)) return item.id
  return item.rootId.startsWith('t3_') ? item.rootId : `t3_${bare(item.rootId)}l`
}

/** What stands above a comment. */
export function parentIdOf(item: Item): string {
  return item.parentId ?? linkIdOf(item)
}

/** An account's name, in its own spelling where that is a name on Reddit. */
export function nameOf({ name, handle, isBrand }: Account): string {
  return !isBrand && /^[\w-]{1,20}$/.test(name) ? name : handle
}
