import type { FastifyRequest } from 'fastify'
import type { Item } from '../world/item.ts'
import { StackError } from './errors.ts'
import { atName, commentsOf, platform, typeOf } from './ids.ts'
import { byNumbers } from './lists.ts'
import type { Stack } from './routes.ts'

const shortest = 15
const longest = 600
const duplicateMs = 5_000

/** `POST /posts/{id}/comments/add`: on a question or answer. The same words on the same post within five seconds are a duplicate. */
export function addComment(stack: Stack, request: FastifyRequest, form: Record<string, string>): Item {
  const { world } = stack
  const { id } = request.params as { id: string }
  const [post] = byNumbers(stack, id, ['question', 'answer'])
  const [elsewhere] = [...world.items[platform].values()].filter(
    (item) => String(item.extra['question'] ?? '') === id && item.deletedAt === null,
  )
  if (!post && !elsewhere) throw new StackError('write_failed', 'The post could not be found.')
  const text = wordsOf(stack, form)
  const brand = world.brand(platform)
  const there = post ? commentsOf(world, post) : elsewhere ? [elsewhere, ...world.descendants(elsewhere)] : []
  const now = world.clock(platform)
  if (there.some((item) => item.authorId === brand.id && item.text === text && now - item.createdAt < duplicateMs))
    throw new StackError('duplicate_request', 'The same comment was just added to this post.')
  const parent = addressedIn(stack, there, text) ?? post ?? elsewhere
  const item = world.write({ platform, authorId: brand.id, text, parentId: parent?.id })
  note(stack, request, item)
  return item
}

/** `POST /comments/{id}/edit`. */
export function editComment(stack: Stack, request: FastifyRequest, form: Record<string, string>): Item {
  const item = ownComment(stack, request)
  stack.world.edit(item, wordsOf(stack, form))
  note(stack, request, item)
  return item
}

/** `POST /comments/{id}/delete`. */
export function deleteComment(stack: Stack, request: FastifyRequest): void {
  const item = ownComment(stack, request)
  stack.world.remove(item)
  note(stack, request, item)
}

/** `POST /comments/{id}/upvote` and its undoing. Nobody votes for what they wrote themselves. */
export function vote(stack: Stack, request: FastifyRequest, up: boolean): Item {
  const { world } = stack
  const item = commentIn(stack, request)
  const { id } = world.brand(platform)
  if (item.authorId === id) throw new StackError('write_failed', 'You cannot vote for your own comment.')
  if (up) world.like(item, id)
  else world.unlike(item, id)
  return item
}

function commentIn(stack: Stack, request: FastifyRequest): Item {
  const item = byNumbers(stack, (request.params as { id: string }).id, ['comment'])[0]
  if (!item) throw new StackError('write_failed', 'The comment could not be found.')
  return item
}

function ownComment(stack: Stack, request: FastifyRequest): Item {
  const item = commentIn(stack, request)
  if (item.authorId !== stack.world.brand(platform).id) throw new StackError('write_failed', 'This is not your comment.')
  return item
}

function wordsOf({ faults }: Stack, form: Record<string, string>): string {
  const text = (form['body'] ?? '').trim()
  if (faults.quirks.lowReputation) throw new StackError('write_failed', 'You must have 50 reputation to comment.')
  const length = Array.from(text).length
  if (length < shortest || length > longest)
    throw new StackError('bad_parameter', `body must be between ${shortest} and ${longest} characters.`)
  return text
}

/** The newest comment of whoever is addressed with `@name`, which is how people answer one another on one level. */
function addressedIn({ world }: Stack, comments: Item[], text: string): Item | undefined {
  const words = text.toLowerCase()
  return comments.findLast((item) => typeOf(item) === 'comment' && words.includes(atName(world.author(item).name).toLowerCase()))
}

function note({ world }: Stack, request: FastifyRequest, item: Item): void {
  const endpoint = (request.raw.url ?? '').split('?')[0]!.replace(/^\/stack-exchange(?=\/)/, '')
  const text = item.deletedAt === null ? item.text : null
  world.journal.record({ platform, method: request.method, endpoint, key: null, externalId: item.id, inReplyTo: item.parentId, text })
}
