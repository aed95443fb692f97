import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'

/** A webhook that was verified and waits to be stored. `id`: its request's, a UUIDv7 (RFC 9562), which becomes the row's. `request`: what is kept of its headers, where they say what the body does not. */
export type Arrival = { id: string; platform: string; appId: string; body: Buffer; receivedAt: Date; request?: Record<string, string> }

/** No more rows than this in one INSERT; past it the next one takes the rest. */
const maxRows = 256
/** More than this waiting means that the database cannot keep up: refuse, the platform keeps its copy. */
const maxWaiting = 20_000

/** Deliveries in one job: they are taken in by one transaction a workspace. */
const maxIdsInJob = 50
/** A call during which more came is followed by a rest of so many times what it took. */
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
 * Tells ingest of new rows, one call at a time. What comes during a call goes together in the next, after a rest that grows with what the call took, so that
 * a storm of small batches is no storm of jobs and adding them keeps a small share of the database. Whoever comes between calls goes at once.
 */
function openWakeUps(ctx: Context): (ids: string[]) => Promise<void> {
  let gathered: string[] = []
  let inFlight = false
  return async (ids) => {
    gathered.push(...ids)
    if (inFlight || gathered.length === 0) return
    inFlight = true
    for (;;) {
      const jobs = []
      for (let at = 0; at < gathered.length; at += maxIdsInJob) jobs.push({ deliveryIds: gathered.slice(at, at + maxIdsInJob) })
      gathered = []
      const startedAt = ctx.now().getTime()
      await ctx.queue.add('ingest', jobs)
      if (gathered.length === 0) break
      const restMs = Math.min(maxRestMs, restShare * (ctx.now().getTime() - startedAt))
      await new Promise((resolve) => setTimeout(resolve, restMs))
    }
    inFlight = false
  }
}

/**
 * One statement, ids of the new rows. It is named, so that a connection plans it once, and all bodies travel as one binary value, cut apart where they are
 * stored: together that spares PostgreSQL a third of its work for a small batch.
 */
async function insert(ctx: Context, arrivals: Arrival[]): Promise<string[]> {
  let end = 0
  const starts = arrivals.map(({ body }) => (end += body.length) - body.length + 1)
  const { rows } = await ctx.db.systemPool.query<{ id: string }>({
    name: 'store-webhooks',
    text: `
      insert into delivery (id, platform, app_id, kind, request, body, hash, received_at, due_at)
      select id, platform, app_id, 'webhook', request, substring($1::bytea from start for bytes), substring($2::bytea from n::int * 32 - 31 for 32), received_at, $3::timestamptz
      from unnest($4::uuid[], $5::text[], $6::uuid[], $7::jsonb[], $8::int[], $9::int[], $10::timestamptz[])
        with ordinality as arrival (id, platform, app_id, request, start, bytes, received_at, n)
      on conflict (hash) where hash is not null do nothing
      returning id`,
    values: [
      Buffer.concat(arrivals.map(({ body }) => body)),
      Buffer.concat(arrivals.map(hashOf)),
      sweepAfter(ctx.now()).toISOString(),
      arrivals.map(({ id }) => id),
      arrivals.map(({ platform }) => platform),
      arrivals.map(({ appId }) => appId),
      arrivals.map(({ request = {} }) => JSON.stringify(request)),
      starts,
      arrivals.map(({ body }) => body.length),
      arrivals.map(({ receivedAt }) => receivedAt.toISOString()),
    ],
  })
  return rows.map((row) => row.id)
}

/** Names a delivery: the app, what was kept of its headers, and the body. */
function hashOf({ appId, request = {}, body }: Arrival): Buffer {
  const hash = createHash('sha256').update(appId)
  if (Object.keys(request).length > 0) hash.update(JSON.stringify(request))
  return hash.update(body).digest()
}

/** When the sweep takes up a delivery that the queue forgot. */
export function sweepAfter(now: Date): Date {
  return new Date(now.getTime() + 15_000)
}
