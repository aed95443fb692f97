import { removalFact } from '../fact.ts'
import { idOf, instantOf, listOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { readThing } from './object.ts'
import type { Found } from './object.ts'

/** The field of our own test event. */
export const testField = 'answerback_test'

/**
 * One delivery of Threads as facts. Kinds: `webhook`; `posts` (ours), `replies` (ours, anywhere), `mentions`, `conversation` (below `request.postId`), each a list;
 * `single` (one by its id, below `request.postId` where that is ours); `gone` (`request.id` is not there).
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const body = recordOf(parseJson(delivery.body))
  if (kind === 'webhook') return readWebhook(body, receivedAt, self)
  if (kind === 'gone' && request.id && 'error' in body) return { facts: [removalFact(request.id)], unknown: [], ignored: 0 }
  if (kind === 'single') {
    const found: Found = { postId: request.postId || null, at: receivedAt, ...(request.mention && { mention: true }) }
    const facts = readThing(body, found, self)
    return facts === null ? none('an item without an id') : { facts, unknown: [], ignored: 0 }
  }
  const found: Found = {
    postId: kind === 'conversation' ? request.postId || null : null,
    at: receivedAt,
    ...(kind === 'mentions' && { mention: true }),
  }
  if (!['posts', 'replies', 'mentions', 'conversation'].includes(kind)) return none(`unknown kind "${kind}"`)
  if (!Array.isArray(body.data)) return none('no list of data')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  listOf(body.data).forEach((each, index) => {
    const facts = readThing(recordOf(each), found, self)
    if (facts === null) result.unknown.push({ index, reason: 'an item without an id' })
    else result.facts.push(...facts)
  })
  return result
}

function none(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

/** The envelope of Threads (`values`, one or a list), or the one of Meta's other objects. */
function readWebhook(body: JsonRecord, receivedAt: string, self: Self): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  let index = 0
  if ('values' in body) {
    const at = instantOf(body.time) ?? receivedAt
    for (const each of Array.isArray(body.values) ? body.values : [body.values]) readChange(recordOf(each), index++, at, self, result)
    return result
  }
  if (!Array.isArray(body.entry)) return none('not a webhook of Threads')
  for (const each of body.entry) {
    const entry = recordOf(each)
    const at = instantOf(entry.time) ?? receivedAt
    const changes = listOf(entry.changes)
    for (const change of changes.length > 0 ? changes : [entry]) readChange(recordOf(change), index++, at, self, result)
  }
  return result
}

function readChange(change: JsonRecord, index: number, at: string, self: Self, result: Normalized): void {
  const field = textOf(change.field)
  const value = recordOf(change.value)
  const id = idOf(value.id)
  const nameless = (reason: string): void => void result.unknown.push({ index, reason })
  if (field === testField) return void (result.ignored += 1)
  if (!['replies', 'mentions', 'publish', 'delete'].includes(field))
    return nameless(field === '' ? 'an event without a field' : `unknown field "${field.slice(0, 60)}"`)
  if (id === null) return nameless(`an event "${field}" without an id`)
  if (field === 'publish') {
    // It tells neither words nor place.
    result.wanted = [...(result.wanted ?? []), { kind: 'single', id }]
  } else if (field === 'delete') {
    result.facts.push({ fact: 'removal', externalId: id, by: 'us', platformAt: instantOf(value.deleted_at) ?? at })
  } else {
    const root = recordOf(value.root_post)
    const found: Found =
      field === 'mentions' ? { postId: null, mention: true, at } : { postId: idOf(root.id) ?? idOf(recordOf(value.replied_to).id), at }
    result.facts.push(...(readThing(value, found, self) ?? []))
  }
}
