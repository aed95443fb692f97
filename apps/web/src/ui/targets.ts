const minute = 60
const hour = 60 * minute

/** Response targets to choose from, in seconds; with `current` among them, so that none is lost by looking. */
export function targetChoices(current: number): number[] {
  return [...new Set([15 * minute, 30 * minute, hour, 2 * hour, 4 * hour, 8 * hour, 12 * hour, 24 * hour, 48 * hour, current])].sort(
    (a, b) => a - b,
  )
}
