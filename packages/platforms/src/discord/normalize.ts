import { removalFact } from '../fact.ts'
import { listOf, parseJson, recordOf } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { readMessage } from './message.ts'

/**
 * One page of Discord as facts. Kinds: `messages` (of `request.channel`; `request.thread` when it is one), `open` (one message read again), `gone` (`request.id`
 * was asked for and is not there).
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const refuse = (index: number, reason: string): Normalized => (result.unknown.push({ index, reason }), result)
  if (!['messages', 'open', 'gone'].includes(kind)) return refuse(-1, `unknown kind "${kind}"`)
  const body = parseJson(delivery.body)
  if (kind === 'gone') return request.id ? { ...result, facts: [removalFact(request.id)] } : refuse(-1, 'nobody said what is gone')
  if (kind === 'messages' && !Array.isArray(body)) return refuse(-1, 'no list of messages')
  const place = { self, receivedAt, guildId: request.guild ?? '', isThread: request.thread === '1' }
  // Newest first there; ours begins with the oldest.
  const messages = kind === 'open' ? [body] : listOf(body)
  messages
    .map((each, index) => ({ fact: readMessage(recordOf(each), place), index }))
    .toReversed()
    .forEach(({ fact, index }) => {
      if (fact === null) refuse(index, 'a message without an id')
      else if (fact === 'ignored') result.ignored += 1
      else result.facts.push(fact)
    })
  return result
}
