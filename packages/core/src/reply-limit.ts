/**
 * How a platform counts the length of a reply, as data, so that composer and server count alike.
 * `unit`: graphemes (UAX 29), code points, UTF-16 units, or `weighted` (twitter-text 3: most scripts 1, CJK and the rest 2, an emoji 2, after NFC).
 * `min`: no shorter than this, in the same unit, without the white space around it. `urlLength`: what every http(s) link counts as, where links are shortened.
 * `mentionsWithoutDomain`: `@user@domain` counts as `@user`. `maxBytes`: a second limit in UTF-8 bytes. `namesPerson`: a reply reaches the person
 * only if it names them, so their handle goes before the text where it is missing, and counts. `media`: what may go with the words; absent: words alone.
 */
export type ReplyLimit = {
  max: number
  min?: number
  unit: 'graphemes' | 'codepoints' | 'utf16' | 'weighted'
  maxBytes?: number
  urlLength?: number
  mentionsWithoutDomain?: boolean
  namesPerson?: boolean
  media?: MediaLimit
}

/**
 * Pictures and the like in a reply. `max`: how many at most. `types`: every MIME type that is taken, with the most bytes of one. `alone`: types that go without any other.
 * `altMax`: how long a description may be, in UTF-16 units; absent: none is kept. `wordless`: it may go without words. `textMax`: with media the words may
 * be no longer than this, in the unit of the words. `byAddress`: the platform fetches it from us, so our own address has to be one that it reaches. `totalBytes`: the most
 * of all files together. `pixels`: how short a side of a picture may be, and how long its shorter and its longer one.
 */
export type MediaLimit = {
  max: number
  types: Record<string, number>
  totalBytes?: number
  pixels?: { least: number; mostShort: number; mostLong: number }
  alone?: string[]
  altMax?: number
  wordless?: boolean
  textMax?: number
  byAddress?: boolean
}

/** The most of one file that is taken here, whatever more a platform takes. */
export const maxUploadBytes = 10 * 1024 * 1024

/** Length of a reply to `handle` in the platform's own unit, and how much is left (negative when over). */
export function countReply(text: string, limit: ReplyLimit, handle: string | null = null): { length: number; left: number } {
  let counted = limit.namesPerson ? withMention(text, handle) : text
  if (limit.mentionsWithoutDomain) counted = counted.replace(/(?<![\w/])(@[\w.-]+)@[\w.-]+\w/gu, '$1')
  let reserved = 0
  if (limit.urlLength !== undefined) {
    const each = limit.urlLength
    counted = counted.replace(/https?:\/\/[^\s<>"]+/giu, () => ((reserved += each), ''))
  }
  const length = reserved + measure(counted, limit.unit)
  const overBytes = limit.maxBytes === undefined ? 0 : new TextEncoder().encode(text).length - limit.maxBytes
  return { length, left: overBytes > 0 ? Math.min(limit.max - length, -overBytes) : limit.max - length }
}

/** How much a reply must still grow to be long enough; 0 when it is. */
export function countMissing(text: string, limit: ReplyLimit): number {
  return Math.max(0, (limit.min ?? 0) - measure(text.trim(), limit.unit))
}

/** The text with `@handle` before it, unless it names that handle already. */
export function withMention(text: string, handle: string | null): string {
  if (!handle) return text
  const named = text.matchAll(/(?<![\p{L}\p{N}_/])@([\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*(?:@[\p{L}\p{N}.:-]*[\p{L}\p{N}])?)/gu)
  for (const match of named) if (match[1]?.toLowerCase() === handle.toLowerCase()) return text
  return `@${handle} ${text}`
}

let segmenter: Intl.Segmenter | undefined

/** Its rules are loaded when a text is first measured: that takes milliseconds, which a start does not have. */
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return segmenter.segment(text)
}

function measure(text: string, unit: ReplyLimit['unit']): number {
  if (unit === 'utf16') return text.length
  if (unit === 'codepoints') return Array.from(text).length
  if (unit === 'weighted') return weigh(text)
  let count = 0
  for (const _ of graphemesOf(text)) count += 1
  return count
}

const emoji = /\p{Regional_Indicator}|\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Extended_Pictographic}\u200d/u
/** Code points that weigh 1 (twitter-text, `config/v3.json`). */
const light = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
] as const

function weigh(text: string): number {
  let weight = 0
  for (const { segment } of graphemesOf(text.normalize('NFC'))) {
    if (emoji.test(segment)) weight += 2
    else
      for (const char of segment) weight += light.some(([from, to]) => char.codePointAt(0)! >= from && char.codePointAt(0)! <= to) ? 1 : 2
  }
  return weight
}
