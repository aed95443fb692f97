import { removalFact } from '../fact.ts'
import { idOf, listOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { isOwned, isOwnPart, readStatus } from './status.ts'

/**
 * One page of Mastodon as facts. Kinds: `notifications`, `thread` (the context of `request.id`), `own` (our statuses), `open` (statuses read
 * again; `request.id` when it was asked for alone, and an error then means gone). `request.posts`: ids of our posts that we knew.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const read = readers[delivery.kind]
  if (!read) return refuse(`unknown kind "${delivery.kind}"`)
  return read(parseJson(delivery.body), delivery, self)
}

type Read = (body: unknown, delivery: RawDelivery, self: Self) => Normalized

const readers: Record<string, Read> = { notifications: readNotifications, thread: readThread, own: readOwn, open: readOpen }

function refuse(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

function ownPartsOf({ request }: RawDelivery): Set<string> {
  return new Set((request.posts ?? '').split(',').filter((id) => id !== ''))
}

/** Types are sifted here as well: some servers do not honour `types[]`. */
function readNotifications(body: unknown, delivery: RawDelivery, self: Self): Normalized {
  if (!Array.isArray(body)) return refuse('no list of notifications')
  const ownParts = ownPartsOf(delivery)
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  listOf(body).forEach((each, index) => {
    const notification = recordOf(each)
    const type = textOf(notification.type)
    if (type !== 'mention' && type !== 'quote') {
      if (type === '') result.unknown.push({ index, reason: 'a notification without a type' })
      else result.ignored += 1
      return
    }
    const status = withAccount(recordOf(notification.status), recordOf(notification.account))
    const fact = readStatus(status, { self, receivedAt: delivery.receivedAt, ownParts, rootId: null, quotesUs: type === 'quote' })
    if (fact === null) result.unknown.push({ index, reason: `a ${type} without a status` })
    else result.facts.push(fact)
  })
  return result
}

/** Some servers give the status its account's id alone; the notification has the rest. */
function withAccount(status: JsonRecord, account: JsonRecord): JsonRecord {
  const own = recordOf(status.account)
  return idOf(own.id) === idOf(account.id) ? { ...status, account: { ...account, ...own } } : status
}

function readThread(body: unknown, delivery: RawDelivery, self: Self): Normalized {
  const id = delivery.request.id ?? ''
  const context = recordOf(body)
  if (context.error !== undefined && id !== '') return { facts: [removalFact(id)], unknown: [], ignored: 0 }
  if (!Array.isArray(context.descendants)) return refuse('no thread')
  const ownParts = ownPartsOf(delivery).add(id)
  return readStatuses(context.descendants, delivery, self, { ownParts, rootId: id })
}

function readOwn(body: unknown, delivery: RawDelivery, self: Self): Normalized {
  if (!Array.isArray(body)) return refuse('no list of statuses')
  return readStatuses(body, delivery, self, { ownParts: ownPartsOf(delivery), rootId: null })
}

function readOpen(body: unknown, delivery: RawDelivery, self: Self): Normalized {
  const { id, ids = '' } = delivery.request
  const record = recordOf(body)
  if (record.error !== undefined) return id ? { facts: [removalFact(id)], unknown: [], ignored: 0 } : refuse('an error instead of statuses')
  const list = Array.isArray(body) ? body : record.id === undefined ? null : [record]
  if (list === null) return refuse('no list of statuses')
  const asked = new Set(ids.split(','))
  // Some servers answer with others as well; what has no id at all is named below.
  const answered = list.filter((each) => {
    const given = idOf(recordOf(each).id)
    return id !== undefined || given === null || asked.has(given)
  })
  const read = readStatuses(answered, delivery, self, { ownParts: ownPartsOf(delivery), rootId: null })
  return { ...read, ignored: read.ignored + list.length - answered.length }
}

type Place = { ownParts: Set<string>; rootId: string | null }

function readStatuses(list: readonly unknown[], { receivedAt }: RawDelivery, self: Self, place: Place): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const statuses = list.map(recordOf)
  addOwnParts(statuses, self, place.ownParts)
  statuses.forEach((status, index) => {
    if (status.reblog !== null && status.reblog !== undefined) return void (result.ignored += 1)
    const fact = readStatus(status, { self, receivedAt, ...place })
    if (fact === null) result.unknown.push({ index, reason: 'a status that cannot be read' })
    else result.facts.push(fact)
  })
  return result
}

/** Our self-threads: our posts, then what we put below them ourselves. The list can be in any order. */
function addOwnParts(statuses: JsonRecord[], self: Self, ownParts: Set<string>): void {
  const ours = statuses.filter((status) => isOwned(recordOf(status.account), self))
  for (let before = -1; before < ownParts.size;) {
    before = ownParts.size
    for (const status of ours) {
      const id = idOf(status.id)
      if (id !== null && isOwnPart(status, { self, ownParts })) ownParts.add(id)
    }
  }
}
