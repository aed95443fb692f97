/** A duration split for people: at most two units, days with hours, hours with minutes. All whole and never negative. */
export type Span = { days: number; hours: number; minutes: number; seconds: number; shape: 'seconds' | 'minutes' | 'hours' | 'days' }

/** Rounds down, so that nobody is said to have waited longer than they have. */
export function spanOf(ms: number): Span {
  const total = Math.max(0, Math.floor(ms / 1_000))
  const seconds = total % 60
  const minutes = Math.floor(total / 60) % 60
  const hours = Math.floor(total / 3_600) % 24
  const days = Math.floor(total / 86_400)
  const shape = days > 0 ? 'days' : hours > 0 ? 'hours' : minutes > 0 ? 'minutes' : 'seconds'
  return { days, hours, minutes, seconds, shape }
}
