/** HTML that is already safe to write out. */
export type Html = { html: string }

/** Builds HTML: every value is escaped, unless it is Html itself or a list of Html. */
export function html(parts: TemplateStringsArray, ...values: unknown[]): Html {
  let text = parts[0] ?? ''
  for (const [i, value] of values.entries()) text += write(value) + (parts[i + 1] ?? '')
  return { html: text }
}

function write(value: unknown): string {
  if (value === null || value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map(write).join('')
  if (typeof value === 'object' && 'html' in value && typeof value.html === 'string') return value.html
  return escape(String(value))
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}
