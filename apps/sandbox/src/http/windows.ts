import type { Context } from '../context.ts'
import type { PlatformId } from '../world/item.ts'

/** What is left of a window, and when it begins anew (milliseconds since 1970). `over`: the call has to be refused. */
export type WindowUse = { limit: number; left: number; resetAt: number; over: boolean }

const keptWindows = 1_000

/**
 * The rate limits of one platform, as fixed windows by name. They always count, so that headers can tell; `over` is true only when the
 * sandbox was told to enforce limits.
 */
export class Windows {
  #context: Context
  #platform: PlatformId
  #byName = new Map<string, { startsAt: number; used: number }>()

  constructor(context: Context, platform: PlatformId) {
    this.#context = context
    this.#platform = platform
  }

  /** Counts a call that costs so much. */
  use(name: string, limit: number, windowSeconds: number, cost = 1): WindowUse {
    const now = this.#context.world.clock(this.#platform)
    const known = this.#byName.get(name)
    const window = known && now - known.startsAt < windowSeconds * 1000 ? known : { startsAt: now, used: 0 }
    if (this.#byName.size > keptWindows) this.#byName.clear()
    this.#byName.set(name, window)
    window.used += cost
    const over = this.#context.enforceLimits && window.used > limit
    return { limit, left: Math.max(0, limit - window.used), resetAt: window.startsAt + windowSeconds * 1000, over }
  }
}
