const formats = new Map<string, Intl.DateTimeFormat>()

/** "14:02" today, "Tue 16:20" within a week, "3 Mar 16:20" before that; in `timeZone`. `now` in milliseconds. */
export function whenText(iso: string, now: number, timeZone: string): string {
  const at = new Date(iso)
  const time = formatOf(timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
  const dayOf = formatOf(timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' })
  if (dayOf.format(at) === dayOf.format(now)) return time
  const ageMs = Math.abs(now - at.getTime())
  const day = ageMs < 6 * 86_400_000 ? { weekday: 'short' as const } : { day: 'numeric' as const, month: 'short' as const }
  return `${formatOf(timeZone, day).format(at)} ${time}`
}

/** The whole instant, for tooltips: "Thursday, 19 March 2026 at 14:02". */
export function fullWhen(iso: string, timeZone: string): string {
  return formatOf(timeZone, { dateStyle: 'full', timeStyle: 'short' }).format(new Date(iso))
}

/** "Friday 18:00" in `timeZone`; with the date once it is a week or more after `from`. Milliseconds. */
export function dayAndTime(at: number, from: number, timeZone: string): string {
  const day: Intl.DateTimeFormatOptions =
    at - from < 6 * 86_400_000 ? { weekday: 'long' } : { weekday: 'long', day: 'numeric', month: 'long' }
  const time = formatOf(timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
  return `${formatOf(timeZone, day).format(at)} ${time}`
}

/** A local date `YYYY-MM-DD` in words: "Fri, 25 Dec 2026". */
export function dateText(date: string): string {
  return formatOf('UTC', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(Date.parse(date))
}

function formatOf(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = timeZone + JSON.stringify(options)
  const held = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone })
  formats.set(key, held)
  return held
}
