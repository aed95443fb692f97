import { z } from 'zod'
import type { JsonObject } from '../world/item.ts'
import { imagesEmbed } from './blobs.ts'
import { postCollection } from './post-record.ts'
import { invalidRequest } from './errors.ts'

const maxGraphemes = 300
const maxBytes = 3_000
const cid = z.string().regex(/^b[a-z2-7]{20,}$/, 'must be a cid')
const strongRef = z.object({ uri: z.string().startsWith('at://'), cid })
const createdAt = z.iso.datetime({ offset: true })
const facet = z.object({
  index: z.object({ byteStart: z.number().int().min(0), byteEnd: z.number().int().min(0) }),
  features: z.array(
    z.looseObject({
      $type: z.string(),
      did: z
        .string()
        .regex(/^did:[a-z]+:.+/)
        .optional(),
      uri: z.string().optional(),
    }),
  ),
})
const blob = z.looseObject({
  $type: z.literal('blob'),
  ref: z.object({ $link: cid }),
  mimeType: z.string(),
  size: z.number().int().min(0),
})
const ratio = z.object({ width: z.number().int().min(1), height: z.number().int().min(1) })
const images = z.looseObject({
  $type: z.literal(imagesEmbed),
  images: z
    .array(z.looseObject({ image: blob, alt: z.string(), aspectRatio: ratio.optional() }))
    .max(4, 'must not have more than 4 elements'),
})
const otherEmbed = z.looseObject({ $type: z.string().refine((type) => type !== imagesEmbed) })
const post = z.looseObject({
  $type: z.literal(postCollection),
  text: z.string(),
  createdAt,
  langs: z.array(z.string()).max(3).optional(),
  facets: z.array(facet).optional(),
  reply: z.object({ root: strongRef, parent: strongRef }).optional(),
  embed: z.union([images, otherEmbed]).optional(),
})
const like = z.looseObject({ $type: z.literal('app.bsky.feed.like'), subject: strongRef, createdAt })
const threadgate = z.looseObject({
  $type: z.literal('app.bsky.feed.threadgate'),
  post: z.string().startsWith('at://'),
  createdAt,
  hiddenReplies: z.array(z.string()).max(300).optional(),
})

const schemas: Record<string, z.ZodType> = {
  [postCollection]: post,
  'app.bsky.feed.like': like,
  'app.bsky.feed.threadgate': threadgate,
}

/**
 * A record as the lexicon of its collection wants it: 300 graphemes, 3,000 bytes, refs with cids,
 * times. Throws 400 `InvalidRequest` naming what is wrong. Unknown collections pass.
 */
export function checkRecord(collection: string, given: JsonObject): JsonObject {
  const record = { $type: collection, ...given }
  const schema = schemas[collection]
  if (!schema) return record
  const checked = schema.safeParse(record)
  if (!checked.success) {
    const [issue] = checked.error.issues
    const path = ['Record', ...(issue?.path ?? [])].join('/')
    throw invalidRequest(`Invalid ${collection} record: ${path} ${issue?.message ?? 'is invalid'}`)
  }
  if (collection === postCollection) checkText(String(record['text' as keyof typeof record] ?? ''), given)
  return record
}

function checkText(text: string, given: JsonObject): void {
  const start = `Invalid ${postCollection} record: Record/text must not be longer than`
  if (Buffer.byteLength(text) > maxBytes) throw invalidRequest(`${start} ${maxBytes} characters`)
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  if ([...segmenter.segment(text)].length > maxGraphemes) throw invalidRequest(`${start} ${maxGraphemes} graphemes`)
  if (text === '' && given['embed'] === undefined) throw invalidRequest(`Invalid ${postCollection} record: Record/text must not be empty`)
}
