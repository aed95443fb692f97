import type { Context } from '../context.ts'
import { readChannel } from './poll.ts'
import { claimPolls, renewLeases, type Claimed } from './poll-claim.ts'
import { openKeeper } from './poll-keep.ts'
import { wishesOf } from './poll-wanted.ts'

/** Channels read at the same time by one process: waiting for a platform costs little. */
const readAtOnce = 256
/** Of them at one host, so that all of them waiting for one costs the others nothing; and of those that failed last time, so that they do not stand in the way. */
const readAtOneHost = 16
const triedAgainAtOneHost = 2
/** After so many failures and no success a host is taken to be down: one at a time asks it, until one succeeds. */
const failuresUntilDown = 5

const renewEveryMs = 20_000

export type Poller = {
  /** Begins reading what is due, as much as there is room for, without waiting for it. How many it began. */
  begin(): Promise<number>
  /** Resolves when nothing is being read any more. */
  settled(): Promise<void>
  /** No lease is renewed any more. */
  close(): void
}

/** Reads channels that are due, so that neither a channel that hangs nor a host that is down delays the others. */
export function openPoller(ctx: Context, { atOnce = readAtOnce } = {}): Poller {
  const reading = new Map<Claimed, Promise<void>>()
  const failuresInRow = new Map<string, number>()
  const keeper = openKeeper(ctx, { gathers: atOnce > 1 })
  let renewing = false
  const renewal = setInterval(() => {
    if (renewing || reading.size === 0) return
    renewing = true
    renewLeases(ctx, [...reading.keys()])
      .catch((error: unknown) => ctx.log.warn({ reason: (error as Error).message }, 'poll: could not renew what is being read'))
      .finally(() => (renewing = false))
  }, renewEveryMs).unref()

  /** What is left in lanes that are busy or down; the others have all their room. */
  function lanesLeft(): Map<string, number> {
    const left = new Map<string, number>()
    for (const [lane, failures] of failuresInRow) if (failures >= failuresUntilDown) left.set(lane, 1)
    for (const { lane, poll } of reading.keys())
      left.set(lane, (left.get(lane) ?? (poll.failures > 0 ? triedAgainAtOneHost : readAtOneHost)) - 1)
    return left
  }

  function learn(lane: string, well: boolean): void {
    if (well) failuresInRow.delete(lane)
    else failuresInRow.set(lane, (failuresInRow.get(lane) ?? 0) + 1)
  }

  return {
    async begin() {
      const free = atOnce - reading.size
      if (free <= 0) return 0
      const claimed = await claimPolls(ctx, { free, perLane: readAtOneHost, perFailingLane: triedAgainAtOneHost, lanes: lanesLeft() })
      if (claimed.length === 0) return 0
      const wishes = await wishesOf(ctx, claimed)
      for (const each of claimed) {
        const done: Promise<void> = readChannel(ctx, keeper, each, wishes.get(each.channel.id)!)
          .then((well) => learn(each.lane, well))
          .catch((error: unknown) => ctx.log.error({ channel: each.channel.id, err: error }, 'poll: failed'))
          .finally(() => reading.delete(each))
        reading.set(each, done)
      }
      return claimed.length
    },
    async settled() {
      while (reading.size > 0) await Promise.allSettled(reading.values())
    },
    close: () => clearInterval(renewal),
  }
}
