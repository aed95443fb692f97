import { z } from 'zod'
import { platformIds } from '../registry.ts'

/** An instant as ISO text or unix milliseconds, read as milliseconds. */
const instant = z
  .union([z.number(), z.iso.datetime({ offset: true })])
  .transform((value) => (typeof value === 'number' ? value : Date.parse(value)))

const platform = z.enum(platformIds)
const author = z.union([z.literal('brand'), z.object({ name: z.string().min(1), handle: z.string().optional() })])
const times = {
  /** What the platform claims; may lie in either direction. */
  createdAt: instant.optional(),
  /** When the platform really learned of it. */
  indexedAt: instant.optional(),
}
const written = {
  platform,
  text: z.string(),
  lang: z.string().optional(),
  visibility: z.enum(['public', 'unlisted', 'private', 'direct']).optional(),
  spoiler: z.string().optional(),
  title: z.string().optional(),
  /** Stars of a review. */
  rating: z.number().int().min(1).max(5).optional(),
  extra: z.record(z.string(), z.unknown()).optional(),
  ...times,
}

/** `POST /_admin/posts` */
export const postShape = z.object({ ...written, author: author.default('brand') })

/** `POST /_admin/comments` (also replies: any item may be the parent) */
export const commentShape = z.object({
  ...written,
  parentId: z.string(),
  author: author.default({ name: 'Rosa' }),
  mention: z.boolean().optional(),
})

/** `POST /_admin/mentions` */
export const mentionShape = z.object({ ...written, author: author.default({ name: 'Ade' }) })

/** `POST /_admin/questions`: somebody turns to the brand in the way that is natural there */
export const questionShape = z.object({ ...written, author: author.default({ name: 'Rosa' }) })

/** `POST /_admin/quotes` */
export const quoteShape = z.object({
  ...written,
  quotedId: z.string(),
  author: author.default({ name: 'Wren' }),
})

/** `POST /_admin/brand-replies` */
export const brandReplyShape = z.object({ ...written, parentId: z.string() })

/** `POST /_admin/edits` */
export const editShape = z.object({
  platform,
  id: z.string(),
  text: z.string(),
  title: z.string().optional(),
  rating: written.rating,
  at: instant.optional(),
})

/** `POST /_admin/deletions` and `/_admin/hidden` */
export const itemShape = z.object({ platform, id: z.string(), at: instant.optional() })

/** `POST /_admin/likes` and `DELETE /_admin/likes` */
export const likeShape = z.object({ platform, id: z.string(), author: author.default({ name: 'Rosa' }) })

/** `POST /_admin/reset` */
export const resetShape = z.object({ brand: z.enum(['fieldnote', 'empty']).optional() })

/** `PUT /_admin/webhook` */
export const webhookShape = z.object({
  platform,
  url: z.url().nullable(),
  secret: z.string().optional(),
  verifyToken: z.string().optional(),
  handshake: z.boolean().default(false),
  topics: z.array(z.string()).optional(),
  pausesMs: z.array(z.number().nonnegative()).optional(),
})

/** `PUT /_admin/tokens` */
export const tokenShape = z.object({ platform, state: z.enum(['valid', 'expired', 'revoked']) })

/** `PUT /_admin/clock` */
export const clockShape = z.object({ platform, skewMs: z.number() })

/** `PUT /_admin/rhythm` */
export const rhythmShape = z.object({ pace: z.enum(['off', 'calm', 'busy']) })
