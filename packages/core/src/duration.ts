const units = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1_000 },
] as const

/**
 * A duration in words of two units at most, rounded down: "40 s", "58 m", "2 h 14 m", "3 d 4 h". Seconds only under a minute; a second unit
 * of zero is left out; below zero counts as zero. `locale`: BCP 47. Unit names are those of Intl.NumberFormat (narrow).
 */
export function formatDuration(ms: number, locale: string): string {
  const left = Math.max(0, ms)
  const largest = units.findIndex((one) => left >= one.ms)
  const first = units[largest] ?? units[3]
  const parts = [format(Math.floor(left / first.ms), first.unit, locale)]
  const second = first.unit === 'day' ? units[1] : first.unit === 'hour' ? units[2] : null
  const rest = second === null ? 0 : Math.floor((left % first.ms) / second.ms)
  if (second !== null && rest > 0) parts.push(format(rest, second.unit, locale))
  return parts.join(' ')
}

const formats = new Map<string, Intl.NumberFormat>()

/** "2h" reads badly in a column of numbers: a name in letters stands apart from its number, as in "2 h". */
function format(count: number, unit: string, locale: string): string {
  const key = `${locale} ${unit}`
  let known = formats.get(key)
  if (known === undefined) formats.set(key, (known = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' })))
  const text = known.format(count)
  return text.replace(/(?<=\p{Nd})(?=\p{Script=Latin})/u, ' ')
}
