import type { Fact } from '@answerback/core/facts'
import { removalFact } from '../fact.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { readComment, readVideo } from './comment.ts'
import type { Place } from './comment.ts'
import { errorOf } from './failure.ts'

/** What our own test event is called; TikTok has none of that name. */
export const testEvent = 'test'

/**
 * One delivery of TikTok as facts. Kinds: `webhook`; `videos` (our posts); `comments` of `request.videoId` with their first replies; `replies` below `request.commentId`;
 * `open`, comments and replies asked for by id: of `request.ids` (separated by commas) those that did not come are gone.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const body = recordOf(parseJson(delivery.body))
  if (kind === 'webhook') return readEvent(body)
  const data = recordOf(body.data)
  if (kind === 'videos') return readList(data.videos, (value) => readVideo(value, receivedAt, self))
  if (kind === 'comments') return readComments(data, placeOf(request), receivedAt, self)
  if (kind === 'replies') return readList(data.comments, (value) => readComment(value, placeOf(request), receivedAt, self))
  if (kind === 'open') return readOpen(data, delivery, self)
  return none(`unknown kind "${kind}"`)
}

function none(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

function placeOf(request: Record<string, string>): Place {
  return { videoId: request.videoId || null, commentId: request.commentId || null, url: linkOf(request.permalink) }
}

function readList(list: unknown, read: (value: JsonRecord, nameless: (reason: string) => void) => Fact[] | null): Normalized {
  if (!Array.isArray(list)) return none('no list in the data')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  listOf(list).forEach((each, index) => {
    const nameless = (reason: string): void => void result.unknown.push({ index, reason })
    const facts = read(recordOf(each), nameless)
    if (facts === null) nameless('an item without an id')
    else result.facts.push(...facts)
  })
  return result
}

function readComments(data: JsonRecord, place: Place, receivedAt: string, self: Self): Normalized {
  return readList(data.comments, (value, nameless) => {
    const facts = readComment(value, place, receivedAt, self)
    const commentId = facts?.[0]?.externalId ?? null
    for (const each of listOf(value.reply_list)) {
      const below = commentId === null ? null : readComment(recordOf(each), { ...place, commentId }, receivedAt, self)
      if (below === null) nameless('a reply without an id')
      else facts?.push(...below)
    }
    return facts
  })
}

function readOpen(data: JsonRecord, { request, body, receivedAt }: RawDelivery, self: Self): Normalized {
  const asked = (request.ids ?? '').split(',').filter((id) => id !== '')
  // That what was asked for is not there may be told by a code as well.
  if (errorOf(body).code === 40007) return { facts: asked.map((id) => removalFact(id)), unknown: [], ignored: 0 }
  const result = readComments(data, placeOf(request), receivedAt, self)
  if (!Array.isArray(data.comments)) return result
  const came = new Set(result.facts.map((fact) => fact.externalId))
  result.facts.push(...asked.filter((id) => !came.has(id)).map((id) => removalFact(id)))
  return result
}

/**
 * `comment.update` (TikTok, "Webhook events"): `content` is JSON in a text, with ids of 19 digits as numbers. It tells neither names nor whether we wrote it ourselves, so
 * what is new is `wanted`; deletions and visibility are told here. The event's time counts: `timestamp` may be the comment's own.
 */
function readEvent(body: JsonRecord): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const event = textOf(body.event)
  if (event === testEvent) return { ...result, ignored: 1 }
  if (event !== 'comment.update') return none(event === '' ? 'not a webhook of TikTok' : `unknown event "${event.slice(0, 60)}"`)
  const content = contentOf(body.content)
  const [id, videoId, parentId] = [idOf(content.comment_id), idOf(content.video_id), idOf(content.parent_comment_id)]
  if (id === null) return none('a comment without an id')
  const at = instantOf(body.create_time) ?? instantOf(content.timestamp)
  const action = textOf(content.comment_action)
  if (action === 'delete') return { ...result, facts: [removalFact(id, at)] }
  if (action !== 'insert' && !/^set_to_(hidden|friends_only|public)$/.test(action)) return none(`unknown action "${action.slice(0, 60)}"`)
  const facts: Fact[] = action === 'insert' ? [] : [{ fact: 'hidden', externalId: id, hidden: action !== 'set_to_public', platformAt: at }]
  if (action === 'set_to_hidden' || action === 'set_to_friends_only') return { ...result, facts }
  if (videoId === null) return { ...none('a comment without a video'), facts }
  const wanted = { kind: 'comment', id: [videoId, id, parentId].filter((each) => each !== null).join('/') }
  return { ...result, facts, wanted: [wanted] }
}

function contentOf(value: unknown): JsonRecord {
  const text = nameOf(value)
  return recordOf(text === null ? value : parseJson(text))
}
