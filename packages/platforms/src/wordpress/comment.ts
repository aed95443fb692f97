import type { Author, Fact, PostFact } from '@answerback/core/facts'
import { messageFact, postFact, removalFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { plainText } from '../plain-text.ts'
import type { Self } from '../platform.ts'
import { authorIdOf, externalIdOf, hash, isOwned } from './names.ts'

export type Around = { self: Self; receivedAt: string }

/**
 * A comment as facts: a message, and beside it whether it waits for approval, since somebody on the site may have approved it since; a removal for what is in the
 * trash or taken for spam. Null when it is no comment.
 */
export function readComment(comment: JsonRecord, { self, receivedAt }: Around): Fact[] | null {
  const id = idOf(comment.id)
  const status = textOf(comment.status)
  if (id === null) return null
  const externalId = externalIdOf('comment', id, self)
  if (status === 'trash' || status === 'spam') return [removalFact(externalId)]
  if (comment.content === undefined && comment.author_name === undefined) return null
  const postId = idOf(comment.post)
  const parentId = idOf(comment.parent)
  const below = parentId !== null && parentId !== '0' && parentId !== id
  const postExternalId = postId === null || postId === '0' ? null : externalIdOf('post', postId, self)
  const authorId = authorIdOf(comment, self)
  const { raw, rendered } = wordsOf(comment)
  const message = messageFact({
    externalId,
    kind: below ? 'reply' : 'comment',
    ours: isOwned(authorId, self),
    author: authorId === null ? null : authorOf(comment, authorId),
    parentExternalId: below ? externalIdOf('comment', parentId, self) : postExternalId,
    postExternalId,
    text: raw === null ? plainText(rendered) : plainText(raw.replaceAll(/\r?\n/g, '<br>')),
    url: linkOf(comment.link),
    platformAt: instantOf(comment.date_gmt) ?? receivedAt,
    // Nobody says when a comment was edited, or whether.
    version: hash(raw ?? rendered).slice(0, 32),
    ref: postId === null ? {} : { post: postId },
  })
  const hidden = waiting.get(status)
  return hidden === undefined ? [message] : [message, { fact: 'hidden', externalId, hidden, platformAt: null }]
}

/** Whether a comment of this status waits for approval; others are a plugin's. */
const waiting = new Map([
  ['approved', false],
  ['hold', true],
  ['unapproved', true],
])

/** The words as they were written, for moderators; as they are shown, for everybody. */
export function wordsOf(comment: JsonRecord): { raw: string | null; rendered: string } {
  const content = recordOf(comment.content)
  return { raw: typeof content.raw === 'string' ? content.raw : null, rendered: textOf(content.rendered) }
}

function authorOf(comment: JsonRecord, externalId: string): Author {
  const name = nameOf(comment.author_name)
  const picture = linkOf(recordOf(comment.author_avatar_urls)['96'])
  return { externalId, handle: null, name: name === null ? null : plainText(name), avatarUrl: picture, url: linkOf(comment.author_url) }
}

/** Whatever is published on the site is ours: a post, a page, a product. Null when it is none. */
export function readPost(post: JsonRecord, { self, receivedAt }: Around): PostFact | null {
  const id = idOf(post.id)
  const title = plainText(textOf(recordOf(post.title).rendered))
  const excerpt = plainText(textOf(recordOf(post.excerpt).rendered))
  if (id === null || (post.title === undefined && post.link === undefined)) return null
  return postFact({
    externalId: externalIdOf('post', id, self),
    ours: true,
    text: excerpt.startsWith(title) ? excerpt : [title, excerpt].filter((each) => each !== '').join('\n\n'),
    url: linkOf(post.link),
    platformAt: instantOf(post.date_gmt) ?? instantOf(post.date) ?? receivedAt,
  })
}
