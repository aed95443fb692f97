import type { Fact } from '@answerback/core/facts'
import { removalFact } from '../fact.ts'
import { idOf, listOf, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { unreadable } from './api.ts'
import { readComment, readPost } from './comment.ts'
import type { Around } from './comment.ts'

/** One page of a site as facts. Kinds: `comments` (with their posts embedded), `posts`, `open` (comments read again; `request.id` when it was asked for alone, and an error then means gone, or not shown). */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const read = readers[delivery.kind]
  if (!read) return refuse(`unknown kind "${delivery.kind}"`)
  return read(parseJson(delivery.body), { self, receivedAt: delivery.receivedAt }, delivery)
}

type Read = (body: unknown, around: Around, delivery: RawDelivery) => Normalized

const readers: Record<string, Read> = { comments: readComments, posts: readPosts, open: readOpen }

function refuse(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

function readComments(body: unknown, around: Around): Normalized {
  if (!Array.isArray(body)) return refuse('no list of comments')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const posts = new Set<string>()
  body.map(recordOf).forEach((comment, index) => {
    addPosts(result, posts, comment, { around, index })
    // Trackbacks, and the notes of editors to each other.
    if (comment.type !== undefined && comment.type !== 'comment') return void (result.ignored += 1)
    const facts = readComment(comment, around)
    if (facts === null) result.unknown.push({ index, reason: 'a comment that cannot be read' })
    else result.facts.push(...facts)
  })
  return result
}

/** The posts above, which come embedded; what the account may not see comes as an error. */
function addPosts(result: Normalized, known: Set<string>, comment: JsonRecord, { around, index }: { around: Around; index: number }): void {
  for (const each of listOf(recordOf(comment._embedded).up)) {
    const up = recordOf(each)
    const id = idOf(up.id)
    const post = readPost(up, around)
    if (typeof up.code === 'string') result.ignored += 1
    else if (post === null) result.unknown.push({ index, reason: 'a post that cannot be read' })
    else if (id !== null && !known.has(id)) {
      known.add(id)
      result.facts.push(post)
    }
  }
}

function readPosts(body: unknown, around: Around): Normalized {
  if (!Array.isArray(body)) return refuse('no list of posts')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  body.forEach((each, index) => {
    const post = readPost(recordOf(each), around)
    if (post === null) result.unknown.push({ index, reason: 'a post that cannot be read' })
    else result.facts.push(post)
  })
  return result
}

function readOpen(body: unknown, around: Around, { request }: RawDelivery): Normalized {
  if (Array.isArray(body)) return readComments(body, around)
  const { id } = request
  const record = recordOf(body)
  if (typeof record.code !== 'string') return readComments([record], around)
  if (!id) return refuse('an error instead of comments')
  // Waiting for approval, spam or trash: who may not moderate is not told which, only that it is not shown.
  const fact: Fact = record.code === unreadable ? { fact: 'hidden', externalId: id, hidden: true, platformAt: null } : removalFact(id)
  return { facts: [fact], unknown: [], ignored: 0 }
}
