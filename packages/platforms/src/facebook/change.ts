import type { Fact, Media } from '@answerback/core/facts'
import { removalFact } from '../fact.ts'
import { idOf, instantOf, linkOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'
import { commentFact, isOwned, readPost, readRating } from './object.ts'

/** Facts of one webhook change, or why there are none: `ignored` is known and of no use, else a reason for the quarantine. */
export type ChangeRead = { facts: Fact[] } | { ignored: true } | { reason: string }

type Sent = { self: Self; receivedAt: string; sentAt: string | null }

const written = new Set(['add', 'edit', 'edited', 'update'])
const removed = new Set(['remove', 'delete'])
const postItems = new Set(['post', 'status', 'photo', 'video', 'share', 'album', 'link', 'note', 'event', 'story'])

/** Reads `{ field, value }` of an entry of object `page` (Meta, "Webhooks reference: page"). `sentAt`: the entry's time. */
export function readChange(change: JsonRecord, sent: Sent): ChangeRead {
  const field = textOf(change.field)
  const value = recordOf(change.value)
  const item = textOf(value.item)
  if (field === 'ratings')
    return item === 'rating' ? readRatingChange(value, sent) : item === 'comment' ? readCommentChange(value, sent) : readOther(value, sent)
  if (field === 'mention') return readMention(value, sent)
  if (field !== 'feed') return { reason: field === '' ? 'a change without a field' : `unknown field "${field.slice(0, 60)}"` }
  if (item === 'comment') return readCommentChange(value, sent)
  if (item === 'rating') return readRatingChange(value, sent)
  if (postItems.has(item)) return readPostChange(value, sent)
  return readOther(value, sent)
}

function readCommentChange(value: JsonRecord, sent: Sent): ChangeRead {
  const id = idOf(value.comment_id)
  const verb = textOf(value.verb)
  if (id === null) return { reason: 'a comment without comment_id' }
  if (removed.has(verb)) return { facts: [removalFact(id, sent.sentAt ?? instantOf(value.created_time))] }
  if (verb === 'hide' || verb === 'unhide') {
    return {
      facts: [{ fact: 'hidden', externalId: id, hidden: verb === 'hide', platformAt: sent.sentAt ?? instantOf(value.created_time) }],
    }
  }
  if (!written.has(verb)) return { reason: verb === '' ? 'a comment without a verb' : `unknown verb "${verb.slice(0, 60)}" of a comment` }
  const postId = idOf(value.post_id) ?? idOf(recordOf(value.post).id) ?? idOf(value.open_graph_story_id)
  const parentId = idOf(value.parent_id) ?? postId
  const fact = commentFact(
    value,
    id,
    { parentId, postId },
    mediaOf(value),
    instantOf(value.created_time) ?? sent.sentAt ?? sent.receivedAt,
    sent.self,
  )
  fact.url ??= commentUrl(value, fact.ref.replyTo === id ? [id] : [fact.ref.replyTo ?? id, id])
  if (verb !== 'add') fact.editedAt = instantOf(value.edited_time) ?? sent.sentAt
  return { facts: [fact] }
}

function readPostChange(value: JsonRecord, sent: Sent): ChangeRead {
  const id = idOf(value.post_id)
  const verb = textOf(value.verb)
  if (id === null) return { reason: 'a post without post_id' }
  if (removed.has(verb)) return { facts: [removalFact(id, sent.sentAt ?? instantOf(value.created_time))] }
  if (verb === 'hide' || verb === 'unhide') {
    return {
      facts: [{ fact: 'hidden', externalId: id, hidden: verb === 'hide', platformAt: sent.sentAt ?? instantOf(value.created_time) }],
    }
  }
  if (!written.has(verb)) return { reason: verb === '' ? 'a post without a verb' : `unknown verb "${verb.slice(0, 60)}" of a post` }
  const url = linkOf(value.permalink_url) ?? linkOf(recordOf(value.post).permalink_url)
  const picture = textOf(value.item) === 'photo' ? (linkOf(value.link) ?? value.photo) : value.photo
  const facts = readPost({ ...value, id, permalink_url: url, full_picture: picture }, sent.receivedAt, sent.self) ?? []
  const [first] = facts
  if (verb !== 'add' && first?.fact === 'message') first.editedAt = instantOf(value.edited_time) ?? sent.sentAt
  return { facts }
}

/** Field `mention`: a post or comment elsewhere that tags us. On our own post the field `feed` tells the same, with its place in the thread. */
function readMention(value: JsonRecord, sent: Sent): ChangeRead {
  const postId = idOf(value.post_id)
  const commentId = idOf(value.comment_id)
  const id = commentId ?? postId
  const verb = textOf(value.verb)
  if (id === null) return { reason: 'a mention without an id' }
  if (removed.has(verb)) return { facts: [removalFact(id, sent.sentAt ?? instantOf(value.created_time))] }
  if (!written.has(verb)) return { reason: verb === '' ? 'a mention without a verb' : `unknown verb "${verb.slice(0, 60)}" of a mention` }
  if (isOwned(postId?.split('_')[0] ?? null, sent.self)) return { ignored: true }
  const at = instantOf(value.created_time) ?? sent.sentAt ?? sent.receivedAt
  const parentId = commentId === null ? null : (idOf(value.parent_id) ?? postId)
  const fact = commentFact(
    value,
    id,
    { parentId, postId: commentId === null ? null : postId, kind: 'mention' },
    mediaOf(value),
    at,
    sent.self,
  )
  if (verb !== 'add') fact.editedAt = instantOf(value.edited_time) ?? sent.sentAt
  return { facts: [fact] }
}

function readRatingChange(value: JsonRecord, sent: Sent): ChangeRead {
  const id = idOf(value.open_graph_story_id)
  const verb = textOf(value.verb)
  if (id === null) return { reason: 'a recommendation without open_graph_story_id' }
  if (removed.has(verb)) return { facts: [removalFact(id, sent.sentAt ?? instantOf(value.created_time))] }
  if (!written.has(verb))
    return { reason: verb === '' ? 'a recommendation without a verb' : `unknown verb "${verb.slice(0, 60)}" of a recommendation` }
  const facts = readRating(value, sent.receivedAt, sent.self) ?? []
  const [first] = facts
  if (verb !== 'add' && first?.fact === 'message') first.editedAt = sent.sentAt
  return { facts }
}

/** Reactions: ours on a comment is a like; strangers' are known and of no use. Anything else is named. */
function readOther(value: JsonRecord, sent: Sent): ChangeRead {
  const item = textOf(value.item)
  if (item !== 'reaction' && item !== 'like')
    return { reason: item === '' ? 'a change without an item' : `unknown item "${item.slice(0, 60)}"` }
  const id = idOf(value.comment_id)
  if (id === null || !isOwned(idOf(recordOf(value.from).id) ?? idOf(value.sender_id), sent.self)) return { ignored: true }
  const platformAt = instantOf(value.created_time) ?? sent.sentAt
  return { facts: [{ fact: 'like', externalId: id, liked: !removed.has(textOf(value.verb)), platformAt }] }
}

function mediaOf(value: JsonRecord): Media[] {
  const photo = linkOf(value.photo)
  const video = linkOf(value.video)
  return [
    ...(photo === null ? [] : [{ kind: 'image' as const, url: photo, alt: null, previewUrl: null }]),
    ...(video === null ? [] : [{ kind: 'video' as const, url: video, alt: null, previewUrl: null }]),
  ]
}

/** A webhook gives the post's link only: `comment_id` (and `reply_comment_id`) lead to the comment. */
function commentUrl(value: JsonRecord, ids: string[]): string | null {
  const post = linkOf(recordOf(value.post).permalink_url)
  if (post === null) return null
  const url = new URL(post)
  const names = ['comment_id', 'reply_comment_id']
  ids.forEach((id, level) => url.searchParams.set(names[level]!, id.split('_').at(-1) ?? id))
  return url.href
}
