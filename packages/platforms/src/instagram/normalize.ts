import type { Fact } from '@answerback/core/facts'
import { removalFact } from '../fact.ts'
import { readGraphError, saysGone } from '../graph/graph.ts'
import { idOf, linkOf, listOf, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { readChanges } from './change.ts'
import { isOurMedia, readComment, readMedia, readMentioningComment, readMentioningMedia } from './object.ts'
import type { Place } from './object.ts'

/**
 * One delivery of Instagram as facts. Kinds: `webhook`; `media` (our posts); `comments` of `request.mediaId` with their first replies; `replies` below
 * `request.commentId`; `comment` (`request.id` alone, or the error that it is gone); `mentioned_media` and `mentioned_comment`.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const { kind, request, receivedAt } = delivery
  const body = recordOf(parseJson(delivery.body))
  if (kind === 'webhook') return readChanges(body, receivedAt, self)
  if (kind === 'media') return readList(body, (value) => readMedia(value, receivedAt, self))
  if (kind === 'comments') return readComments(body, request, receivedAt, self)
  if (kind === 'replies') {
    const place = placeOf(request, request.commentId ?? null)
    return readList(body, (value) => readComment(value, place, receivedAt, self))
  }
  if (kind === 'comment') return readSingle(body, request, receivedAt, self)
  if (kind === 'mentioned_media' || kind === 'mentioned_comment') return readMention(kind, body, request, receivedAt, self)
  return none(`unknown kind "${kind}"`)
}

function none(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

function placeOf(request: Record<string, string>, parentId: string | null): Place {
  return { mediaId: request.mediaId || null, parentId, url: linkOf(request.permalink) }
}

function readList(body: JsonRecord, read: (value: JsonRecord, nameless: (reason: string) => void) => Fact[] | null): Normalized {
  if (!Array.isArray(body.data)) return none('no list of data')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  listOf(body.data).forEach((each, index) => {
    const nameless = (reason: string): void => void result.unknown.push({ index, reason })
    const facts = read(recordOf(each), nameless)
    if (facts === null) nameless('an item without an id')
    else result.facts.push(...facts)
  })
  return result
}

function readComments(body: JsonRecord, request: Record<string, string>, receivedAt: string, self: Self): Normalized {
  return readList(body, (value, nameless) => {
    const facts = readComment(value, placeOf(request, idOf(value.parent_id)), receivedAt, self)
    const id = facts?.[0]?.externalId
    for (const each of listOf(recordOf(value.replies).data)) {
      const below = id === undefined ? null : readComment(recordOf(each), placeOf(request, id), receivedAt, self)
      if (below === null) nameless('a reply without an id')
      else facts?.push(...below)
    }
    return facts
  })
}

function readSingle(body: JsonRecord, request: Record<string, string>, receivedAt: string, self: Self): Normalized {
  if ('error' in body) {
    const error = readGraphError(JSON.stringify(body))
    if (error !== null && saysGone(error) && request.id) return { facts: [removalFact(request.id)], unknown: [], ignored: 0 }
    return none(`error ${error?.code ?? ''} ${error?.message ?? ''}`.trim())
  }
  const media = recordOf(body.media)
  const place: Place = {
    mediaId: request.mediaId || idOf(media.id),
    parentId: idOf(body.parent_id) ?? (request.parentId || null),
    url: linkOf(request.permalink) ?? linkOf(media.permalink),
  }
  const facts = readComment(body, place, receivedAt, self)
  return facts === null ? none('a comment without an id') : { facts, unknown: [], ignored: 0 }
}

function readMention(
  kind: 'mentioned_media' | 'mentioned_comment',
  body: JsonRecord,
  request: Record<string, string>,
  receivedAt: string,
  self: Self,
): Normalized {
  const value = recordOf(body[kind])
  const media = kind === 'mentioned_media' ? value : recordOf(value.media)
  const mediaId = kind === 'mentioned_media' ? idOf(value.id) : (idOf(media.id) ?? request.mediaId)
  const fact =
    kind === 'mentioned_media'
      ? readMentioningMedia(value, receivedAt, self)
      : mediaId
        ? readMentioningComment(value, mediaId, receivedAt, self)
        : null
  if (fact === null) return none('a mention without an id')
  return isOurMedia(media, self) ? { facts: [], unknown: [], ignored: 1 } : { facts: [fact], unknown: [], ignored: 0 }
}
