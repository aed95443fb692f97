import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { changing } from '../live/change-log.ts'
import { recompute } from './recompute.ts'

/** Conversations whose snooze has ended are waiting again; their clock never stopped. Returns how many. */
export async function wakeSnoozed(ctx: Context): Promise<number> {
  const { rows } = await ctx.db.system.execute<{ id: string; workspace_id: string }>(
    sql`select id, workspace_id from conversation where state = 'snoozed' and snoozed_until <= ${ctx.now().toISOString()}::timestamptz limit 500`,
  )
  for (const workspaceId of new Set(rows.map((row) => row.workspace_id))) {
    await changing(ctx, workspaceId, async (change) => {
      for (const row of rows) if (row.workspace_id === workspaceId) await recompute(ctx, change, row.id)
    })
  }
  return rows.length
}
