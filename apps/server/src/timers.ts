import { sql } from 'drizzle-orm'
import { dropOldAccess } from './access/old-rows.ts'
import type { Context } from './context.ts'
import { calmly } from './db/calmly.ts'
import type { OpenSocket } from '@answerback/platforms/socket'
import { openListener, type Listener } from './intake/listener.ts'
import { openPoller, type Poller } from './intake/poller.ts'
import { deriveDueTimes } from './inbox/due-times.ts'
import { indexWords } from './inbox/index-words.ts'
import { sweepDeliveries } from './intake/sweep.ts'
import { wakeSnoozed } from './inbox/snooze.ts'
import { readFeeds } from './posts/feeds.ts'
import { queueDueReplies } from './reply/due.ts'
import { dropOldUploads } from './reply/uploads.ts'

/**
 * Every timer in one place. What is due stands in our rows; these only look. `everyMs` is how often a process looks, `role` which processes do.
 * Each is safe to run in many processes at once.
 */
const timers = [
  { name: 'replies that are due', role: 'worker', everyMs: 500, run: queueDueReplies },
  { name: 'snoozes that end', role: 'worker', everyMs: 5_000, run: wakeSnoozed },
  { name: 'due times to derive again', role: 'worker', everyMs: 500, run: deriveDueTimes },
  { name: 'words to be found by', role: 'worker', everyMs: 500, run: indexWords },
  { name: 'deliveries the queue forgot', role: 'worker', everyMs: 5_000, run: (ctx: Context) => sweepDeliveries(ctx) },
  { name: 'old rows', role: 'worker', everyMs: 3_600_000, run: dropOldRows },
  { name: 'feeds to read', role: 'poller', everyMs: 5_000, run: readFeeds },
  { name: 'channels to read', role: 'poller', everyMs: 250, run: (_ctx: Context, poller: Poller) => poller.begin() },
  {
    name: 'live connections',
    role: 'poller',
    everyMs: 1_000,
    run: (_ctx: Context, _poller: Poller, listener: Listener) => listener.begin(),
  },
] as const

/** Raw deliveries 30 days, change rows 7 days, idempotency keys 30 days; what is left of sign-ins, and files of replies. */
async function dropOldRows(ctx: Context): Promise<number> {
  const before = (days: number) => new Date(ctx.now().getTime() - days * 86_400_000).toISOString()
  const dropped = await Promise.all([
    ctx.db.system.execute(
      sql`delete from delivery where received_at < ${before(30)}::timestamptz and (done_at is not null or quarantined is not null)`,
    ),
    ctx.db.system.execute(sql`delete from change where created_at < ${before(7)}::timestamptz`),
    ctx.db.system.execute(sql`delete from idempotency_key where created_at < ${before(30)}::timestamptz`),
  ])
  return dropped.reduce((sum, each) => sum + (each.rowCount ?? 0), (await dropOldAccess(ctx)) + (await dropOldUploads(ctx)))
}

/** Runs the timers of these roles until `stop`; a round that is still running is not started again, `stop` waits for it. */
export function startTimers(ctx: Context, roles: readonly string[], openSocket: OpenSocket): { stop(): Promise<void> } {
  const running = new Set<Promise<unknown>>()
  const poller = openPoller(ctx)
  const listener = openListener(ctx, openSocket)
  const handles = timers
    .filter((timer) => roles.includes(timer.role))
    .map((timer) => {
      let busy = false
      const failed = calmly((error, more) =>
        ctx.log.warn({ timer: timer.name, reason: error.message, ...more }, 'timer: a round failed, the next one tries again'),
      )
      return setInterval(() => {
        if (busy) return
        busy = true
        const round: Promise<unknown> = timer
          .run(ctx, poller, listener)
          .catch(failed)
          .finally(() => {
            busy = false
            running.delete(round)
          })
        running.add(round)
      }, timer.everyMs)
    })
  return {
    async stop() {
      for (const handle of handles) clearInterval(handle)
      await Promise.allSettled(running)
      await listener.close()
      await poller.settled()
      poller.close()
    },
  }
}
