import { createHash } from 'node:crypto'
import type { JsonObject } from '../world/item.ts'
import type { World } from '../world/world.ts'

const shownCharacters = 280
const linkPattern = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/gi

/** A text as X gives it: every link as `https://t.co/...`, with what they stand for, and whom it names. Places are in code points. */
export function asShown(world: World, text: string): { text: string; entities: JsonObject } {
  const links: { short: string; long: string }[] = []
  const shown = text.replaceAll(linkPattern, (long) => {
    const short = shortOf(long)
    links.push({ short, long })
    return short
  })
  let from = 0
  const urls = links.map(({ short, long }) => {
    const at = shown.indexOf(short, from)
    from = at + short.length
    return {
      ...placeOf(shown, at, short.length),
      url: short,
      expanded_url: long,
      display_url: long.replace(/^https?:\/\/(www\.)?/, '').slice(0, 30),
    }
  })
  const mentions = [...shown.matchAll(/(?<![\w@/])@(\w{1,15})/g)].map((match) => {
    const account = [...world.accounts.x.values()].find(({ handle }) => handle.toLowerCase() === match[1]?.toLowerCase())
    return { ...placeOf(shown, match.index, match[0].length), username: match[1], ...(account ? { id: account.id } : {}) }
  })
  const entities = { ...(mentions.length > 0 ? { mentions } : {}), ...(urls.length > 0 ? { urls } : {}) }
  return { text: shown, entities }
}

/** The short address that stands for a long one. */
export function shortOf(long: string): string {
  return `https://t.co/${createHash('sha256').update(long).digest('base64url').replaceAll(/[-_]/g, 'x').slice(0, 10)}`
}

function placeOf(text: string, at: number, length: number): { start: number; end: number } {
  const start = Array.from(text.slice(0, at)).length
  return { start, end: start + Array.from(text.slice(at, at + length)).length }
}

/** What fits into `text`; the whole of a longer post is in `note_tweet`. */
export function cut(text: string): string {
  const characters = Array.from(text)
  return characters.length <= shownCharacters ? text : `${characters.slice(0, shownCharacters - 1).join('')}…`
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The length that may be 280 at most: a link counts 23, an emoji 2, most letters 1, those of East Asia 2 (developer docs, "Counting characters"). */
export function weightOf(text: string): number {
  let weight = 0
  const rest = text.normalize('NFC').replaceAll(linkPattern, () => ((weight += 23), ''))
  for (const { segment } of segmenter.segment(rest)) {
    const isEmoji = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Extended_Pictographic}\u200d|\p{Regional_Indicator}/u.test(segment)
    weight += isEmoji ? 2 : Array.from(segment).reduce((sum, char) => sum + (isLight(char.codePointAt(0) ?? 0) ? 1 : 2), 0)
  }
  return weight
}

function isLight(code: number): boolean {
  return code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247)
}
