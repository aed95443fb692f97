import { setTimeout as pause } from 'node:timers/promises'
import { PlatformError } from './error.ts'

const firstPauseMs = 50
const longestPauseMs = 3_000

/**
 * Asks again, with growing pauses, until something that has to come before a reply is ready (`ask` gives null while it is not). Not ready after `forMs` (a minute
 * unless given): nothing was sent, and another try may come.
 */
export async function untilReady<T>(what: string, ask: () => Promise<T | null>, forMs = 60_000): Promise<T> {
  let waitedMs = 0
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const ready = await ask()
    if (ready !== null) return ready
    if (waitedMs >= forMs)
      throw new PlatformError('unavailable', `${what} took more than ${Math.ceil(forMs / 1000)} seconds`, {
        notSent: true,
        retryAfterMs: 30_000,
      })
    await pause(pauseMs)
    waitedMs += pauseMs
  }
}
