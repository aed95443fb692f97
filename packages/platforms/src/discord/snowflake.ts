/** Discord's epoch, 2015-01-01, in milliseconds. */
const epochMs = 1_420_070_400_000n

/** Is `one` the later of two ids? They are whole numbers of up to 20 digits. */
export function isNewer(one: string, other: string): boolean {
  return one.length === other.length ? one > other : one.length > other.length
}

/** The id that something made at this instant would begin with. */
export function snowflakeAt(at: Date): string {
  const ms = BigInt(Math.trunc(at.getTime())) - epochMs
  return ms <= 0n ? '0' : String(ms << 22n)
}

/** When something with this id was made (ms). */
export function msOf(id: string): number {
  return Number((BigInt(id) >> 22n) + epochMs)
}

/** Whether this is an id. */
export function isSnowflake(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value)
}
