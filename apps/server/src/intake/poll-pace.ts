/** How lately something happened, and how long such a channel may go unread: something happens again soonest where it just did. */
const paces = [
  { withinMs: 10 * 60_000, everyMs: 15_000 },
  { withinMs: 60 * 60_000, everyMs: 30_000 },
  { withinMs: 24 * 60 * 60_000, everyMs: 60_000 },
] as const
const quietEveryMs = 120_000

/** Calls of the platform's own count that stay for replies and for whoever else uses the account. */
const keptCalls = 10
const firstPauseMs = 5_000
const longestPauseMs = 15 * 60_000
const shortestPauseMs = 1_000

/** What the platform said is left to an account, until when. */
export type QuotaLeft = { left: number; resetsAt: Date }

/**
 * How long after a round the next one comes: 15 s while things happen, two minutes after a quiet day, never earlier than the platform said, and so spread
 * that what is left lasts until the platform counts anew. `calls`: what a round takes.
 */
export function waitAfterRound(round: { now: Date; waitMs: number; lastActivityAt: Date; quota: QuotaLeft | null; calls: number }): number {
  const sinceMs = round.now.getTime() - round.lastActivityAt.getTime()
  const everyMs = paces.find((pace) => sinceMs < pace.withinMs)?.everyMs ?? quietEveryMs
  return Math.max(round.waitMs, everyMs, waitForQuota(round))
}

function waitForQuota({ now, quota, calls }: { now: Date; quota: QuotaLeft | null; calls: number }): number {
  if (quota === null) return 0
  const leftMs = Math.max(0, quota.resetsAt.getTime() - now.getTime())
  const rounds = Math.floor((quota.left - keptCalls) / Math.max(1, calls))
  return rounds < 1 ? leftMs : leftMs / rounds
}

/** How long after the `failures`-th failure in a row: what the platform asked for, else 5 s doubled each time up to 15 minutes. */
export function waitAfterFailure(failures: number, retryAfterMs: number | null): number {
  if (retryAfterMs !== null) return Math.max(shortestPauseMs, retryAfterMs)
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 8))
}
