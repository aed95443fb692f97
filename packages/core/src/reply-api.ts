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

export const replyText = z.string().max(20_000)
/** Which files go with a reply, and what they show, in the order they are to stand. */
export const chosenMedia = z.array(z.object({ uploadId: id, alt: z.string().max(20_000).optional() })).max(50)

/** A failed reply once more; what is not given stays as it was. */
export const attemptBody = z.object({ text: replyText.optional(), media: chosenMedia.optional() })
