import { removalFact } from '../fact.ts'
import { nameOf, parseJson, recordOf } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { readComment } from './comment.ts'
import type { Found } from './comment.ts'
import { readNotice, wantedOf } from './notification.ts'
import { readPost } from './share.ts'
import { eventType } from './subscription.ts'
import { isPostUrn, readCommentUrn } from './urn.ts'

/**
 * One delivery of LinkedIn as facts. Kinds: `webhook`; `notifications` (the same by asking; comments in them are read beside it), `posts` (ours), `comments` (below `request.post`), each a
 * list; `comment` (one by its number; `request.mention` where it only names us); `gone` (`request.id` is not there).
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const body = recordOf(parseJson(delivery.body))
  if (kind === 'webhook') return readWebhook(body, receivedAt, self)
  if (kind === 'gone') {
    const gone = readCommentUrn(request.id) !== null && typeof body.status === 'number'
    return gone ? { facts: [removalFact(request.id!)], unknown: [], ignored: 0 } : none('nothing that says it is gone')
  }
  const found: Found = { postId: isPostUrn(request.post) ? request.post : null, at: receivedAt, ...(request.mention && { mention: true }) }
  if (kind === 'comment') {
    const fact = readComment(body, found, self)
    return fact === null ? none('a comment without its name') : { facts: [fact], unknown: [], ignored: 0 }
  }
  const read = lists[kind]
  if (!read) return none(`unknown kind "${kind}"`)
  if (!Array.isArray(body.elements)) return none('no list of elements')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  body.elements.forEach((each, index) => read(each, index, { found, self, result }))
  return result
}

function none(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

type Place = { found: Found; self: Self; result: Normalized }

const lists: Record<string, (value: unknown, index: number, place: Place) => void> = {
  posts(value, index, { found, self, result }) {
    const post = readPost(recordOf(value), found.at, self)
    if (post === null) result.unknown.push({ index, reason: 'a post without its name' })
    else if (post === 'unpublished') result.ignored += 1
    else result.facts.push(post)
  },
  comments(value, index, { found, self, result }) {
    const fact = readComment(recordOf(value), found, self)
    if (fact === null) result.unknown.push({ index, reason: 'a comment without its name' })
    else result.facts.push(fact)
  },
  notifications(value, index, { found, self, result }) {
    const read = readNotice(recordOf(value), found.at, self)
    if ('facts' in read) result.facts.push(...read.facts)
    else if ('reason' in read) result.unknown.push({ index, reason: read.reason })
    else result.ignored += 1
  },
}

function readWebhook(body: Record<string, unknown>, receivedAt: string, self: Self): Normalized {
  const type = nameOf(body.type)
  if (!Array.isArray(body.notifications)) return none('not a webhook of LinkedIn')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const wanted: NonNullable<Normalized['wanted']> = []
  body.notifications.forEach((each, index) => {
    if (type !== eventType) return void result.unknown.push({ index, reason: `unknown type "${(type ?? '').slice(0, 60)}"` })
    const read = readNotice(recordOf(each), receivedAt, self)
    if ('facts' in read) result.facts.push(...read.facts)
    else if ('named' in read) wanted.push(wantedOf(read.named))
    else if ('reason' in read) result.unknown.push({ index, reason: read.reason })
    else result.ignored += 1
  })
  return wanted.length === 0 ? result : { ...result, wanted }
}
