import type { MessageVersion } from './history.ts'

type Content = Pick<MessageVersion, 'text' | 'media'>

/**
 * Whether an edit changed what a person says: other media, or a text that differs after NFKC (Unicode UAX 15), case, white space and
 * punctuation folding. Emoji and other symbols are words here, so adding one is a change.
 */
export function isMaterialEdit(before: Content, after: Content): boolean {
  return before.media !== after.media || fold(before.text) !== fold(after.text)
}

function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{White_Space}\p{P}]+/gu, '')
}
