import { randomInt } from 'node:crypto'
import { PlatformError } from '@answerback/platforms/error'
import type { OpenSocket } from '@answerback/platforms/socket'
import { ioOf } from '../access/channel-io.ts'
import { platformOf, type Context } from '../context.ts'
import { changing } from '../live/change-log.ts'
import { openHints } from './hints.ts'
import { claimListens, noteBroken, noteLive, releaseListens, renewListens, type Listening } from './listen-claim.ts'
import { waitAfterFailure } from './poll-pace.ts'

/** Connections that one process keeps, and begins at a time: after a restart not all knock at once. */
const keptAtOnce = 2_000
const begunAtOnce = 20
const renewEveryMs = 10_000
/** A connection that held this long was no failure when it broke. */
const steadyMs = 60_000
/** What a platform refuses is tried again when something may have changed; connecting anew does so at once. */
const refusedMs = 60 * 60_000

export type Listener = {
  /** Opens what nobody listens to, and goes on holding what is held. How many it began. */
  begin(): Promise<number>
  /** Ends every connection and leaves it to others. */
  close(): Promise<void>
}

type Held = { listening: Listening; end: AbortController; done: Promise<void> }

/**
 * Keeps the live connections of platforms that have them. They only say "look now": reading goes on at its own pace whether they hold or not, so a connection that is lost costs
 * seconds and nothing else.
 */
export function openListener(ctx: Context, openSocket: OpenSocket): Listener {
  const held = new Map<string, Held>()
  const listeners = ctx.platforms.filter((each) => each.listen !== undefined).map((each) => each.id)
  let renewedAtMs = 0
  let closing = false

  async function renew(): Promise<void> {
    if (held.size === 0 || Math.abs(ctx.now().getTime() - renewedAtMs) < renewEveryMs) return
    renewedAtMs = ctx.now().getTime()
    const mine = [...held.values()]
    const kept = await renewListens(
      ctx,
      mine.map((each) => each.listening),
    )
    // Paused, disconnected, connected anew, or somebody else's by now.
    const lost = mine.filter((each) => !kept.has(each.listening.channel.id))
    for (const each of lost) each.end.abort()
    await releaseListens(
      ctx,
      lost.map((each) => each.listening),
    )
  }

  function hold(listening: Listening): void {
    const end = new AbortController()
    const done = listenTo(ctx, openSocket, listening, end.signal)
      .catch((error: unknown) => ctx.log.error({ channel: listening.channel.id, err: error }, 'listen: failed'))
      .finally(() => {
        if (held.get(listening.channel.id)?.listening === listening) held.delete(listening.channel.id)
      })
    held.set(listening.channel.id, { listening, end, done })
  }

  return {
    async begin() {
      if (closing) return 0
      await renew()
      const claimed = await claimListens(ctx, listeners, Math.min(begunAtOnce, keptAtOnce - held.size))
      for (const listening of claimed) {
        held.get(listening.channel.id)?.end.abort()
        if (closing) await releaseListens(ctx, [listening])
        else hold(listening)
      }
      return claimed.length
    },
    async close() {
      closing = true
      const mine = [...held.values()]
      for (const each of mine) each.end.abort()
      await Promise.allSettled(mine.map((each) => each.done))
      await releaseListens(
        ctx,
        mine.map((each) => each.listening),
      )
    },
  }
}

/** One connection from its beginning to its end, and when the next one may begin. */
async function listenTo(ctx: Context, openSocket: OpenSocket, listening: Listening, signal: AbortSignal): Promise<void> {
  const { channel, poll } = listening
  const platform = platformOf(ctx, channel.platform)
  const hints = openHints(ctx, channel.id, platform.budgets ?? [])
  let liveAtMs: number | null = null
  let reason: unknown = null
  const ready = (): void => {
    liveAtMs = ctx.now().getTime()
    // What happened while nobody listened.
    hints.hint()
    noteLive(ctx, listening)
      .then((isOurs) => (isOurs && (poll.listenFailures > 0 || poll.wasLiveAt === null) ? tellStaff(ctx, listening) : undefined))
      .catch((error: unknown) => ctx.log.warn({ channel: channel.id, reason: (error as Error).message }, 'listen: could not note it'))
  }
  try {
    const io = await ioOf(ctx, channel)
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    // Whoever wants to stop does not wait for a slow answer.
    if (!signal.aborted)
      await Promise.race([platform.listen!(Object.assign(io, { openSocket }), { ready, hint: hints.hint, signal }), ended])
  } catch (error) {
    reason = error
  }
  hints.close()
  if (signal.aborted) return
  const wasSteady = liveAtMs !== null && ctx.now().getTime() - liveAtMs >= steadyMs
  const failures = wasSteady ? 0 : poll.listenFailures + 1
  await noteBroken(ctx, listening, failures, new Date(ctx.now().getTime() + waitBefore(failures, reason)))
  const wasLive = poll.wasLiveAt !== null || liveAtMs !== null
  const words = reason instanceof Error ? reason.message : 'it ended'
  ctx.log.info({ channel: channel.id, platform: channel.platform, failures, reason: words }, 'listen: a live connection ended')
  if (failures === 1 && wasLive) await tellStaff(ctx, listening)
}

/** Soon after one that held long, else ever more seldom; never all at the same moment. */
function waitBefore(failures: number, error: unknown): number {
  const kind = error instanceof PlatformError ? error.kind : 'unavailable'
  const retryAfterMs = error instanceof PlatformError ? error.retryAfterMs : null
  if (kind === 'reauthorize' || kind === 'rejected' || kind === 'gone') return refusedMs
  const waitMs = failures === 0 ? 1_000 : waitAfterFailure(failures, null)
  return Math.max(retryAfterMs ?? 0, 0) + Math.round((waitMs * (50 + randomInt(51))) / 100)
}

async function tellStaff(ctx: Context, { channel }: Listening): Promise<void> {
  await changing(ctx, channel.workspaceId, async (change) => change.channelsChanged())
}
