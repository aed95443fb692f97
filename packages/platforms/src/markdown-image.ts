import type { ReplyMedia } from './platform.ts'
import { sameText } from './same-text.ts'

/** A picture as Markdown embeds it. `label` is the description, and whatever the platform writes behind it. */
export type Embedded = { label: string; url: string; markdown: string }

/** Words with pictures below them, each on a line of its own. */
export function withPictures(text: string, pictures: readonly Pick<Embedded, 'label' | 'url'>[]): string {
  const lines = pictures.map(({ label, url }) => `![${label}](${url})`)
  return lines.length === 0 ? text : `${text.trimEnd()}\n\n${lines.join('\n')}`.trimStart()
}

/** A description that cannot be taken for markup: what brackets, bars, backticks and lines mean there, it may not mean. */
export function asLabel(alt: string): string {
  return alt.replace(/\s+/g, ' ').replace(/[[{]/g, '(').replace(/[\]}]/g, ')').replace(/[|\\]/g, '/').replaceAll('`', "'").trim()
}

const pictureLine = /^!\[([^\]\n]{0,2000})\]\(([^\s()]{1,2000})\)$/

/** Words without the pictures that stand at their end, and those, in order. Pictures between words stay in them. */
export function splitPictures(raw: string): { text: string; pictures: Embedded[] } {
  const lines = raw.trimEnd().split('\n')
  const pictures: Embedded[] = []
  while (lines.length > 0) {
    const markdown = lines.at(-1)!.trim()
    const [, label, url] = pictureLine.exec(markdown) ?? []
    if (url !== undefined) pictures.unshift({ label: label!, url, markdown })
    else if (markdown !== '' || pictures.length === 0) break
    lines.pop()
  }
  return pictures.length === 0 ? { text: raw, pictures } : { text: lines.join('\n').trimEnd(), pictures }
}

/** Are these the words and pictures of a reply? Pictures are known by their number and descriptions. */
export function saysTheSame(raw: string, { text, media = [] }: { text: string; media?: readonly ReplyMedia[] }): boolean {
  if (media.length === 0) return sameText(raw, text)
  const found = splitPictures(raw)
  return (
    sameText(found.text, text) &&
    found.pictures.length === media.length &&
    media.every(({ alt }, nth) => sameText(altOf(found.pictures[nth]!), asLabel(alt)))
  )
}

/** What stands before the first bar: behind it some forums write the size. */
export function altOf({ label }: Pick<Embedded, 'label'>): string {
  return label.split('|')[0]!
}
