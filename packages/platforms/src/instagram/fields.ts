import { fieldAsker, listFields, nameIn } from '../graph/fields.ts'
import type { Refused } from '../graph/fields.ts'
import { callGraph } from './graph.ts'

const mediaFields = [
  'id',
  'caption',
  'media_type',
  'media_product_type',
  'media_url',
  'thumbnail_url',
  'permalink',
  'timestamp',
  'username',
  'comments_count',
]
const replyFields = ['id', 'text', 'timestamp', 'username', 'from{id,username}']
const commentFields = [...replyFields, 'hidden', 'parent_id']

/** How many replies come with their comment; the rest is an edge of its own. */
export const repliesWithComment = 25

export const listMediaFields = (refused: Refused): string => listFields(mediaFields, refused)
export const listReplyFields = (refused: Refused): string => listFields(replyFields, refused)

/** Comments with their first replies. */
export function listCommentFields(refused: Refused): string {
  return listFields([...commentFields, `replies.limit(${repliesWithComment}){${listReplyFields(refused)}}`], refused)
}

/** One comment by itself, with where it stands. */
export function listSingleFields(refused: Refused): string {
  return listFields([...commentFields, 'media{id,permalink}'], refused)
}

/** What can be told of somebody's post or comment that mentions us (Meta, "Mentions"). */
export function listMentionFields(kind: 'mentioned_media' | 'mentioned_comment', id: string, refused: Refused): string {
  const [of, fields] =
    kind === 'mentioned_media'
      ? ['media_id', ['id', 'caption', 'media_type', 'permalink', 'timestamp', 'username', 'comments_count', 'owner']]
      : ['comment_id', [...replyFields, 'media{id,permalink,username,owner}']]
  return `${kind}.${of}(${id}){${listFields(fields as string[], refused)}}`
}

/** What we can do without. Ids, texts and times are not among it. The author is: the user name tells it too. */
const expendable = new Set(
  [...mediaFields, ...commentFields, 'replies', 'media', 'owner'].map(nameIn).filter((name) => !['id', 'text', 'timestamp'].includes(name)),
)

/** Asks with all fields, and without those that Instagram refuses, one at a time. */
export const ask = fieldAsker(callGraph, expendable)
