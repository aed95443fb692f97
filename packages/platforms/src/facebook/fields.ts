import { fieldAsker, listFields, nameIn } from '../graph/fields.ts'
import type { Refused } from '../graph/fields.ts'
import { callGraph } from './graph.ts'

export const commentFields = [
  'id',
  'from{id,name}',
  'message',
  'created_time',
  'parent{id}',
  'permalink_url',
  'is_hidden',
  'attachment',
  'message_tags',
  'user_likes',
]
export const postFields = ['id', 'from{id,name}', 'message', 'story', 'created_time', 'permalink_url', 'full_picture', 'message_tags']
export const ratingFields = [
  'created_time',
  'has_rating',
  'has_review',
  'rating',
  'recommendation_type',
  'review_text',
  'reviewer',
  'open_graph_story{id}',
]

/** Posts with their newest 50 comments, replies below replies flattened in (`filter(stream)`), and the platform's own count. */
export function listPostAndCommentFields(refused: Refused): string {
  const posts = listFields(postFields, refused)
  if ('comments' in refused) return posts
  return `${posts},comments.filter(stream).order(reverse_chronological).limit(50).summary(true){${listFields(commentFields, refused)}}`
}

/** What we can do without. Ids, authors, text, times and parents are not among it: without them a comment cannot be told. */
const expendable = new Set(
  [...commentFields, ...postFields, ...ratingFields, 'comments']
    .map(nameIn)
    .filter((name) => !['id', 'from', 'message', 'created_time', 'parent'].includes(name)),
)

/** Asks with all fields, and without those that the platform refuses. */
export const ask = fieldAsker(callGraph, expendable)
