import { removalFact } from '../fact.ts'
import { idOf, listOf, parseJson, recordOf } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { isResponse, readReview, responsesOf } from './review.ts'

/**
 * One delivery as facts. Kinds: `reviews` (a page of an app's) and `open` (one review by its id, `request.id`; `{ gone: true }` when it is not there any more).
 * `request.gone`: responses that stood there before and do not now.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const body = recordOf(parseJson(delivery.body))
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const unreadable = (reason: string): Normalized => ({ ...result, unknown: [{ index: -1, reason }] })
  if (kind !== 'reviews' && kind !== 'open') return unreadable(`unknown kind "${kind}"`)
  if (kind === 'open' && body.gone === true && request.id) return { ...result, facts: [removalFact(request.id)] }
  if (kind === 'reviews' && !Array.isArray(body.data)) return unreadable('no list of reviews')
  const reviews = kind === 'open' ? [body.data] : listOf(body.data)
  const responses = responsesOf(body)
  reviews.forEach((each, index) => {
    const facts = readReview(recordOf(each), responses, receivedAt, self)
    if (facts === null) result.unknown.push({ index, reason: 'no review with an id' })
    else result.facts.push(...facts)
  })
  listOf(body.included).forEach((value, index) => {
    const each = recordOf(value)
    if (isResponse(each)) return
    if (typeof each.type === 'string' && idOf(each.id) !== null) result.ignored += 1
    else result.unknown.push({ index: reviews.length + index, reason: 'something without type or id came along' })
  })
  const gone = (request.gone ?? '').split(',').filter((id) => id !== '')
  result.facts.push(...gone.map((id) => removalFact(id)))
  return result
}
