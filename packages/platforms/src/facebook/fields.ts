import { graphCodeOf, callGraph, saysGone } from './graph.ts'
import type { GraphAnswer, GraphIo } from './graph.ts'

/** Field -> until when it is left out of our questions (ms). */
export type Refused = Record<string, number>

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

/** A `fields=` list without those refused. */
export function listFields(fields: string[], refused: Refused): string {
  return fields.filter((field) => !(nameIn(field) in refused)).join(',')
}

/** Posts with their newest 50 comments, replies below replies flattened in (`filter(stream)`), and the platform's own count. */
export function listPostAndCommentFields(refused: Refused): string {
  const posts = listFields(postFields, refused)
  if ('comments' in refused) return posts
  return `${posts},comments.filter(stream).order(reverse_chronological).limit(50).summary(true){${listFields(commentFields, refused)}}`
}

const dayMs = 86_400_000

/** Asks with all fields; one that the platform refuses (#100) is left out for a day and the question asked again, so that it empties nothing. */
export async function ask(
  io: GraphIo,
  refused: Refused,
  path: string,
  params: Record<string, string>,
  fields: (refused: Refused) => string,
): Promise<GraphAnswer> {
  for (;;) {
    try {
      return await callGraph(io, { path, params: { ...params, fields: fields(refused) } })
    } catch (error) {
      const field = refusedField(error)
      if (field === null || field in refused) throw error
      refused[field] = io.now().getTime() + dayMs
    }
  }
}

/** What we can do without. Ids, authors, text, times and parents are not among it: without them a comment cannot be told. */
const expendable = new Set(
  [...commentFields, ...postFields, ...ratingFields, 'comments']
    .map(nameIn)
    .filter((name) => !['id', 'from', 'message', 'created_time', 'parent'].includes(name)),
)

/** The field named by "(#100) Tried accessing nonexisting field (x) on ..." and its like; null when it is none of those. */
function refusedField(error: unknown): string | null {
  const code = graphCodeOf(error)
  if (code === null || code.code !== 100 || saysGone(code)) return null
  const name = /fields?:?\s*[("'`]?([a-z_]+)/i.exec(code.message)?.[1] ?? ''
  return expendable.has(name) ? name : null
}

function nameIn(field: string): string {
  return field.split('{')[0] ?? field
}
