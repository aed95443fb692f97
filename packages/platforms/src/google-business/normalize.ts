import { removalFact } from '../fact.ts'
import { parseJson, recordOf } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { readNotification } from './notification.ts'
import { readReview, replyIdOf } from './review.ts'

/**
 * One delivery as facts. Kinds: `webhook` (a push message, which only names a review), `reviews` (a page of a location's) and `open` (one review by its id, `request.id`;
 * `{ gone: true }` when it is not there any more).
 * `request.unanswered`: reviews whose reply was there before and is not.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const body = recordOf(parseJson(delivery.body))
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const unreadable = (reason: string, index = -1): Normalized => ({ ...result, unknown: [...result.unknown, { index, reason }] })
  if (kind === 'webhook') return readNotification(body, self)
  if (kind !== 'reviews' && kind !== 'open') return unreadable(`unknown kind "${kind}"`)
  if (kind === 'open') {
    if (body.gone === true && request.id) result.facts.push(removalFact(request.id))
    else {
      const facts = readReview(body, receivedAt, self)
      if (facts === null) return unreadable('a review without an id', 0)
      result.facts.push(...facts)
    }
  } else {
    // Google leaves the list away when there is none.
    const { reviews = [] } = body
    if (!Array.isArray(reviews) || 'error' in body) return unreadable('no list of reviews')
    reviews.forEach((each, index) => {
      const facts = readReview(recordOf(each), receivedAt, self)
      if (facts === null) result.unknown.push({ index, reason: 'a review without an id' })
      else result.facts.push(...facts)
    })
  }
  const unanswered = (request.unanswered ?? '').split(',').filter((id) => id !== '')
  result.facts.push(...unanswered.map((id) => removalFact(replyIdOf(id))))
  return result
}
