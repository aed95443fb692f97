import { PlatformError } from '../error.ts'

/** The column that holds a comment's words, in bytes of UTF-8. */
export const maxBytes = 65_525

/** Our words as HTML, which is what a comment is made of; white space stays. Throws when they do not fit. */
export function htmlOf(text: string): string {
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const over = Buffer.byteLength(html) - maxBytes
  if (over > 0) throw new PlatformError('rejected', `The reply is ${over} bytes over the limit`, { notSent: true })
  return html
}
