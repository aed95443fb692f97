export type TextPart = { text: string; href: string | null }

/**
 * Splits text into plain parts and links. Only http and https; what cannot be read as an address stays text. Joined again, the
 * parts are the text: nothing is added, dropped or reordered.
 */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(/https?:\/\/[^\s<>"\u0000-\u001f\u202a-\u202e\u2066-\u2069]+/giu)) {
    const found = withoutTail(match[0])
    const href = addressOf(found)
    if (href === null) continue
    if (match.index > from) parts.push({ text: text.slice(from, match.index), href: null })
    parts.push({ text: found, href })
    from = match.index + found.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), href: null })
  return parts
}

/** A sentence's own punctuation is not part of the address; a closing bracket is, when it was opened inside. */
function withoutTail(found: string): string {
  const opened = found.indexOf('(')
  let end = found.length
  for (;;) {
    const last = found[end - 1]
    if (last === undefined) return ''
    const unopened = last === ')' && (opened === -1 || opened >= end)
    if (!unopened && !/[.,;:!?'\u2019\u201d\u3002\u060c\u061f\]}]/u.test(last)) return found.slice(0, end)
    end -= 1
  }
}

function addressOf(found: string): string | null {
  try {
    const url = new URL(found)
    return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? url.href : null
  } catch {
    return null
  }
}
