import type { Check } from '../../../ui/checks.ts'

/** Whole days, as many as the server takes. */
export const daysBack: Check = (value, t) =>
  /^\d{1,3}$/.test(value.trim()) && Number(value) >= 1 && Number(value) <= 365 ? null : t('connecting.backDaysWrong')
