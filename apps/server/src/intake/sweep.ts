import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { sweepAfter } from './store.ts'

const batch = 500

/** Deliveries that are not done and were not looked at for a while (due before `dueBy`) go to the queue again: what a lost queue forgot. Returns how many. */
export async function sweepDeliveries(ctx: Context, dueBy = ctx.now()): Promise<number> {
  const now = ctx.now()
  const { rows } = await ctx.db.system.execute<{ id: string }>(sql`
    update delivery set due_at = ${sweepAfter(now).toISOString()}::timestamptz
    where id in (select id from delivery where done_at is null and quarantined is null and due_at <= ${dueBy.toISOString()}::timestamptz order by due_at limit ${batch} for update skip locked)
    returning id`)
  const ids = rows.map((row) => row.id)
  for (let at = 0; at < ids.length; at += 50) await ctx.queue.add('ingest', [{ deliveryIds: ids.slice(at, at + 50) }])
  return ids.length
}
