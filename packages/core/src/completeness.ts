/**
 * The ledger of one post: what the platform says stands below it against what we hold, each difference with its reason. Platforms' own counts are approximate, so
 * a difference is explained rather than feared, and never taken to be explained before the thread has been read again.
 */
export type Held = {
  /** Shown there, as far as we know. */
  visible: number
  /** Held too, and possibly counted by the platform or not. */
  hidden: number
  deleted: number
  private: number
  /** Of `deleted`: only after the count was made, so that they were in it. */
  deletedSince: number
}

/** `reported`: by the platform, of the same kind that `Held` counts. `withheld`: so many of them it says that it does not show us. `read`: the thread was read to its end, and taken in, since that count was made. */
export type Count = { reported: number; withheld: number; read: boolean }

export const reasonsForDifference = ['hidden', 'private', 'deleted', 'filtered', 'toFetch', 'unexplained'] as const
export type Differences = Record<(typeof reasonsForDifference)[number], number>

export type LedgerState = 'complete' | 'explained' | 'fetching' | 'unexplained' | 'not_counted'

export type Ledger = Differences & {
  /** Null: the platform did not say. */
  reported: number | null
  held: number
  state: LedgerState
}

/**
 * Every unit between `reported` and what stands here gets one reason. What was deleted since was in the count. Until the thread was read since, all the rest
 * is still to be fetched, which flatters us least. After that what we hold as hidden, private or deleted explains what the platform counts on top, then what it withholds; the rest stays
 * unexplained, and is negative where it counts fewer than it shows.
 */
export function ledgerOf(held: Held, count: Count | null): Ledger {
  const none: Differences = { hidden: 0, private: 0, deleted: 0, filtered: 0, toFetch: 0, unexplained: 0 }
  if (count === null) return { reported: null, held: held.visible, ...none, state: 'not_counted' }
  const difference = count.reported - held.visible
  const known = { reported: count.reported, held: held.visible }
  if (difference === 0) return { ...known, ...none, state: 'complete' }
  let left = Math.max(0, difference)
  const take = (most: number): number => {
    const taken = Math.min(left, most)
    left -= taken
    return taken
  }
  const deletedSince = take(held.deletedSince)
  const toFetch = difference < 0 ? difference : left
  if (!count.read && toFetch !== 0) return { ...known, ...none, deleted: deletedSince, toFetch, state: 'fetching' }
  const [hidden, toOneAlone] = [take(held.hidden), take(held.private)]
  const deleted = deletedSince + take(held.deleted - held.deletedSince)
  const reasons = { hidden, private: toOneAlone, deleted, filtered: take(count.withheld) }
  const unexplained = difference < 0 ? difference : left
  return { ...known, ...none, ...reasons, unexplained, state: unexplained === 0 ? 'explained' : 'unexplained' }
}

/** Several posts together. Each keeps its own reasons: what one post has too many never makes up for what another lacks. */
export function sumLedgers(
  ledgers: readonly Ledger[],
): Omit<Ledger, 'reported'> & { reported: number; posts: number; missing: number; missingOn: number } {
  const sum = {
    posts: ledgers.length,
    reported: 0,
    held: 0,
    hidden: 0,
    private: 0,
    deleted: 0,
    filtered: 0,
    toFetch: 0,
    unexplained: 0,
    missing: 0,
    missingOn: 0,
  }
  for (const each of ledgers) {
    sum.reported += each.reported ?? 0
    sum.held += each.held
    for (const reason of reasonsForDifference) sum[reason] += each[reason]
    const missing = missingOf(each)
    sum.missing += missing
    if (missing > 0) sum.missingOn += 1
  }
  const worst = statesByWorst.find((state) => ledgers.some((each) => each.state === state)) ?? 'not_counted'
  return { ...sum, state: worst }
}

const statesByWorst: readonly LedgerState[] = ['fetching', 'unexplained', 'not_counted', 'explained', 'complete']

/** How many the platform has that we do not, and nobody knows why yet. */
export function missingOf({ toFetch, unexplained }: Differences): number {
  return Math.max(0, toFetch) + Math.max(0, unexplained)
}

/** What was written longer ago than this when it reached us was found late. */
export const lateAfterMs = 10 * 60_000

/** How late something reached us; null when it came in time, or was there before its channel was first read. */
export function lateness(item: { platformAt: string; receivedAt: string }, channelId: string): number | null {
  const writtenMs = Date.parse(item.platformAt)
  const ms = Date.parse(item.receivedAt) - writtenMs
  return ms < lateAfterMs || writtenMs < madeAtMs(channelId) ? null : ms
}

/** When a row was made: a UUIDv7 begins with it, in milliseconds since 1970 (RFC 9562, 5.7). A demo's channel says that it was connected earlier. */
export function madeAtMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

const hourMs = 3_600_000

/** When a post is counted again: soon where something happens or something is missing, and ever more rarely where nothing does. `tries`: counts in a row that left a difference. */
export function nextCountMs(post: { idleMs: number; tries: number }): number {
  if (post.tries > 0) return Math.min(24 * hourMs, 60_000 * 5 ** (post.tries - 1))
  if (post.idleMs < hourMs) return 5 * 60_000
  if (post.idleMs < 24 * hourMs) return 30 * 60_000
  if (post.idleMs < 7 * 24 * hourMs) return 6 * hourMs
  return post.idleMs < 30 * 24 * hourMs ? 24 * hourMs : 7 * 24 * hourMs
}
