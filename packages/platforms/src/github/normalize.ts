import { removalFact } from '../fact.ts'
import { instantOf, listOf, nameOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { fromRest, namesUs, placeOf, readComment, readHead, readMention } from './item.ts'
import type { Place } from './item.ts'

type Reading = { result: Normalized; self: Self; receivedAt: string }

/**
 * One delivery as facts. Kinds: `discussions` (a page of the list), `nodes` (by their ids, `request.ids`; those that did not come are gone), `node` (one with a page of what is
 * below it), `mention` (one elsewhere; `{ gone: true }` when it is not there any more, `request.id`), `issue` (an issue elsewhere or a list of what was said there, after the mention `request.id`
 * or not known after which), `webhook` (its event in a header).
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const json = parseJson(delivery.body)
  const body = recordOf(json)
  const reading: Reading = { result: { facts: [], unknown: [], ignored: 0 }, self, receivedAt }
  const data = recordOf(body.data)
  if (kind === 'webhook') return readWebhook(reading, body, textOf(request['x-github-event']))
  if (kind === 'mention') return readElsewhere(reading, body, request)
  if (kind === 'issue') return readIssue(reading, Array.isArray(json) ? json : [json], request)
  const lists: Record<string, unknown> = {
    discussions: recordOf(recordOf(data.repository).discussions).nodes,
    nodes: data.nodes,
    node: [data.node],
  }
  const list = lists[kind]
  if (!(kind in lists)) return refuse(reading, `unknown kind "${kind}"`)
  if (!Array.isArray(list) || (kind === 'node' && typeof data.node !== 'object')) return refuse(reading, 'no list of discussions')
  list.forEach((each, index) => readNode(reading, each, index))
  const came = new Set(list.map((each) => nameOf(recordOf(each).id)))
  const gone = textOf(request.ids)
    .split(',')
    .filter((id) => id !== '' && !came.has(id))
  reading.result.facts.push(...gone.map((id) => removalFact(id)))
  return reading.result
}

function refuse({ result }: Reading, reason: string, index = -1): Normalized {
  result.unknown.push({ index, reason })
  return result
}

/** A discussion or a comment, with what came along below it. */
function readNode(reading: Reading, value: unknown, index: number): void {
  const { result, self, receivedAt } = reading
  const node = recordOf(value)
  if (value === null) {
    // Gone; told by its id.
    result.ignored += 1
  } else if (node.__typename === 'DiscussionComment') {
    const head = recordOf(node.discussion)
    const place = placeOf(head, self)
    if (place === null) return void refuse(reading, 'a comment without its discussion', index)
    readBelow(reading, node, place, null, index)
  } else {
    const head = readHead(node, self, receivedAt)
    const place = placeOf(node, self)
    if (head === null || place === null) return void refuse(reading, 'a discussion without an id', index)
    result.facts.push(head)
    for (const each of nodesIn(node.comments)) readBelow(reading, each, place, null, index)
  }
}

function readBelow(reading: Reading, value: unknown, place: Place, above: string | null, index: number): void {
  const node = recordOf(value)
  const facts = readComment(node, place, above, reading.self, reading.receivedAt)
  if (facts === null) return void refuse(reading, 'a comment without an id', index)
  reading.result.facts.push(...facts)
  const id = nameOf(node.id)
  for (const each of nodesIn(node.replies)) readBelow(reading, each, place, id, index)
}

function nodesIn(connection: unknown): readonly unknown[] {
  return listOf(recordOf(connection).nodes)
}

function readElsewhere(reading: Reading, body: JsonRecord, request: Record<string, string>): Normalized {
  const { result, self, receivedAt } = reading
  if (body.gone === true && request.id) return { ...result, facts: [removalFact(request.id)] }
  const fact = readMention(body, { at: request.at, issue: request.issue, above: null }, self, receivedAt)
  if (fact === null) return refuse(reading, 'a mention that cannot be read', 0)
  if (fact === 'ours') result.ignored += 1
  else result.facts.push(fact)
  return result
}

/** Who names us there, by the words, and our answers: each below the newest mention before it, since an issue has one level. */
function readIssue({ result, self, receivedAt }: Reading, list: readonly unknown[], request: Record<string, string>): Normalized {
  let above = nameOf(request.id)
  list.forEach((value, index) => {
    const item = recordOf(value)
    const isEarlier = (instantOf(item.created_at) ?? '') < (instantOf(request.since) ?? '')
    const fact = readMention(item, { issue: request.issue, above: isEarlier ? null : above }, self, receivedAt)
    if (fact === null) result.unknown.push({ index, reason: 'a comment that cannot be read' })
    else if (fact === 'ours' || (!fact.ours && !namesUs(fact.text, self))) result.ignored += 1
    else {
      result.facts.push(fact)
      if (!fact.ours && !isEarlier) above = fact.externalId
    }
  })
  return result
}

/** What is known and of no use. */
const useless = new Set(['ping', 'issues', 'issue_comment', 'pull_request', 'push', 'star', 'watch', 'fork', 'release', 'label', 'meta'])

function readWebhook(reading: Reading, body: JsonRecord, event: string): Normalized {
  const { result, self, receivedAt } = reading
  const action = textOf(body.action)
  if (useless.has(event)) return { ...result, ignored: 1 }
  const head = fromRest(recordOf(body.discussion))
  const subject = event === 'discussion' ? head : event === 'discussion_comment' ? fromRest(recordOf(body.comment)) : null
  if (subject === null) return refuse(reading, `unknown event "${event}"`)
  const id = nameOf(subject.id)
  const place = placeOf(head, self)
  if (id === null || place === null) return refuse(reading, 'an event without its ids')
  if (action === 'deleted') {
    const own = recordOf(body.sender).login === recordOf(subject.author).login
    return { ...result, facts: [{ fact: 'removal', externalId: id, by: own ? 'author' : 'us', platformAt: null }] }
  }
  if (action !== 'created' && action !== 'edited') return { ...result, ignored: 1 }
  if (event === 'discussion') {
    const fact = readHead(head, self, receivedAt)
    return { ...result, facts: fact === null ? [] : [fact] }
  }
  // Below which comment it stands is told by a number of another kind: the poll knows.
  const { parent_id: parentId } = recordOf(body.comment)
  if (parentId !== null && parentId !== undefined) return { ...result, wanted: [{ kind: 'node', id }] }
  return { ...result, facts: readComment(subject, place, null, self, receivedAt) ?? [] }
}
