import type { Io, PollInput, PollResult } from '../platform.ts'

const waitMs = 3_600_000

/** There is nothing to read: the source tells by itself, and keeps what it could not deliver. */
export async function poll(_io: Io, { cursor }: PollInput): Promise<PollResult> {
  return { pages: [], cursor, waitMs }
}
