import type { Addressed, Ids } from '../dialect.ts'
import { withNames } from '../world/address.ts'
import type { Account, Draft, Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

const epochMs = 1_288_834_974_657

/** Snowflakes: milliseconds since X began, 22 bits further left, and a number that never comes again. An edit is another id with the same first one. */
export function xIds(): Ids {
  return {
    mint: (world, draft, createdAt) => ({ id: snowflake(world, createdAt), mentionsBrand: names(draft.text, world.brand('x').handle) }),
    mintAccount: (world) => String(1_500_000_000 + world.nextSerial()),
    reshape: (world, item) => ({ record: { history: [...historyOf(item), snowflake(world, world.clock('x'))] }, cid: '' }),
  }
}

/** An id of X for this moment. */
export function snowflake(world: World, atMs: number): string {
  return String((BigInt(Math.max(0, Math.floor(atMs) - epochMs)) << 22n) | BigInt(world.nextSerial() & 0x3fffff))
}

/** When a post with this id was written, in milliseconds; works for any snowflake. */
export function timeOfId(id: string): number {
  return Number(BigInt(id) >> 22n) + epochMs
}

/** The ids of all versions, oldest first. */
export function historyOf(item: Item): string[] {
  const history = item.record?.['history']
  return Array.isArray(history) ? history.map(String) : [item.id]
}

/** The id of the newest version, which is what X calls the post. */
export function idOf(item: Item): string {
  return historyOf(item).at(-1) ?? item.id
}

/** The living post with this id, of whichever version. */
export function findPost(world: World, id: string | undefined): Item | undefined {
  const item = world.find('x', id)
  if (item) return item
  return [...world.items.x.values()].find((each) => each.record !== null && each.deletedAt === null && historyOf(each).includes(id ?? ''))
}

/** A reply carries the names of whom it answers in front, and of the brand where the thread is the brand's; people can untick a name. */
export function addressReplies(
  world: World,
  draft: Omit<Draft, 'mentionsBrand'>,
  author: Account,
  mention: boolean | undefined,
): Addressed {
  const brand = world.brand('x')
  const parent = world.items.x.get(draft.parentId ?? '')
  const wanted = new Set<string>()
  if (parent) {
    wanted.add(world.author(parent).handle)
    if (names(parent.text, brand.handle) || parent.authorId === brand.id) wanted.add(brand.handle)
  }
  if (mention === true) wanted.add(brand.handle)
  if (mention === false) wanted.delete(brand.handle)
  return { text: withNames(draft.text, wanted, author) }
}

/** Handles are letters, digits and `_`, fifteen at most. */
export function handleFor(word: string, code: string): string {
  const plain = word.replaceAll(/[^a-z0-9]/gi, '_')
  return plain.length <= 15 ? plain : `${plain.slice(0, 10)}_${code.slice(0, 4)}`
}

/** Whether a text has this `@handle` in it. */
export function names(text: string, handle: string): boolean {
  return new RegExp(`(?<![\\w@])@${handle}(?!\\w)`, 'i').test(text)
}

/** How many characters at the start are the names of whom a reply answers: they are no part of what it says. */
export function prefixLength(item: Item): number {
  return item.parentId === null ? 0 : (/^(?:@\w{1,15}\s+)+/.exec(item.text)?.[0].length ?? 0)
}
