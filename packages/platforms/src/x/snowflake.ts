const epochMs = 1_288_834_974_657n

/** The larger of two ids as X counts them: by length first, since they are numbers no double holds. */
export function newerOf(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return one.length === other.length ? (one > other ? one : other) : one.length > other.length ? one : other
}

/** An id as it would be some time before this one; null where there is none (an id that is no number, or too small). */
export function idBefore(id: string, ms: number): string | null {
  if (!/^\d{1,20}$/.test(id)) return null
  const before = BigInt(id) - (BigInt(ms) << 22n)
  return before > 0n ? String(before) : null
}

/** When an id was made (ms since 1970); null where it is none of that kind. */
export function msOf(id: string): number | null {
  if (!/^\d{15,20}$/.test(id)) return null
  return Number((BigInt(id) >> 22n) + epochMs)
}
