import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { replyOf } from './ids.ts'

const phones = [
  { device: 'trltecan', productName: 'trltecan (Galaxy Note4)', manufacturer: 'Samsung', deviceClass: 'phone' },
  { device: 'oriole', productName: 'oriole (Pixel 6)', manufacturer: 'Google', deviceClass: 'phone' },
  { device: 'gta7lite', productName: 'gta7lite (Galaxy Tab A7 Lite)', manufacturer: 'Samsung', deviceClass: 'tablet' },
]

/** A review: the reader's comment, then the developer's if there is one. Whoever has no name has no name at all. */
export function reviewView(context: Context, item: Item, translateTo?: string): JsonObject {
  const reply = replyOf(context.world, item)
  const author = context.world.author(item)
  const isNameless = diceOf(author.id) < context.faults.quirks.anonymousAuthors
  return {
    reviewId: item.id,
    authorName: isNameless ? '' : author.name,
    comments: [{ userComment: userComment(context, item, translateTo) }, ...(reply ? [{ developerComment: developerComment(reply) }] : [])],
  }
}

/** When the reader last wrote; a reply does not count. */
export function modifiedAt(item: Item): number {
  return item.editedAt ?? item.createdAt
}

/** Seconds as text, and what is left of them; whole seconds have no `nanos`. */
export function stampOf(at: number): JsonObject {
  const nanos = (at % 1000) * 1_000_000
  return { seconds: String(Math.floor(at / 1000)), ...(nanos === 0 ? {} : { nanos }) }
}

/** Phones do not tell everything: some reviews come without version or device. */
function userComment({ faults }: Context, item: Item, translateTo: string | undefined): JsonObject {
  const dice = diceOf(item.id)
  const { deviceClass, device, ...metadata } = phones[Math.floor(dice * phones.length)] ?? phones[0]!
  const title = item.title !== '' || faults.quirks.tabBeforeBody ? `${item.title}\t` : ''
  const text = `${title}${item.text}`
  const isTranslated = faults.quirks.translatesReviews && translateTo !== undefined && translateTo !== item.lang
  return {
    text: isTranslated ? `(${translateTo}) ${text}` : text,
    lastModified: stampOf(modifiedAt(item)),
    starRating: item.rating ?? 5,
    reviewerLanguage: item.lang,
    ...(dice < 0.8 ? { device, deviceMetadata: { ...metadata, deviceClass } } : {}),
    androidOsVersion: 34,
    ...(dice > 0.2 ? { appVersionCode: 240, appVersionName: '2.4.0' } : {}),
    thumbsUpCount: item.likes.size,
    thumbsDownCount: 0,
    ...(isTranslated ? { originalText: text } : {}),
  }
}

function developerComment(reply: Item): JsonObject {
  return { text: reply.text, lastModified: stampOf(modifiedAt(reply)) }
}

function diceOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt16BE() / 65_536
}
