import type { Author, Fact, Media } from '@answerback/core/facts'
import { messageFact, postFact, removalFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { splitPictures } from '../markdown-image.ts'
import type { Self } from '../platform.ts'
import { actorOf, externalIdOf, handleOf, isOwned, isOwnNumber } from './names.ts'

/** `ownPosts`: external ids of our posts that we knew. `mentioned`: the server told us of it as a mention. */
export type Around = { self: Self; receivedAt: string; ownPosts: ReadonlySet<string>; mentioned?: boolean }

/** A CommentView of either version as a fact: a message, or its removal when only its place is left. Null when it is none. */
export function readComment(view: JsonRecord, around: Around): Fact | null {
  const { self, receivedAt, ownPosts } = around
  const comment = recordOf(view.comment)
  const creator = recordOf(view.creator)
  const id = idOf(comment.id)
  const path = pathOf(comment.path)
  if (id === null || path === null) return null
  const externalId = externalIdOf('comment', id, self)
  const postId = idOf(comment.post_id)
  if (comment.deleted === true || comment.removed === true) {
    return { ...removalFact(externalId), by: comment.removed === true ? 'unknown' : 'author' }
  }
  const text = textOf(comment.content)
  if (text === '' && actorOf(creator) === null) return null
  const postExternalId = postId === null ? null : externalIdOf('post', postId, self)
  const parentId = path.at(-2) ?? '0'
  const below = parentId !== '0' && parentId !== id
  const onOurs = isOwnNumber(recordOf(view.post).creator_id, self) || (postExternalId !== null && ownPosts.has(postExternalId))
  const mentionsUs = around.mentioned === true || names(text, self.handle)
  const ours = isOwned(creator, self)
  const createdAt = instantOf(comment.published ?? comment.published_at)
  const editedAt = instantOf(comment.updated ?? comment.updated_at)
  return messageFact({
    externalId,
    kind: below ? 'reply' : mentionsUs && !onOurs ? 'mention' : 'comment',
    ours,
    author: authorOf(creator),
    parentExternalId: below ? externalIdOf('comment', parentId, self) : postExternalId,
    postExternalId,
    mentionsUs,
    // What goes with our words is shown beside them.
    text: ours ? splitPictures(text).text : text,
    url: linkOf(comment.ap_id),
    media: mediaOf(text),
    platformAt: createdAt ?? receivedAt,
    editedAt,
    version: editedAt ?? createdAt ?? 'first',
    ref: postId === null ? {} : { post: postId },
  })
}

/** A PostView of either version: a post, ours or not; a message where it mentions us. Null when it is none. */
export function readPost(view: JsonRecord, around: Around): Fact | null {
  const { self, receivedAt } = around
  const post = recordOf(view.post)
  const creator = recordOf(view.creator)
  const id = idOf(post.id)
  if (id === null) return null
  const externalId = externalIdOf('post', id, self)
  if (post.deleted === true || post.removed === true)
    return { ...removalFact(externalId), by: post.removed === true ? 'unknown' : 'author' }
  const [title, body] = [textOf(post.name), textOf(post.body)]
  const text = body.startsWith(title) ? body : [title, body].filter((each) => each !== '').join('\n\n')
  if (text === '' && actorOf(creator) === null) return null
  const link = linkOf(post.url)
  const createdAt = instantOf(post.published ?? post.published_at)
  const editedAt = instantOf(post.updated ?? post.updated_at)
  const { comments } = recordOf(view.counts ?? post)
  const shared = {
    externalId,
    ours: isOwned(creator, self) || isOwnNumber(post.creator_id, self),
    author: authorOf(creator),
    text,
    url: linkOf(post.ap_id),
    media: [
      ...(link === null ? [] : [{ kind: 'link' as const, url: link, alt: null, previewUrl: linkOf(post.thumbnail_url) }]),
      ...mediaOf(text),
    ],
    platformAt: createdAt ?? receivedAt,
  }
  if (around.mentioned && !shared.ours)
    return messageFact({
      ...shared,
      kind: 'mention',
      mentionsUs: true,
      editedAt,
      version: editedAt ?? createdAt ?? 'first',
      ref: { post: id },
    })
  const counted = typeof comments === 'number' && Number.isSafeInteger(comments) && comments >= 0
  return postFact({ ...shared, reportedReplies: counted ? comments : null })
}

/** `0.500.555`: numbers from the top down, the comment's own last. */
function pathOf(value: unknown): string[] | null {
  return typeof value === 'string' && /^\d+(\.\d+)+$/.test(value) ? value.split('.') : null
}

/** Does the text address this handle, as Lemmy writes it: `@brand@lemmy.example`? */
function names(text: string, handle: string): boolean {
  const address = handle.toLowerCase().replace(/^@/, '')
  return (
    address !== '' &&
    [...text.toLowerCase().matchAll(/(?<![\p{L}\p{N}_/])@([\p{L}\p{N}_-]+@[\p{L}\p{N}.:-]*[\p{L}\p{N}])/gu)].some(
      ([, each]) => each === address,
    )
  )
}

function authorOf(creator: JsonRecord): Author | null {
  const externalId = actorOf(creator)
  if (externalId === null) return null
  const handle = handleOf(creator)
  return {
    externalId,
    handle,
    name: nameOf(creator.display_name) ?? nameOf(creator.name),
    avatarUrl: linkOf(creator.avatar),
    url: externalId,
  }
}

/** Pictures in the Markdown. */
function mediaOf(text: string): Media[] {
  return [...text.matchAll(/!\[([^\]\n]{0,500})\]\((https?:\/\/[^\s()]{1,2000})/g)].flatMap(([, alt = '', url = '']) =>
    linkOf(url) === null ? [] : [{ kind: 'image', url, alt: nameOf(alt), previewUrl: null }],
  )
}
