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

type Waiting = { arrival: Arrival; stored: () => void; failed: (error: unknown) => void }

/**
 * Stores webhook bodies, each promise settled only once its row is committed. While one INSERT is in flight the next batch gathers, so there is no timer:
 * one alone goes at once, a storm goes in few large statements. A body already stored for that app is not stored again and counts as stored.
 */
export function openStore(ctx: Context): { store(arrival: Arrival): Promise<void> } {
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
        if (ids.length > 0) void ctx.queue.add('ingest', [{ deliveryIds: ids }])
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
