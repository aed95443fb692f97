import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Context } from '../context.ts'

/** A webhook that was verified and waits to be stored. */
export type Arrival = { platform: string; appId: string; body: Buffer; receivedAt: Date }

/** No more rows than this in one INSERT; past it the next one takes the rest. */
const maxRows = 256
/** More than this waiting means that the database cannot keep up: refuse, the platform keeps its copy. */
const maxWaiting = 20_000

/** Deliveries in one job: they are taken in by one transaction a workspace. */
const maxIdsInJob = 50
/** A call is followed by a rest of so many times what it took. */
const restShare = 9
const maxRestMs = 50

type Waiting = { arrival: Arrival; stored: () => void; failed: (error: unknown) => void }

/**
 * Stores webhook bodies, each promise settled only once its row is committed. While one INSERT is in flight the next batch gathers, so there is no timer:
 * one alone goes at once, a storm goes in few large statements. A body already stored for that app is not stored again and counts as stored.
 */
export function openStore(ctx: Context): { store(arrival: Arrival): Promise<void> } {
  const wake = openWakeUps(ctx)
  let waiting: Waiting[] = []
  let inFlight = false

  async function flush(): Promise<void> {
    inFlight = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxRows)
      try {
        const ids = await insert(
          ctx,
          batch.map((each) => each.arrival),
        )
        for (const each of batch) each.stored()
        void wake(ids)
      } catch (error) {
        for (const each of batch) each.failed(error)
      }
    }
    inFlight = false
  }

  return {
    store: (arrival) =>
      new Promise((stored, failed) => {
        if (waiting.length >= maxWaiting) return failed(new Error('Too many deliveries are waiting to be stored.'))
        waiting.push({ arrival, stored, failed })
        if (!inFlight) void flush()
      }),
  }
}

/**
 * Tells ingest of new rows, one call at a time and with a rest after each that grows with what it took: rows stored meanwhile go together in the next, so
 * that a storm of small batches is no storm of jobs and adding them keeps a small share of the database. One alone goes at once.
 */
function openWakeUps(ctx: Context): (ids: string[]) => Promise<void> {
  let gathered: string[] = []
  let inFlight = false
  return async (ids) => {
    gathered.push(...ids)
    if (inFlight) return
    inFlight = true
    while (gathered.length > 0) {
      const jobs = []
      for (let at = 0; at < gathered.length; at += maxIdsInJob) jobs.push({ deliveryIds: gathered.slice(at, at + maxIdsInJob) })
      gathered = []
      const startedAt = ctx.now().getTime()
      await ctx.queue.add('ingest', jobs)
      const restMs = Math.min(maxRestMs, restShare * (ctx.now().getTime() - startedAt))
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
    }
    inFlight = false
  }
}

/** One statement, ids of the new rows. */
async function insert(ctx: Context, arrivals: Arrival[]): Promise<string[]> {
  const dueAt = sweepAfter(ctx.now()).toISOString()
  const { rows } = await ctx.db.system.execute<{ id: string }>(sql`
    insert into delivery (id, platform, app_id, kind, request, body, hash, received_at, due_at)
    select id, platform, app_id, 'webhook', '{}'::jsonb, body, hash, received_at, ${dueAt}::timestamptz
    from unnest(
      ${sql.param(arrivals.map(() => uuidv7()))}::uuid[],
      ${sql.param(arrivals.map((each) => each.platform))}::text[],
      ${sql.param(arrivals.map((each) => each.appId))}::uuid[],
      ${sql.param(arrivals.map((each) => each.body))}::bytea[],
      ${sql.param(arrivals.map((each) => createHash('sha256').update(each.appId).update(each.body).digest()))}::bytea[],
      ${sql.param(arrivals.map((each) => each.receivedAt.toISOString()))}::timestamptz[]
    ) as arrival (id, platform, app_id, body, hash, received_at)
    on conflict (hash) where hash is not null do nothing
    returning id`)
  return rows.map((row) => row.id)
}

/** When the sweep takes up a delivery that the queue forgot. */
export function sweepAfter(now: Date): Date {
  return new Date(now.getTime() + 15_000)
}
