/** Do two texts say the same to a reader? Platforms normalise unicode, fold white space and shorten mentions when they store a reply. */
export function sameText(one: string, other: string): boolean {
  return fold(one) === fold(other)
}

function fold(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/@([\p{L}\p{N}_.-]+)@[\p{L}\p{N}_.:-]+/gu, '@$1')
    .replace(/[\s\u200b-\u200f\ufeff]+/gu, ' ')
    .trim()
}
