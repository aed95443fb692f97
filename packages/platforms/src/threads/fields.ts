import { fieldAsker, listFields, nameIn } from '../graph/fields.ts'
import type { Refused } from '../graph/fields.ts'
import { callGraph } from './graph.ts'

const fields = [
  'id',
  'text',
  'timestamp',
  'username',
  'permalink',
  'media_type',
  'media_url',
  'gif_url',
  'thumbnail_url',
  'alt_text',
  'is_reply',
  'is_reply_owned_by_me',
  'has_replies',
  'root_post',
  'replied_to',
  'hide_status',
]

/** What we ask of a post or reply. */
export const listPostFields = (refused: Refused): string => listFields(fields, refused)

/** What we can do without. Ids, words, times, writers and places are not among it. */
const expendable = new Set(
  fields.map(nameIn).filter((name) => !['id', 'text', 'timestamp', 'username', 'root_post', 'replied_to'].includes(name)),
)

/** Asks with all fields, and without those that Threads refuses. */
export const ask = fieldAsker(callGraph, expendable)
