import type { Words } from '../words/words.tsx'

/** The least length of a password, as the server asks for it. */
export const passwordMin = 10

/** Why a field is not good yet, in words; null when it is. The server decides, these only say it sooner. */
export type Check = (value: string, t: Words) => string | null

export const filled: Check = (value, t) => (value.trim() === '' ? t('form.missing') : null)

export const emailLike: Check = (value, t) =>
  value.trim() === '' ? t('form.missing') : /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value.trim()) ? null : t('form.noEmail')

export const longPassword: Check = (value, t) =>
  value === '' ? t('form.missing') : value.length < passwordMin ? t('form.shortPassword', { min: passwordMin }) : null

/** The failures by field name; empty when all are good. */
export function failuresOf(values: Record<string, string>, checks: Record<string, Check>, t: Words): Record<string, string> {
  return Object.fromEntries(
    Object.entries(checks).flatMap(([name, check]) => {
      const why = check(values[name] ?? '', t)
      return why === null ? [] : [[name, why]]
    }),
  )
}
