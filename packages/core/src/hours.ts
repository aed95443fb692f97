import { tzOffset } from '@date-fns/tz'

/**
 * When a channel is staffed. Treated as immutable. `week`: any number of intervals a day in wall time, `day` 1 Monday to 7 Sunday (ISO 8601),
 * `HH:MM`, up to `24:00`; one over midnight is two. `holidays`: local dates `YYYY-MM-DD`, closed all day. `timeZone`: IANA.
 */
export type BusinessHours = { timeZone: string; week: OpenInterval[]; holidays: string[] }
export type OpenInterval = { day: number; from: string; to: string }

/** Open day and night. */
export const roundTheClock: OpenInterval[] = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' }))

const minuteMs = 60_000
const dayMs = 86_400_000

/**
 * Business time between two instants in milliseconds; null hours mean open day and night. Never negative, never above wall time, additive over
 * splits. On a day when clocks change, opening is the first and closing the last time the clock shows that hour; an hour that the clock
 * skips is no time. Throws a RangeError for an unknown zone.
 */
export function businessMs(fromMs: number, toMs: number, hours: BusinessHours | null): number {
  if (toMs <= fromMs) return 0
  if (hours === null) return toMs - fromMs
  let sum = 0
  // Zones reach from 12 hours behind to 14 ahead, so the local days lie within one day of the UTC ones.
  for (let day = Math.floor(fromMs / dayMs) - 1; day <= Math.floor(toMs / dayMs) + 1; day += 1) {
    for (const [opensAt, closesAt] of openOn(day, hours)) sum += Math.max(0, Math.min(toMs, closesAt) - Math.max(fromMs, opensAt))
  }
  return sum
}

/** Beyond this nothing is looked for: a clock that is hardly ever open. */
const dueAtMostDays = 3_660

/**
 * The first instant at which `businessMs` since `fromMs` has come to `forMs` (above 0); null hours mean calendar time. Where so much time is not open
 * within ten years, the end of those.
 */
export function dueAtMs(fromMs: number, forMs: number, hours: BusinessHours | null): number {
  if (hours === null) return fromMs + forMs
  let left = forMs
  const today = Math.floor(fromMs / dayMs)
  for (let day = today - 1; day <= today + dueAtMostDays; day += 1) {
    for (const [opensAt, closesAt] of openOn(day, hours)) {
      const begins = Math.max(fromMs, opensAt)
      if (closesAt <= begins) continue
      if (left <= closesAt - begins) return begins + left
      left -= closesAt - begins
    }
  }
  return (today + dueAtMostDays) * dayMs
}

/** The first instant of a local date `YYYY-MM-DD` at which clocks in the zone show `HH:MM`. */
export function instantAt(date: string, wall: string, timeZone: string): number {
  return instantsOf(Date.parse(`${date}T00:00:00Z`) + minutes(wall) * minuteMs, timeZone)[0]
}

type Span = [opensAt: number, closesAt: number]

const known = new WeakMap<BusinessHours, Map<number, Span[]>>()

/** The open spans of a local day, apart and in order. `day` counts days since 1970-01-01 in the zone's own calendar. */
function openOn(day: number, hours: BusinessHours): Span[] {
  let days = known.get(hours)
  if (days === undefined) known.set(hours, (days = new Map()))
  let spans = days.get(day)
  if (spans === undefined) days.set(day, (spans = spansOf(day, hours)))
  return spans
}

function spansOf(day: number, hours: BusinessHours): Span[] {
  if (hours.holidays.includes(new Date(day * dayMs).toISOString().slice(0, 10))) return []
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1
  const spans: Span[] = []
  for (const interval of hours.week) {
    const from = minutes(interval.from)
    const to = minutes(interval.to)
    if (interval.day !== weekday || !(from < to)) continue
    // The day's end is the start of the next, so that no instant belongs to two days.
    const closesAt = instantsOf((day * 1440 + to) * minuteMs, hours.timeZone)[to === 1440 ? 0 : 1]
    spans.push([instantsOf((day * 1440 + from) * minuteMs, hours.timeZone)[0], closesAt])
  }
  return merge(spans)
}

function minutes(wall: string): number {
  return Number(wall.slice(0, 2)) * 60 + Number(wall.slice(3, 5))
}

function merge(spans: Span[]): Span[] {
  const merged: Span[] = []
  for (const [opensAt, closesAt] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last !== undefined && opensAt <= last[1]) last[1] = Math.max(last[1], closesAt)
    else merged.push([opensAt, closesAt])
  }
  return merged
}

/** The first and last instant at which clocks in the zone show a wall time; twice the moment of the change when they skip it. */
function instantsOf(wallMs: number, timeZone: string): Span {
  const before = wallMs - offsetMs(timeZone, wallMs - dayMs)
  const after = wallMs - offsetMs(timeZone, wallMs + dayMs)
  const shown = [before, after].filter((instant) => instant + offsetMs(timeZone, instant) === wallMs)
  if (shown.length > 0) return [Math.min(...shown), Math.max(...shown)]
  const change = changeBetween(Math.min(before, after), Math.max(before, after), timeZone)
  return [change, change]
}

/** The first instant after `low` with the offset of `high`. */
function changeBetween(low: number, high: number, timeZone: string): number {
  const later = offsetMs(timeZone, high)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetMs(timeZone, middle) === later) high = middle
    else low = middle
  }
  return high
}

function offsetMs(timeZone: string, instant: number): number {
  const offset = tzOffset(timeZone, new Date(instant)) * minuteMs
  if (Number.isNaN(offset)) throw new RangeError(`Unknown time zone: ${timeZone}`)
  return offset
}
