import { idOf, instantOf, listOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, Self } from '../platform.ts'
import { commentFact } from './object.ts'

/** Fields of the object `instagram` that are no comment and no mention. */
const useless =
  /^(messages?|message_(edit|reactions|echoes)|messaging_\w+|standby|story_\w+|follow|share_to_story|comment_poll_response|delta|creator_\w+|business_\w+)$/

/**
 * A webhook of object `instagram` (Meta, "Webhooks reference: instagram"). An entry holds `changes`, or `messaging`, or (as Meta shows it for an Instagram login) `field`
 * and `value` by themselves. A comment tells no time of its own, so the entry's stands for it; a mention tells ids alone, which are `wanted`.
 */
export function readChanges(body: JsonRecord, receivedAt: string, self: Self): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  if (body.object !== 'instagram' || !Array.isArray(body.entry))
    return { ...result, unknown: [{ index: -1, reason: `not Instagram's webhook (object "${textOf(body.object).slice(0, 60)}")` }] }
  let index = 0
  for (const each of listOf(body.entry)) {
    const entry = recordOf(each)
    const at = instantOf(entry.time) ?? receivedAt
    const changes = listOf(entry.changes)
    if (changes.length > 0) for (const change of changes) readChange(recordOf(change), index++, at, self, result)
    else if (Array.isArray(entry.messaging) || Array.isArray(entry.standby)) {
      result.ignored += 1
      index += 1
    } else readChange(entry, index++, at, self, result)
  }
  return result
}

function readChange(change: JsonRecord, index: number, at: string, self: Self, result: Normalized): void {
  const field = textOf(change.field)
  const value = recordOf(change.value)
  const nameless = (reason: string): void => void result.unknown.push({ index, reason })
  if (field === 'comments' || field === 'live_comments') {
    const mediaId = idOf(recordOf(value.media).id)
    const place = { mediaId, parentId: idOf(value.parent_id), url: null, live: field === 'live_comments' }
    const fact = commentFact(value, place, at, self)
    if (fact === null) nameless('a comment without an id')
    else result.facts.push(fact)
  } else if (field === 'mentions') {
    const [mediaId, commentId] = [idOf(value.media_id), idOf(value.comment_id)]
    if (mediaId === null) return nameless('a mention without media_id')
    const wanted =
      commentId === null ? { kind: 'mentioned_media', id: mediaId } : { kind: 'mentioned_comment', id: `${mediaId}/${commentId}` }
    result.wanted = [...(result.wanted ?? []), wanted]
  } else if (useless.test(field)) result.ignored += 1
  else nameless(field === '' ? 'an entry without changes' : `unknown field "${field.slice(0, 60)}"`)
}
