import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'

/** Replies whose time has come (undo window over, next try, next look) go to the queue. The rows are the truth; a job twice does no harm. */
export async function queueDueReplies(ctx: Context): Promise<number> {
  const { rows } = await ctx.db.system.execute<{ id: string; workspace_id: string }>(
    sql`select id, workspace_id from reply where due_at <= ${ctx.now().toISOString()}::timestamptz order by due_at limit 200`,
  )
  if (rows.length > 0)
    await ctx.queue.add(
      'send',
      rows.map((row) => ({ workspaceId: row.workspace_id, replyId: row.id })),
    )
  return rows.length
}
