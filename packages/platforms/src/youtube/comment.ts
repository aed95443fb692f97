import { createHash } from 'node:crypto'
import type { Author, MessageFact, PostFact } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

/** `postId`: the video where the comment itself does not name it. `authors`: channel ids by handle, of those seen on the same page. */
export type Around = { self: Self; receivedAt: string; postId: string | null; authors?: ReadonlyMap<string, string> }

/** Is this channel one of ours? */
export function isOwned(channelId: string | null, self: Self): boolean {
  return channelId !== null && (channelId === self.accountId || self.ownedIds.includes(channelId))
}

/** The channel that wrote a comment; null where its account is gone. */
export function authorIdOf(snippet: JsonRecord): string | null {
  return idOf(recordOf(snippet.authorChannelId).value)
}

/** The comment at the top of its thread: a reply's id is that one's, a dot, and its own. */
export function threadIdOf(commentId: string): string {
  const dot = commentId.indexOf('.')
  return dot > 0 ? commentId.slice(0, dot) : commentId
}

/** A comment resource as a fact; null when it is none. Replies stand one level below the top comment, whomever they answer. */
export function readComment(comment: JsonRecord, around: Around): MessageFact | null {
  const id = idOf(comment.id)
  const snippet = recordOf(comment.snippet)
  const known = snippet.textDisplay !== undefined || snippet.textOriginal !== undefined
  if (id === null || !known) return null
  const { self, receivedAt, authors } = around
  const top = idOf(snippet.parentId) ?? threadIdOf(id)
  const postId = idOf(snippet.videoId) ?? around.postId
  const author = authorOf(snippet)
  const ours = isOwned(author?.externalId ?? null, self)
  const text = nameOf(snippet.textOriginal) ?? textOf(snippet.textDisplay)
  const publishedAt = instantOf(snippet.publishedAt)
  const updatedAt = instantOf(snippet.updatedAt) ?? publishedAt
  const tagged = /^\s*@([\p{L}\p{N}_.-]+)/u.exec(text)?.[1]?.toLowerCase()
  return messageFact({
    externalId: id,
    kind: top === id ? 'comment' : 'reply',
    ours,
    author,
    parentExternalId: top === id ? postId : top,
    postExternalId: postId,
    mentionsUs: !ours && names(text, self.handle),
    tagsExternalId: ours && tagged !== undefined ? (authors?.get(tagged) ?? null) : null,
    text,
    url: permalinkOf(id, postId),
    platformAt: publishedAt ?? receivedAt,
    editedAt: publishedAt !== null && updatedAt !== null && updatedAt > publishedAt ? updatedAt : null,
    version: `${updatedAt ?? 'first'} ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`,
    ref: { threadId: top, ...(postId !== null && { videoId: postId }) },
  })
}

/** Channel ids by handle in lower case, of all who speak on a page. */
export function authorsOf(comments: readonly JsonRecord[]): Map<string, string> {
  return new Map(
    comments.flatMap(({ snippet }): [string, string][] => {
      const author = authorOf(recordOf(snippet))
      return author?.handle ? [[author.handle.toLowerCase(), author.externalId]] : []
    }),
  )
}

function authorOf(snippet: JsonRecord): Author | null {
  const externalId = authorIdOf(snippet)
  if (externalId === null) return null
  const name = nameOf(snippet.authorDisplayName)
  return {
    externalId,
    handle: name?.startsWith('@') ? nameOf(name.slice(1)) : null,
    name,
    avatarUrl: linkOf(snippet.authorProfileImageUrl),
    url: linkOf(snippet.authorChannelUrl),
  }
}

function names(text: string, handle: string): boolean {
  const at = handle === '' ? -1 : text.toLowerCase().indexOf(`@${handle.toLowerCase()}`)
  return at >= 0 && !/[\p{L}\p{N}_-]/u.test(text.charAt(at + handle.length + 1))
}

/** Where a comment is shown, highlighted below its video. */
export function permalinkOf(id: string, videoId: string | null): string | null {
  if (videoId === null) return null
  return `https://www.youtube.com/watch?v=${encodeURIComponent(videoId)}&lc=${encodeURIComponent(id)}`
}

/** A video resource as a post; null when it is none. */
export function readVideo(video: JsonRecord, { self, receivedAt }: Pick<Around, 'self' | 'receivedAt'>): PostFact | null {
  const id = idOf(video.id)
  const snippet = recordOf(video.snippet)
  const channelId = idOf(snippet.channelId)
  if (id === null || channelId === null) return null
  const url = `https://www.youtube.com/watch?v=${encodeURIComponent(id)}`
  const thumbnails = recordOf(snippet.thumbnails)
  const preview = linkOf(recordOf(thumbnails.high).url) ?? linkOf(recordOf(thumbnails.default).url)
  return postFact({
    externalId: id,
    ours: isOwned(channelId, self),
    author: {
      externalId: channelId,
      handle: null,
      name: nameOf(snippet.channelTitle),
      avatarUrl: null,
      url: `https://www.youtube.com/channel/${encodeURIComponent(channelId)}`,
    },
    text: nameOf(snippet.title) ?? textOf(snippet.description),
    url,
    media: [{ kind: 'video', url, alt: null, previewUrl: preview }],
    platformAt: instantOf(snippet.publishedAt) ?? receivedAt,
    reportedReplies: countOf(recordOf(video.statistics).commentCount),
  })
}

/** A number that comes as text; null when it is hidden. */
export function countOf(value: unknown): number | null {
  const text = idOf(value)
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}
