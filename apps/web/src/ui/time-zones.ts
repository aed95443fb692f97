/** The zones this browser knows, by name, with `current` among them. */
export function timeZones(current: string): string[] {
  const all = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', current])
  return [...all].sort()
}

/** Where this browser is. */
export function guessTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}
