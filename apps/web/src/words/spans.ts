import { spanOf } from '../clock/duration.ts'
import type { TargetView } from '@answerback/core/settings-api'
import type { Words } from './words.tsx'

/** "2 h 14 m", at most two units, rounded down. Under a minute: seconds when `precise`, else "< 1 m". */
export function shortSpan(t: Words, ms: number, precise = false): string {
  const { days: d, hours: h, minutes: m, seconds: s, shape } = spanOf(ms)
  if (shape === 'days') return h === 0 ? t('span.daysOnly', { d }) : t('span.days', { d, h })
  if (shape === 'hours') return m === 0 ? t('span.hoursOnly', { h }) : t('span.hours', { h, m })
  if (shape === 'minutes') return t('span.minutes', { m })
  return precise ? t('span.seconds', { s }) : t('span.underAMinute')
}

/** "2 h", or "2 h of business time". */
export function promiseWords({ seconds, clock }: TargetView, t: Words): string {
  const span = shortSpan(t, seconds * 1_000)
  return clock === 'business' ? t('span.business', { span }) : span
}

/** "2 hours 14 minutes", for accessible names. */
export function longSpan(t: Words, ms: number): string {
  const { days: d, hours: h, minutes: m, seconds: s, shape } = spanOf(ms)
  if (shape === 'days') return t('span.longDays', { d, h }).trim()
  if (shape === 'hours') return t('span.longHours', { h, m }).trim()
  return shape === 'minutes' ? t('span.longMinutes', { m }) : t('span.longSeconds', { s })
}
