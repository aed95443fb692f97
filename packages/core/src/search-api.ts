import { z } from 'zod'
import { contact, conversationRow, conversationState } from './api.ts'

/** The shapes of `GET /api/v1/search`. */
export const searchQuery = z.object({
  /** Words, in any order; the last may be a beginning. Quotation marks hold words together. */
  q: z.string().max(200),
  state: conversationState.optional(),
  platform: z.string().optional(),
  channelId: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
  cursor: z.string().optional(),
})
export type SearchQuery = z.input<typeof searchQuery>

/** What is to be marked: from, to, in UTF-16 units. In order, without overlaps. */
const marks = z.array(z.tuple([z.number().int(), z.number().int()]))

/** A conversation, and the newest message of it that has all the words. */
export const searchHit = z.object({
  conversation: conversationRow,
  message: z.object({
    id: z.uuid(),
    direction: z.enum(['in', 'out']),
    contact: contact.nullable(),
    platformAt: z.iso.datetime(),
    state: z.enum(['visible', 'hidden']),
    /** A piece of what it says, around the first mark. `cut`: there is more before, after. */
    text: z.string(),
    cut: z.object({ before: z.boolean(), after: z.boolean() }),
    marks,
    nameMarks: marks,
    handleMarks: marks,
  }),
})
export type SearchHit = z.infer<typeof searchHit>

/** Newest message first. A page may be short, or empty, and yet not the last: only without `nextCursor` was everything looked at. */
export const searchPage = z.object({ items: z.array(searchHit), nextCursor: z.string().nullable() })
export type SearchPage = z.infer<typeof searchPage>
