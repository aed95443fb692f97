import { ApiProblem } from '../api/call.ts'
import { shortSpan } from '../words/spans.ts'
import type { Words } from '../words/words.tsx'

/** What a form shows after a refusal: a sentence per field it has, and one for the whole where no field is to blame. */
export type Refusal = { fields: Record<string, string>; whole: string | null }

export const noRefusal: Refusal = { fields: {}, whole: null }

/** A refusal in words, for a form with these fields. What names no field of it goes to the whole. Rethrows what is no refusal. */
export function refusalOf(error: unknown, t: Words, fields: readonly string[]): Refusal {
  if (!(error instanceof ApiProblem)) throw error
  const known = error.invalidParams.filter(({ name }) => fields.includes(name))
  if (known.length > 0) return { fields: Object.fromEntries(known.map(({ name, reason }) => [name, sentence(reason)])), whole: null }
  return { fields: {}, whole: problemWords(error, t) }
}

/** One sentence for a refusal: our own where we have one for its code, else the server's. Rethrows what is no refusal. */
export function problemWords(error: unknown, t: Words): string {
  if (!(error instanceof ApiProblem)) throw error
  const { retryAfterSeconds } = error.extra
  if (error.code === 'rate_limited' && typeof retryAfterSeconds === 'number') {
    return t('form.tooMany', { span: shortSpan(t, retryAfterSeconds * 1_000, true) })
  }
  const key = `form.code.${error.code}` as 'form.code.offline'
  if (t.has(key)) return t(key)
  if (error.status >= 500) return t('form.failed')
  return sentence(error.detail === '' ? error.message : error.detail)
}

function sentence(text: string): string {
  const whole = text.charAt(0).toLocaleUpperCase() + text.slice(1)
  return /[.!?]$/.test(whole) ? whole : `${whole}.`
}
