import type { Ids } from '../dialect.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** Its id here. */
export const platform = 'stack-exchange'

/** The site that is played. */
export const site = 'stackoverflow'

/** What an item is there: a question by the brand, an answer to it, or a comment; also a comment below a stranger's question, of which there is only the number. */
export type PostType = 'question' | 'answer' | 'comment'

/** Questions and answers share one count, comments have another. People answer the brand's questions; whatever else is written is a comment. */
export function stackIds(): Ids {
  const next = (world: World): string => String(70_000_000 + world.nextSerial())
  return {
    mint: (world, draft) => {
      const brand = world.brand(platform)
      const parent = world.items[platform].get(draft.parentId ?? '')
      const isBrand = draft.authorId === brand.id
      const isQuestion = !draft.parentId && isBrand
      const isAnswer = parent !== undefined && typeOf(parent) === 'question' && !isBrand && draft.extra?.['comment'] !== true
      return {
        id: placeId(isQuestion || isAnswer ? 'posts' : 'comments', next(world)),
        mentionsBrand: draft.text.toLowerCase().includes(atName(brand.name).toLowerCase()),
        ...(!draft.parentId && !isBrand && { extra: { question: Number(next(world)) } }),
      }
    },
    mintAccount: next,
  }
}

/** The id of an item: its place on the site, with the number that the API gives. */
export function placeId(place: 'posts' | 'comments', number: number | string): string {
  return `${site}/${place}/${number}`
}

/** What an item is: what has no parent is a question. */
export function typeOf(item: Item): PostType {
  if (item.id.startsWith(placeId('comments', ''))) return 'comment'
  return item.parentId === null ? 'question' : 'answer'
}

/** The number in an id. */
export function numberOf(item: Item): number {
  return Number(item.id.slice(item.id.lastIndexOf('/') + 1))
}

/** Whether an item is there: with a question or answer everything below it goes, with a comment nothing. */
export function isThere(world: World, item: Item): boolean {
  if (item.deletedAt !== null) return false
  const post = typeOf(item) === 'comment' ? postOf(world, item) : world.items[platform].get(item.parentId ?? '')
  return post === undefined || isThere(world, post)
}

/** The question or answer that an item is, or stands below; undefined where that is a stranger's. */
export function postOf(world: World, item: Item): Item | undefined {
  if (typeOf(item) !== 'comment') return item
  const parent = world.items[platform].get(item.parentId ?? '')
  return parent && postOf(world, parent)
}

/** The living comments below a question or answer, oldest first. In the API they are all on one level, and none goes because another went. */
export function commentsOf(world: World, post: Item): Item[] {
  return [...world.items[platform].values()]
    .filter((item) => typeOf(item) === 'comment' && isThere(world, item) && postOf(world, item) === post)
    .sort((a, b) => a.createdAt - b.createdAt)
}

/** As people are addressed: their name without spaces. */
export function atName(name: string): string {
  return `@${name.replaceAll(/\s+/g, '')}`
}
