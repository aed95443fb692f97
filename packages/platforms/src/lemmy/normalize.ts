import type { Fact } from '@answerback/core/facts'
import { removalFact } from '../fact.ts'
import { parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { readComment, readPost } from './view.ts'
import type { Around } from './view.ts'

/**
 * One page of Lemmy as facts, of either version. Kinds: `replies` and `mentions` (version 3), `notifications` (version 4), `own` (what we wrote), `thread` (comments below
 * a post), `open` (`request.id` read again; an error then means gone). `request.posts`: external ids of our posts that we knew.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const read = readers[delivery.kind]
  if (!read) return refuse(`unknown kind "${delivery.kind}"`)
  const ownPosts = new Set((delivery.request.posts ?? '').split(',').filter((id) => id !== ''))
  return read(recordOf(parseJson(delivery.body)), { self, receivedAt: delivery.receivedAt, ownPosts }, delivery)
}

type Read = (body: JsonRecord, around: Around, delivery: RawDelivery) => Normalized

const readers: Record<string, Read> = {
  replies: (body, around) => readList(body.replies, (view) => readComment(view, around)),
  mentions: (body, around) => readList(body.mentions, (view) => readComment(view, { ...around, mentioned: true })),
  notifications: (body, around) => readList(body.items, (view) => readNotification(view, around)),
  own: readOwn,
  thread: (body, around) => readList(body.comments ?? body.items, (view) => readComment(view, around)),
  open: readOpen,
}

function refuse(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

function readList(list: unknown, read: (view: JsonRecord) => Fact | 'ignored' | null): Normalized {
  if (!Array.isArray(list)) return refuse('no list')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  list.forEach((each, index) => {
    const fact = read(recordOf(each))
    if (fact === null) result.unknown.push({ index, reason: 'an entry that cannot be read' })
    else if (fact === 'ignored') result.ignored += 1
    else result.facts.push(fact)
  })
  return result
}

/** Of no use: what a subscription brings (the threads of our own posts are read anyway), private messages, what moderators did. */
const ignoredKinds = new Set(['subscribed', 'private_message', 'mod_action'])

function readNotification(view: JsonRecord, around: Around): Fact | 'ignored' | null {
  const kind = textOf(recordOf(view.notification).kind)
  if (ignoredKinds.has(kind)) return 'ignored'
  if (kind !== 'reply' && kind !== 'mention') return null
  const data = recordOf(view.data)
  const mentioned = kind === 'mention'
  return data.type_ === 'post' ? readPost(data, { ...around, mentioned }) : readComment(data, { ...around, mentioned })
}

/** Posts and comments apart in version 3, together in version 4. */
function readOwn(body: JsonRecord, around: Around): Normalized {
  if (Array.isArray(body.items))
    return readList(body.items, (view) => (view.type_ === 'post' ? readPost(view, around) : readComment(view, around)))
  const posts = readList(body.posts, (view) => readPost(view, around))
  const comments = readList(body.comments, (view) => readComment(view, around))
  const from = Array.isArray(body.posts) ? body.posts.length : 0
  return {
    facts: [...posts.facts, ...comments.facts],
    unknown: [...posts.unknown, ...comments.unknown.map(({ index, reason }) => ({ index: index < 0 ? index : index + from, reason }))],
    ignored: posts.ignored + comments.ignored,
  }
}

function readOpen(body: JsonRecord, around: Around, { request }: RawDelivery): Normalized {
  const { id } = request
  if (typeof body.error === 'string')
    return id ? { facts: [removalFact(id)], unknown: [], ignored: 0 } : refuse('an error instead of a comment')
  if (body.post_view !== undefined) return one(readPost(recordOf(body.post_view), { ...around, mentioned: true }))
  return one(readComment(recordOf(body.comment_view), around))
}

function one(fact: Fact | null): Normalized {
  return fact === null ? refuse('no comment') : { facts: [fact], unknown: [], ignored: 0 }
}
