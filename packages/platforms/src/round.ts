import { createHash } from 'node:crypto'
import { PlatformError } from './error.ts'
import type { PolledPage, PollResult } from './platform.ts'

/** One poll while it runs: what has been read, and what could not be. */
export type Round = { pages: PolledPage[]; trouble: PlatformError | null }

/**
 * Runs a later step of a poll so that its failure does not throw away what earlier steps read. A dead token still ends the poll; a busy or broken
 * platform ends the round (false); a refusal or an absence costs this one step.
 */
export async function attempt(round: Round, step: () => Promise<void>): Promise<boolean> {
  try {
    await step()
    return true
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind === 'reauthorize') throw error
    if (error.kind !== 'gone') round.trouble ??= error
    return error.kind === 'gone' || error.kind === 'rejected'
  }
}

/** The round as a result; a platform that asked for patience gets it. */
export function finish(round: Round, cursor: unknown, waitMs: number): PollResult {
  const { pages, trouble } = round
  return { pages, cursor, waitMs: Math.max(waitMs, trouble?.retryAfterMs ?? 0), ...(trouble && { trouble }) }
}

/** The newest few each time, and the rest in turn: `turn` is where the rest goes on, to be kept in the cursor. */
export function takeTurn<T>(items: readonly T[], turn: number, sizes: { newest: number; others: number }): { chosen: T[]; turn: number } {
  const chosen = items.slice(0, sizes.newest)
  const rest = items.slice(sizes.newest)
  const take = Math.min(sizes.others, rest.length)
  for (let step = 0; step < take; step += 1) chosen.push(rest[(turn + step) % rest.length]!)
  return { chosen, turn: rest.length === 0 ? 0 : (turn + take) % rest.length }
}

/** Those of `posts` that are to be read whole, then the others whose turn it is. */
export function wholeFirst<T extends { whole?: true }>(posts: readonly T[], chosen: readonly T[]): T[] {
  return [...posts.filter((post) => post.whole), ...chosen.filter((post) => !post.whole)]
}

/** Equal-sized groups, the last one shorter. */
export function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, group) => items.slice(group * size, (group + 1) * size))
}

/** Guards a loop over pages: throws `unavailable` when a place comes a second time, or after `max` pages. */
export function pageGuard(max: number): (place: string) => void {
  const seen = new Set<string>()
  return (place) => {
    if (seen.has(place)) throw new PlatformError('unavailable', 'The platform gave the same page twice')
    if (seen.size >= max) throw new PlatformError('unavailable', `The platform gave more than ${max} pages`)
    seen.add(place)
  }
}

/** Names a group of messages read again: short, however many ids there are. */
export function openResource(ids: string): string {
  return `open:${createHash('sha256').update(ids).digest('base64url').slice(0, 16)}`
}
