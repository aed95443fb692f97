import type { Platform } from '@answerback/platforms/platform'

/** So many calls in so many seconds, as the platform documents it. */
export type Budget = NonNullable<Platform['budgets']>[number]

/** Calls by slots of a tenth of the window, oldest first: `[slot since 1970, calls]`. */
export type Used = [slot: number, calls: number][]

/** `used` is what to remember from now on; without room `freeAt` is when there will be some. */
export type Taken = { taken: true; used: Used } | { taken: false; used: Used; freeAt: Date }

const slotsInWindow = 10
/** Reading leaves a part of every allowance to replies and whatever else a person asks for, which must never wait for it. */
const readingShare = 0.8

/** `share`: how much of an allowance may be given out, four fifths when absent. */
type Terms = { share?: number }

/**
 * Takes `calls` out of an allowance, or tells when there will be room for them. In no stretch of the window's length, wherever it begins, is more than its share
 * given out: eleven slots of a tenth cover every such stretch. Who asks for more than a whole window has gets a whole window. `others`: what somebody else used of
 * the same allowance, and writes down elsewhere.
 */
export function takeCalls(budget: Budget, used: Used, calls: number, now: Date, terms: Terms & { others?: Used } = {}): Taken {
  const { share = readingShare, others = [] } = terms
  const slotMs = (budget.perSeconds * 1000) / slotsInWindow
  const most = Math.max(1, Math.floor(budget.calls * share))
  const wanted = Math.min(calls, most)
  const last = used.at(-1)
  // A clock that went back must not open the allowance again.
  const slot = Math.max(Math.floor(now.getTime() / slotMs), last?.[0] ?? 0)
  const isRecent = ([at]: Used[number]): boolean => at >= slot - slotsInWindow
  const recent = used.filter(isRecent)
  const all = [...recent, ...others.filter(isRecent)].toSorted((a, b) => a[0] - b[0])
  let sum = all.reduce((total, [, count]) => total + count, 0)
  if (sum + wanted <= most) {
    const here: Used = last?.[0] === slot ? [...recent.slice(0, -1), [slot, last[1] + wanted]] : [...recent, [slot, wanted]]
    return { taken: true, used: here }
  }
  let freeAt = now.getTime()
  for (const [at, count] of all) {
    sum -= count
    freeAt = (at + slotsInWindow + 1) * slotMs
    if (sum + wanted <= most) break
  }
  return { taken: false, used: recent, freeAt: new Date(Math.ceil(freeAt)) }
}

/** The same from several allowances, by the seconds of their window: from all of them, or from none until the last of them has room. */
export function takeFromAll(
  budgets: readonly Budget[],
  used: Record<string, Used>,
  calls: number,
  now: Date,
  { others = {}, ...terms }: Terms & { others?: Record<string, Used> } = {},
): { taken: true; used: Record<string, Used> } | { taken: false; freeAt: Date } {
  const tries = budgets.map((budget) => ({
    budget,
    result: takeCalls(budget, used[budget.perSeconds] ?? [], calls, now, { ...terms, others: others[budget.perSeconds] ?? [] }),
  }))
  const waits = tries.flatMap(({ result }) => (result.taken ? [] : [result.freeAt.getTime()]))
  if (waits.length > 0) return { taken: false, freeAt: new Date(Math.max(...waits)) }
  return { taken: true, used: Object.fromEntries(tries.map(({ budget, result }) => [budget.perSeconds, result.used])) }
}
