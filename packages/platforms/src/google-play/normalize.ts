import { removalFact } from '../fact.ts'
import { parseJson, recordOf } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { itemOf, readReview, replyIdOf } from './review.ts'

/**
 * One delivery as facts. Kinds: `reviews` (a page of the list) and `open` (one review by its id). `request.edited`: ids of reviews that were changed since they were last read;
 * `request.unanswered`: of those whose reply was there before and is not.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const body = recordOf(parseJson(delivery.body))
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const unreadable = (reason: string): Normalized => ({ ...result, unknown: [{ index: -1, reason }] })
  if (kind !== 'reviews' && kind !== 'open') return unreadable(`unknown kind "${kind}"`)
  // Google leaves the list away when there is none.
  const items = kind === 'open' ? [body] : (body.reviews ?? [])
  if (!Array.isArray(items) || 'error' in body) return unreadable('no list of reviews')
  const edited = idsOf(request.edited)
  items.forEach((each, index) => {
    const item = itemOf(each)
    const facts = readReview(item, { edited: item.id !== null && edited.has(item.id), receivedAt, self })
    if (facts === null) result.unknown.push({ index, reason: item.id === null ? 'a review without an id' : 'a review without its words' })
    else result.facts.push(...facts)
    for (let count = 0; count < item.strange; count += 1)
      result.unknown.push({ index, reason: 'an entry that is neither a review nor a reply' })
  })
  result.facts.push(...[...idsOf(request.unanswered)].map((id) => removalFact(replyIdOf(id))))
  return result
}

function idsOf(list: string | undefined): Set<string> {
  return new Set((list ?? '').split(',').filter((id) => id !== ''))
}
