import type { Fact } from '@answerback/core/facts'
import { removalFact } from '../fact.ts'
import { idOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { includedOf, readPost } from './post.ts'

/**
 * One delivery of X as facts. Kinds: `posts` (a page of a timeline or search), `open` (a lookup by ids; `request.ids` are the messages, `request.asked` the versions asked for,
 * in the same order) and `webhook` (one event of the X Activity API).
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const body = recordOf(parseJson(delivery.body))
  if (delivery.kind === 'webhook') return readEvent(body, delivery, self)
  if (delivery.kind === 'posts') return readPage(body, delivery, self)
  if (delivery.kind === 'open') return readLookup(body, delivery, self)
  return unreadable(`unknown kind "${delivery.kind}"`)
}

function unreadable(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

/** `data` is left away when there is none. */
function readPage(body: JsonRecord, { receivedAt }: RawDelivery, self: Self): Normalized {
  const { data, meta } = body
  if (!Array.isArray(data)) return data === undefined && recordOf(meta).result_count === 0 ? nothing() : unreadable('no list of data')
  const result = nothing()
  const around = { self, receivedAt, included: includedOf(body) }
  data.forEach((each, index) => add(result, index, readPost(recordOf(each), around)))
  return result
}

/** Posts by id. What is missing is named among the errors: deleted, or not for us to see any more. */
function readLookup(body: JsonRecord, { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const { data = [], errors = [] } = body
  if (!Array.isArray(data) || !Array.isArray(errors) || (body.data === undefined && body.errors === undefined))
    return unreadable('neither posts nor errors')
  const result = readPage({ ...body, data }, { request, receivedAt, kind: 'posts', body: '' }, self)
  const messageOf = new Map(split(request.asked).map((id, place) => [id, split(request.ids)[place] ?? id]))
  errors.forEach((each, place) => {
    const error = recordOf(each)
    const asked = idOf(error.resource_id) ?? idOf(error.value)
    const index = data.length + place
    if (asked === null) return void result.unknown.push({ index, reason: 'an error that names no post' })
    const externalId = messageOf.get(asked)
    // A quoted or answered post that is gone is no message of ours.
    if (externalId === undefined) result.ignored += 1
    else if (isAbsence(textOf(error.type))) result.facts.push(removalFact(externalId))
    else result.unknown.push({ index, reason: `post ${asked}: ${textOf(error.title) || textOf(error.type)}` })
  })
  return result
}

function split(ids: string | undefined): string[] {
  return (ids ?? '').split(',').filter((id) => id !== '')
}

/** Deleted; or of an account that was closed, suspended or made private, whose posts must not be shown any longer either. */
function isAbsence(type: string): boolean {
  return /\/(resource-not-found|not-authorized-for-resource)$/.test(type)
}

function readEvent(body: JsonRecord, { receivedAt }: RawDelivery, self: Self): Normalized {
  const data = recordOf(body.data)
  const type = textOf(data.event_type)
  const payload = recordOf(data.payload)
  const result = nothing()
  if (type === 'post.delete') {
    const id = idOf(payload.id)
    // Only the account's own deletions are told.
    if (id === null) result.unknown.push({ index: 0, reason: 'a deletion without an id' })
    else result.facts.push({ ...removalFact(id), by: 'us' })
  } else if (/^post\.(create|mention\.create|reply\.create|quote\.create)$/.test(type)) {
    const around = { self, receivedAt, included: includedOf(data), quotesUs: type === 'post.quote.create' }
    add(result, 0, readPost(payload, around))
  } else if (type === 'like.create') readLike(data, payload, result)
  else if (ignoredEvents.test(type)) result.ignored += 1
  else result.unknown.push({ index: 0, reason: type === '' ? 'an event without a type' : `unknown event "${type.slice(0, 60)}"` })
  return result
}

const ignoredEvents = /^(post\.repost\.create|oauth\.revoke|(dm|chat|mute|block|follow|profile|space|broadcast)\..*)$/

/** Our own like is told when that is subscribed to; what others like is of no use. */
function readLike(data: JsonRecord, payload: JsonRecord, result: Normalized): void {
  const id = idOf(payload.liked_tweet_id) ?? idOf(payload.liked_post_id)
  if (textOf(recordOf(data.filter).direction) !== 'outbound' || id === null) return void (result.ignored += 1)
  const ms = Number(payload.timestamp_ms)
  const known = ms > 0 && ms < 253_402_300_800_000
  result.facts.push({ fact: 'like', externalId: id, liked: true, platformAt: known ? new Date(ms).toISOString() : null })
}

function add(result: Normalized, index: number, read: Fact | 'ignored' | null): void {
  if (read === null) result.unknown.push({ index, reason: 'a post without an id' })
  else if (read === 'ignored') result.ignored += 1
  else result.facts.push(read)
}

function nothing(): Normalized {
  return { facts: [], unknown: [], ignored: 0 }
}
