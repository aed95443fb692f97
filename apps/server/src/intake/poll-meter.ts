import { PlatformError } from '@answerback/platforms/error'
import { takeFromAll } from '../access/call-budget.ts'
import { takeShared } from '../access/shared-calls.ts'
import { platformOf, type Context } from '../context.ts'
import type { Claimed } from './poll-claim.ts'

/** Beyond what was paid for before, calls are taken so many at a time. */
const callsAtATime = 5
/** Longer no round goes on; what it has read is kept, and the next one goes on from there. */
const longestRoundMs = 5 * 60_000

/** `fetch` pays for every call. `calls` were made. `freeAt`: an allowance was used up, and when it has room again. */
export type Meter = { fetch: typeof fetch; readonly calls: number; readonly freeAt: Date | null }

/**
 * The way out for one round. A call that no allowance has room for is not made: it fails as the platform's own "too many requests" would, so that the adapter
 * keeps what it has. What it pays from the account's own allowance stands in `claimed.used`.
 */
export function openMeter(ctx: Context, claimed: Claimed): Meter {
  const own = (platformOf(ctx, claimed.channel.platform).budgets ?? []).filter((budget) => budget.scope === 'channel')
  const startedAt = ctx.now().getTime()
  let paid = claimed.calls
  let calls = 0
  let freeAt: Date | null = null

  async function payMore(): Promise<void> {
    const mine = takeFromAll(own, claimed.used, callsAtATime, ctx.now(), { others: claimed.others })
    if (!mine.taken) return refuse(mine.freeAt)
    const [wait] = claimed.shared === null ? [null] : await takeShared(ctx, [{ ...claimed.shared, calls: callsAtATime }])
    if (wait) return refuse(wait)
    claimed.used = mine.used
    paid += callsAtATime
  }
  function refuse(until: Date): never {
    freeAt = until
    throw new PlatformError('rate_limited', 'What may be asked of the platform is used up for now', {
      retryAfterMs: Math.max(1_000, until.getTime() - ctx.now().getTime()),
    })
  }
  return {
    async fetch(input, init) {
      if (ctx.now().getTime() - startedAt > longestRoundMs) throw new PlatformError('unavailable', 'Reading took too long')
      if (calls >= paid) await payMore()
      calls += 1
      return ctx.fetch(input, init)
    },
    get calls() {
      return calls
    },
    get freeAt() {
      return freeAt
    },
  }
}
