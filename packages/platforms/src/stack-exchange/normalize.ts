import type { Fact } from '@answerback/core/facts'
import { removalFact } from '../fact.ts'
import { idOf, linkOf, listOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { readAnswer, readComment, readPost } from './item.ts'
import type { Around } from './item.ts'
import { placeOf } from './names.ts'

type Read = (item: JsonRecord, around: Around) => Fact | 'ours' | null

const readers: Record<string, Read> = {
  posts: readPost,
  answers: readAnswer,
  comments: (item, around) => readComment(item, around, false),
  mentioned: (item, around) => readComment(item, around, true),
}

/**
 * One page as facts. Kinds: `posts` (ours), `answers`, `comments`, `mentioned`. `request`: `site` and `origin` of the site; `questions`: which question stands above an
 * answer (`12:7,13:7`); `asked`: external ids that were asked for by id, of which those that did not come are gone.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const read = readers[kind]
  const body = recordOf(parseJson(delivery.body))
  if (!read) return refuse(`unknown kind "${kind}"`)
  if (!Array.isArray(body.items) || 'error_id' in body) return refuse('no list of items')
  const questions = new Map(named(request.questions).map((pair) => pair.split(':') as [string, string]))
  const around = { site: textOf(request.site), origin: linkOf(request.origin), self, receivedAt, questions }
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  listOf(body.items).forEach((each, index) => {
    const fact = read(recordOf(each), around)
    if (fact === null) result.unknown.push({ index, reason: 'an item without its ids' })
    else if (fact === 'ours') result.ignored += 1
    else result.facts.push(fact)
  })
  // What came and cannot be read is there all the same.
  const came = new Set(listOf(body.items).flatMap((each) => idOf(recordOf(each).comment_id) ?? idOf(recordOf(each).answer_id) ?? []))
  const gone = named(request.asked).filter((id) => !came.has(placeOf(id)?.id ?? ''))
  result.facts.push(...gone.map((id) => removalFact(id)))
  return result
}

function named(list: string | undefined): string[] {
  return (list ?? '').split(',').filter((each) => each !== '')
}

function refuse(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}
