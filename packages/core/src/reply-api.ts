import { z } from 'zod'

const id = z.uuid()

/** A file that was brought here to go out with a reply. `width` and `height` in pixels, null unless it is an image. It stays for a day unless a reply takes it. */
export const upload = z.object({
  id,
  /** Its MIME type. */
  type: z.string(),
  name: z.string(),
  bytes: z.number().int(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
})
export type Upload = z.infer<typeof upload>
export const uploadQuery = z.object({ name: z.string().max(400).default('') })

/** One file of a reply. `alt`: its description, '' where there is none. */
export const replyMedia = upload.extend({ alt: z.string() })
export type ReplyMedia = z.infer<typeof replyMedia>

const replyText = z.string().max(20_000)
/** Which files go with a reply, and what they show, in the order they are to stand. */
export const chosenMedia = z.array(z.object({ uploadId: id, alt: z.string().max(20_000).optional() })).max(50)

export const replyBody = z.object({
  /** '' only with `media`, where the channel's `replyLimit.media.wordless` says so. */
  text: replyText,
  /** Files from `POST /uploads` and their descriptions, in the order they are to be shown; within `replyLimit.media` of the channel, never with `privately`. */
  media: chosenMedia.optional(),
  inReplyTo: id.optional(),
  undoSeconds: z.number().int().min(0).max(30).optional(),
  /** To the writer of a public message alone, where the platform can do that. */
  privately: z.boolean().optional(),
  /** The newest inbound and outbound message the writer saw: a newer one of ours is refused with 409 `already_answered`. */
  expectedLastOutboundId: id.nullable().optional(),
})
/** Other words in place of those that were sent. */
export const editBody = z.object({ text: replyText })
/** A failed reply once more; what is not given stays as it was. */
export const attemptBody = z.object({ text: replyText.optional(), media: chosenMedia.optional() })
