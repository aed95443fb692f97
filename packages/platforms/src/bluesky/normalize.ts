import { removalFact } from '../fact.ts'
import { listOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { isOwned, isOwnPart, readPost } from './post.ts'
import { didOf } from './uri.ts'

/**
 * One page of Bluesky as facts. Kinds: `notifications`, `thread` (of `request.uri`), `own` (our author feed), `open` (`request.uris`; what
 * did not come back is gone). `request.webUrl`: where the public pages are, if not at Bluesky's.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const read = readers[delivery.kind]
  if (!read) return refuse(`unknown kind "${delivery.kind}"`)
  return read(recordOf(parseJson(delivery.body)), delivery, self)
}

type Read = (body: JsonRecord, delivery: RawDelivery, self: Self) => Normalized

const readers: Record<string, Read> = { notifications: readNotifications, thread: readThread, own: readOwn, open: readOpen }

function refuse(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

const noParts: ReadonlySet<string> = new Set()

function readNotifications(body: JsonRecord, { request, receivedAt }: RawDelivery, self: Self): Normalized {
  if (!Array.isArray(body.notifications)) return refuse('no list of notifications')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  listOf(body.notifications).forEach((each, index) => {
    const notification = recordOf(each)
    const reason = textOf(notification.reason)
    if (reason !== 'reply' && reason !== 'mention' && reason !== 'quote') {
      if (reason === '') result.unknown.push({ index, reason: 'a notification without a reason' })
      else result.ignored += 1
      return
    }
    const fact = readPost(notification, { self, receivedAt, webUrl: request.webUrl, ownParts: noParts, reason })
    if (fact === null) result.unknown.push({ index, reason: `a ${reason} that is no post` })
    else result.facts.push(fact)
  })
  return result
}

/** The whole tree below our post, without recursion: threads can be a thousand replies deep. */
function readThread(body: JsonRecord, { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const uri = request.uri ?? ''
  if (uri === '') return refuse('a thread of no post')
  if (body.error === 'NotFound') return { facts: [removalFact(uri)], unknown: [], ignored: 0 }
  const root = recordOf(body.thread)
  if (root.notFound === true) return { facts: [removalFact(uri)], unknown: [], ignored: 0 }
  if (root.blocked === true) return { facts: [], unknown: [], ignored: 1 }
  if (root.post === undefined) return refuse('no thread')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const ownParts = new Set<string>(isOwned(didOf(uri), self) ? [uri] : [])
  const waiting = [root]
  for (let index = 0; waiting.length > 0; index += 1) {
    const node = waiting.pop()!
    const post = recordOf(node.post)
    const around = { self, receivedAt, webUrl: request.webUrl, ownParts }
    if (node.post === undefined) {
      if (node.blocked === true || node.notFound === true) result.ignored += 1
      else result.unknown.push({ index, reason: 'a part of the thread that is no post' })
      continue
    }
    if (isOwnPart(post, around)) ownParts.add(textOf(post.uri))
    const fact = readPost(post, around)
    if (fact === null) result.unknown.push({ index, reason: 'a post that cannot be read' })
    else result.facts.push(fact)
    for (const reply of listOf(node.replies).toReversed()) waiting.push(recordOf(reply))
  }
  return result
}

/** Our own feed: posts, and our native answers. Reposts of others are of no use. */
function readOwn(body: JsonRecord, { request, receivedAt }: RawDelivery, self: Self): Normalized {
  if (!Array.isArray(body.feed)) return refuse('no feed')
  const items = listOf(body.feed).map(recordOf)
  const ownParts = ownPartsOf(items, self)
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  items.forEach((item, index) => {
    const post = recordOf(item.post)
    const did = didOf(textOf(post.uri))
    if (did !== null && !isOwned(did, self)) return void (result.ignored += 1)
    const fact = readPost(post, { self, receivedAt, webUrl: request.webUrl, ownParts })
    if (fact === null) result.unknown.push({ index, reason: 'a post that cannot be read' })
    else result.facts.push(fact)
  })
  return result
}

/** Which of our posts here are parts of a self-thread: on our root, or on such a part (shown here, or given as the parent of one). */
function ownPartsOf(items: JsonRecord[], self: Self): Set<string> {
  const posts = items.flatMap((item) => [recordOf(item.post), recordOf(recordOf(item.reply).parent)])
  const parts = new Set<string>()
  for (let before = -1; before < parts.size;) {
    before = parts.size
    for (const post of posts) if (isOwnPart(post, { self, ownParts: parts })) parts.add(textOf(post.uri))
  }
  return parts
}

function readOpen(body: JsonRecord, { request, receivedAt }: RawDelivery, self: Self): Normalized {
  if (!Array.isArray(body.posts)) return refuse('no list of posts')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const answered = new Set<string>()
  listOf(body.posts).forEach((each, index) => {
    const post = recordOf(each)
    answered.add(textOf(post.uri))
    const fact = readPost(post, { self, receivedAt, webUrl: request.webUrl, ownParts: noParts })
    if (fact === null) result.unknown.push({ index, reason: 'a post that cannot be read' })
    else result.facts.push(fact)
  })
  const asked = (request.uris ?? '').split(' ').filter((uri) => uri !== '')
  result.facts.push(...asked.filter((uri) => !answered.has(uri)).map((uri) => removalFact(uri)))
  return result
}
