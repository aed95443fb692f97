import type { MessageKind } from '@answerback/core/facts'
import { removalFact } from '../fact.ts'
import { listOf, parseJson, recordOf, textOf } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { authorNameOf, fullnameOf, isOwned, readComment, readPost } from './thing.ts'
import type { Around } from './thing.ts'

/**
 * One page of Reddit as facts. Kinds: `inbox`, `own` (our comments), `posts` (what we posted), `tree` (the thread of the post `request.link`), `more` (comments that its tree
 * left out; `request.ours` when the post is ours) and `info` (things `request.ids` read again, which were of `request.kinds`).
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const read = readers[delivery.kind]
  if (!read) return refuse(`unknown kind "${delivery.kind}"`)
  return read(parseJson(delivery.body), delivery, self)
}

type Read = (body: unknown, delivery: RawDelivery, self: Self) => Normalized

const readers: Record<string, Read> = {
  inbox: readListing,
  own: readListing,
  posts: readListing,
  tree: readTree,
  more: readMore,
  info: readInfo,
}

function refuse(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

function childrenIn(listing: unknown): readonly unknown[] | null {
  const { children } = recordOf(recordOf(listing).data)
  return Array.isArray(children) ? children : null
}

function readListing(body: unknown, { receivedAt }: RawDelivery, self: Self): Normalized {
  const children = childrenIn(body)
  if (children === null) return refuse('no listing')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  children.forEach((child, index) => {
    const linkIsOurs = isOwned(textOf(recordOf(recordOf(child).data).link_author), self)
    addThing(result, child, index, { self, receivedAt, linkIsOurs })
  })
  return result
}

/** One thing: a comment or a post; private messages and places where more would come are known and of no use. */
function addThing(result: Normalized, child: unknown, index: number, around: Around): void {
  const { kind, data } = recordOf(child)
  const thing = recordOf(data)
  if (kind === 't4' || kind === 'more' || (kind === 't1' && thing.was_comment === false)) return void (result.ignored += 1)
  const fact = kind === 't1' ? readComment(thing, around) : kind === 't3' ? readPost(thing, around) : null
  if (fact === null)
    return void result.unknown.push({ index, reason: `a thing of kind "${textOf(kind).slice(0, 20)}" that cannot be read` })
  result.facts.push(fact)
}

/** A post and the comments below it, at whatever depth. */
function readTree(body: unknown, { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const [head, below] = listOf(body)
  const posts = childrenIn(head)
  if (posts === null) return refuse('no thread')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  posts.forEach((post, index) => addThing(result, post, index, { self, receivedAt }))
  const post = recordOf(recordOf(posts[0]).data)
  const around = { self, receivedAt, linkIsOurs: isOwned(authorNameOf(post), self), linkId: fullnameOf(post, 't3') ?? request.link ?? null }
  const comments = below === undefined ? [] : childrenIn(below)
  if (comments === null) {
    result.unknown.push({ index: 1, reason: 'no listing of comments' })
    return result
  }
  // Not by recursion: a thread may be deeper than a stack.
  const pending = comments.map((child, index) => ({ child, index })).reverse()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { child, index } = next
    addThing(result, child, index, around)
    const replies = childrenIn(recordOf(recordOf(child).data).replies) ?? []
    for (let at = replies.length - 1; at >= 0; at -= 1) pending.push({ child: replies[at], index })
  }
  return result
}

function readMore(body: unknown, { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const { things } = recordOf(recordOf(recordOf(body).json).data)
  if (!Array.isArray(things)) return refuse('no things')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const around = { self, receivedAt, linkIsOurs: request.ours === '1', linkId: request.link || null }
  things.forEach((child, index) => addThing(result, child, index, around))
  return result
}

const messageKinds: readonly string[] = ['comment', 'reply', 'mention'] satisfies MessageKind[]

/** What was asked for and is not there is gone; a thing without an id could be any of them. */
function readInfo(body: unknown, { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const children = childrenIn(body)
  if (children === null) return refuse('no listing')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const ids = (request.ids ?? '').split(',').filter((id) => id !== '')
  const kinds = (request.kinds ?? '').split(',')
  const left = new Set(ids)
  let nameless = false
  children.forEach((child, index) => {
    const { kind, data } = recordOf(child)
    const thing = recordOf(data)
    const id = fullnameOf(thing, kind === 't3' ? 't3' : 't1')
    if (id === null && data !== undefined) nameless = true
    if (id !== null && !left.delete(id)) return void (result.ignored += 1)
    const known = id === null ? '' : (kinds[ids.indexOf(id)] ?? '')
    addThing(result, child, index, { self, receivedAt, ...(messageKinds.includes(known) && { kind: known as MessageKind }) })
  })
  if (!nameless) for (const id of left) result.facts.push(removalFact(id))
  return result
}
