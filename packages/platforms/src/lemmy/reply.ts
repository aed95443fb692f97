import { countReply } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { hurried } from '../http.ts'
import { instantOf, linkOf, listOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { saysTheSame, splitPictures, withPictures } from '../markdown-image.ts'
import type { Embedded } from '../markdown-image.ts'
import type { FindInput, FindResult, Io, PostStats, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { callApi, versionOf } from './api.ts'
import { replyLimit } from './limit.ts'
import { isOwned, placeOf } from './names.ts'
import type { Place } from './names.ts'
import { uploadPictures } from './pictures.ts'
import { readComment } from './view.ts'

const lookMs = 5_000

/**
 * Writes a comment below the target. The server takes comments below what was deleted, and puts one whose target it no longer holds on top of the thread, so the
 * target is looked at first.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const place = targetOf(input.target)
  requireRoom(input.text)
  const postId = (await lookAt(io, place)) ?? postOf(input.target)
  if (postId === null) throw new PlatformError('rejected', 'It is not known below which post this stands', { notSent: true })
  const content = requireRoom(withPictures(input.text, await uploadPictures(io, input.media)))
  const body = { content, post_id: Number(postId), ...(place.type === 'comment' && { parent_id: Number(place.id) }) }
  const { json } = await callApi(io, { method: 'POST', path: '/comment', body })
  return sentReply(io, input.target, recordOf(recordOf(json).comment_view))
}

/** What a comment says in all, pictures too; throws when that is too long. */
function requireRoom(content: string): string {
  const { left } = countReply(content, replyLimit)
  if (left < 0) throw new PlatformError('rejected', `The reply is ${-left} over the limit`, { notSent: true })
  return content
}

function targetOf({ externalId }: ReplyTarget): Place {
  const place = placeOf(externalId)
  if (place === null) throw new PlatformError('rejected', 'This is no comment or post of Lemmy', { notSent: true })
  return place
}

function postOf({ externalId, postExternalId, ref }: ReplyTarget): string | null {
  const above = [externalId, postExternalId ?? ''].map(placeOf).find((place) => place?.type === 'post')
  return ref.post ?? above?.id ?? null
}

/** The post above, as the server says; null when it does not say. Throws when the target is gone, or nothing can be sent now anyway. */
async function lookAt(io: Io, { type, id }: Place): Promise<string | null> {
  try {
    const { json } = await callApi(hurried(io, lookMs), { path: `/${type}`, params: { id } })
    const view = recordOf(recordOf(json)[`${type}_view`])
    const item = recordOf(view[type])
    if (item.deleted === true || item.removed === true) throw new PlatformError('gone', 'It was deleted there', { notSent: true })
    const post = type === 'post' ? item.id : item.post_id
    return typeof post === 'number' ? String(post) : null
  } catch (error) {
    if (error instanceof PlatformError && ['gone', 'reauthorize', 'rate_limited'].includes(error.kind)) throw error
    return null
  }
}

function sentReply(io: Io, target: ReplyTarget, view: JsonRecord): ReplySent {
  const fact = readComment(view, { self: io.self, receivedAt: io.now().toISOString(), ownPosts: new Set() })
  if (fact?.fact !== 'message') throw new PlatformError('unavailable', 'The server took the reply and did not name it')
  const { externalId, url } = fact
  const parentExternalId = target.externalId
  return {
    externalId,
    url,
    facts: [{ ...fact, ours: true, parentExternalId, postExternalId: fact.postExternalId ?? target.postExternalId }],
  }
}

const slackMs = 60_000

/** Looks directly below the target for a comment of ours with the same words, not older than a minute before the send. Not seen is `unsure`. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const place = targetOf(input.target)
  const sinceMs = Date.parse(input.since) - slackMs
  const v4 = versionOf(io) === 'v4'
  const where: Record<string, string> = place.type === 'post' ? { post_id: place.id } : { parent_id: place.id }
  const params = { ...where, type_: v4 ? 'all' : 'All', sort: v4 ? 'new' : 'New', limit: '50' }
  const { json } = await callApi(io, { path: '/comment/list', params })
  const { comments, items } = recordOf(json)
  for (const view of listOf(comments ?? items).map(recordOf)) {
    const comment = recordOf(view.comment)
    const at = Date.parse(instantOf(comment.published ?? comment.published_at) ?? '')
    if (!isOwned(recordOf(view.creator), io.self) || at < sinceMs || !saysTheSame(String(comment.content ?? ''), input)) continue
    const fact = readComment(view, { self: io.self, receivedAt: io.now().toISOString(), ownPosts: new Set() })
    if (fact?.fact === 'message' && fact.parentExternalId === input.target.externalId)
      return { found: 'landed', sent: sentReply(io, input.target, view) }
  }
  return { found: 'unsure' }
}

/** Votes up, or takes the vote back; doing either twice changes nothing. */
export async function like(io: Io, { externalId, liked }: { externalId: string; liked: boolean }): Promise<void> {
  const place = placeOf(externalId)
  if (place === null) throw new PlatformError('rejected', 'This is no comment or post of Lemmy')
  const vote = versionOf(io) === 'v3' ? { score: liked ? 1 : 0 } : liked ? { is_upvote: true } : {}
  await callApi(io, { method: 'POST', path: `/${place.type}/like`, body: { [`${place.type}_id`]: Number(place.id), ...vote } })
}

/** Other words for a comment of ours; the pictures below them stay. */
export async function editReply(io: Io, { externalId, text }: { externalId: string; text: string }): Promise<ReplySent> {
  const id = numberOf(externalId)
  const content = requireRoom(withPictures(text, await picturesOf(io, id)))
  const { json } = await callApi(io, { method: 'PUT', path: '/comment', body: { comment_id: id, content } })
  const view = recordOf(recordOf(json).comment_view)
  const fact = readComment(view, { self: io.self, receivedAt: io.now().toISOString(), ownPosts: new Set() })
  if (fact?.fact !== 'message') throw new PlatformError('unavailable', 'The server took the words and did not show them')
  return { externalId, url: linkOf(recordOf(view.comment).ap_id), facts: [{ ...fact, externalId, ours: true }] }
}

/** The pictures that stand below the words of a comment now. */
async function picturesOf(io: Io, id: number): Promise<Embedded[]> {
  const { json } = await callApi(io, { path: '/comment', params: { id: String(id) } })
  return splitPictures(textOf(recordOf(recordOf(recordOf(json).comment_view).comment).content)).pictures
}

/** Deletes a comment of ours; its place stays, and the replies below it. */
export async function remove(io: Io, { externalId }: { externalId: string }): Promise<void> {
  const method = versionOf(io) === 'v4' ? 'DELETE' : 'POST'
  const path = method === 'DELETE' ? '/comment' : '/comment/delete'
  try {
    await callApi(io, { method, path, body: { comment_id: numberOf(externalId), deleted: true } })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}

function numberOf(externalId: string): number {
  const place = placeOf(externalId)
  if (place?.type !== 'comment') throw new PlatformError('rejected', 'This is no comment of Lemmy')
  return Number(place.id)
}

/** How many comments the server counts below each post. A post that is gone is left out. */
export async function postStats(io: Io, input: { posts: { externalId: string }[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const { externalId } of input.posts) {
    const place = placeOf(externalId)
    if (place?.type !== 'post') continue
    try {
      const view = recordOf(recordOf((await callApi(io, { path: '/post', params: { id: place.id } })).json).post_view)
      const { comments } = recordOf(view.counts ?? view.post)
      if (typeof comments === 'number' && Number.isSafeInteger(comments) && comments >= 0)
        stats.push({ externalId, replies: comments, counts: 'all' })
    } catch (error) {
      if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    }
  }
  return stats
}
