import type { Fact } from '@answerback/core/facts'
import { readGraphError, saysGone } from '../graph/graph.ts'
import { instantOf, listOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { readChange } from './change.ts'
import { missing, readComment, readPost, readRating } from './object.ts'

/**
 * One delivery of Facebook as facts. Kinds: `webhook` (a whole body or one change of it), `feed` (posts with their comments), `comments` (of
 * `request.postId`), `tagged`, `ratings`, and `open` (objects by id; what is missing of `request.ids` is gone).
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const body = recordOf(parseJson(delivery.body))
  if (delivery.kind === 'webhook') return readWebhook(body, delivery, self)
  if (delivery.kind === 'open') return readObjects(body, delivery, self)
  const read = readers[delivery.kind]
  if (!read) return { facts: [], unknown: [{ index: -1, reason: `unknown kind "${delivery.kind}"` }], ignored: 0 }
  if (!Array.isArray(body.data)) return { facts: [], unknown: [{ index: -1, reason: 'no list of data' }], ignored: 0 }
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  listOf(body.data).forEach((each, index) => {
    const nameless = (reason: string): void => void result.unknown.push({ index, reason })
    const facts = read(recordOf(each), delivery, self, nameless)
    if (facts === null) nameless('an item without an id')
    else result.facts.push(...facts)
  })
  return result
}

type Read = (value: JsonRecord, delivery: RawDelivery, self: Self, nameless: (reason: string) => void) => Fact[] | null

const readers: Record<string, Read> = {
  feed: readPostWithComments,
  tagged: (value, { receivedAt }, self) => readPost(value, receivedAt, self),
  ratings: (value, { receivedAt }, self) => readRating(value, receivedAt, self),
  comments: (value, { request, receivedAt }, self) => readComment(value, request.postId ?? null, receivedAt, self),
}

function readPostWithComments(
  value: JsonRecord,
  { receivedAt }: RawDelivery,
  self: Self,
  nameless: (reason: string) => void,
): Fact[] | null {
  const facts = readPost(value, receivedAt, self)
  const postId = facts?.[0]?.externalId
  if (!facts || postId === undefined) return null
  for (const each of listOf(recordOf(value.comments).data)) {
    const comment = readComment(recordOf(each), postId, receivedAt, self)
    if (comment === null) nameless('a comment without an id')
    else facts.push(...comment)
  }
  return facts
}

function readWebhook(body: JsonRecord, { receivedAt }: RawDelivery, self: Self): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  if (body.object !== 'page' || !Array.isArray(body.entry)) {
    return { ...result, unknown: [{ index: -1, reason: `not a page's webhook (object "${textOf(body.object).slice(0, 60)}")` }] }
  }
  let index = 0
  for (const each of listOf(body.entry)) {
    const entry = recordOf(each)
    const changes = listOf(entry.changes)
    const sentAt = instantOf(entry.time)
    if (changes.length === 0) {
      if (Array.isArray(entry.messaging) || Array.isArray(entry.standby)) result.ignored += 1
      else result.unknown.push({ index, reason: 'an entry without changes' })
      index += 1
    }
    for (const change of changes) {
      const read = readChange(recordOf(change), { self, receivedAt, sentAt })
      if ('facts' in read) result.facts.push(...read.facts)
      else if ('ignored' in read) result.ignored += 1
      else result.unknown.push({ index, reason: read.reason })
      index += 1
    }
  }
  return result
}

/** Objects by id, as `?ids=` answers them, or the error that a single one answered. `request.posts` names, in the same order, the post each comment stands under; empty for a visitor's post. */
function readObjects(body: JsonRecord, { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const ids = (request.ids ?? '').split(',').filter((id) => id !== '')
  const posts = (request.posts ?? '').split(',')
  if ('error' in body) {
    const error = readGraphError(JSON.stringify(body))
    if (error !== null && saysGone(error)) return { facts: ids.flatMap(missing), unknown: [], ignored: 0 }
    return { facts: [], unknown: [{ index: -1, reason: `error ${error?.code ?? ''} ${error?.message ?? ''}`.trim() }], ignored: 0 }
  }
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  ids.forEach((id, index) => {
    if (!Object.hasOwn(body, id)) return void result.facts.push(...missing(id))
    const value = recordOf(body[id])
    const postId = posts[index] ?? ''
    const facts = postId === '' ? readPost(value, receivedAt, self) : readComment(value, postId, receivedAt, self)
    if (facts === null) result.unknown.push({ index, reason: 'an item without an id' })
    else result.facts.push(...facts)
  })
  return result
}
