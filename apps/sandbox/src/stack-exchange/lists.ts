import { createHash } from 'node:crypto'
import type { Item } from '../world/item.ts'
import { atName, commentsOf, isThere, numberOf, placeId, platform, postOf, typeOf } from './ids.ts'
import type { PostType } from './ids.ts'
import type { Stack } from './routes.ts'

/** What the brand's inbox tells: answers and comments on what it wrote, and comments that name it, newest first. */
export function inboxOf(stack: Stack): Item[] {
  const { world, faults } = stack
  const brand = world.brand(platform)
  const isLost = (item: Item): boolean =>
    createHash('sha256').update(item.id).digest().readUInt16BE() / 65_536 < faults.quirks.lostNotifications
  return living(stack).filter((item) => {
    if (item.authorId === brand.id || isLost(item)) return false
    const above = typeOf(item) === 'answer' ? world.items[platform].get(item.parentId ?? '') : postOf(world, item)
    return above?.authorId === brand.id || names(item, brand.name)
  })
}

/** Comments that name the brand, newest first. */
export function mentionsOf(stack: Stack): Item[] {
  const { name, id } = stack.world.brand(platform)
  return living(stack).filter((item) => item.authorId !== id && typeOf(item) === 'comment' && names(item, name))
}

/** Questions, answers or comments of somebody, newest first. */
export function writtenBy(stack: Stack, userId: string, types: readonly PostType[]): Item[] {
  return living(stack).filter((item) => item.authorId === userId && types.includes(typeOf(item)))
}

/** Items by numbers, as `1;2;3` names them; what is not there is left out. */
export function byNumbers({ world }: Stack, numbers: string, types: readonly PostType[]): Item[] {
  const place = types.includes('comment') ? 'comments' : 'posts'
  const found = numbers.split(';').flatMap((number) => world.find(platform, placeId(place, number)) ?? [])
  return found.filter((item) => types.includes(typeOf(item)) && isThere(world, item))
}

/** Comments on some posts, newest first. A stranger's question has those that name the brand. */
export function commentsBelow(stack: Stack, numbers: string, types: readonly PostType[]): Item[] {
  const posts = byNumbers(stack, numbers, types)
  const wanted = new Set(numbers.split(';'))
  const elsewhere = living(stack).filter((item) => item.parentId === null && wanted.has(String(item.extra['question'] ?? '')))
  const all = elsewhere.flatMap((item) => [item, ...stack.world.descendants(item)])
  return newestFirst([...posts.flatMap((post) => commentsOf(stack.world, post)), ...all])
}

/** Answers to some questions, newest first. */
export function answersBelow(stack: Stack, numbers: string): Item[] {
  return newestFirst(
    byNumbers(stack, numbers, ['question']).flatMap((question) =>
      stack.world.replies(question).filter((item) => typeOf(item) === 'answer'),
    ),
  )
}

function names(item: Item, name: string): boolean {
  return item.text.toLowerCase().includes(atName(name).toLowerCase())
}

function living({ world }: Stack): Item[] {
  return newestFirst([...world.items[platform].values()].filter((item) => isThere(world, item)))
}

function newestFirst(items: Item[]): Item[] {
  return items.sort((a, b) => b.createdAt - a.createdAt || numberOf(b) - numberOf(a))
}
