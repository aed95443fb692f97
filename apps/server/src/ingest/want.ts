import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Said } from './read-delivery.ts'

/** What deliveries only named is read by id in the channel's next round, which is now. Asked for twice it is read once. */
export async function askFor(ctx: Context, said: Said[]): Promise<void> {
  const named = said.filter((each) => each.wanted.length > 0)
  if (named.length === 0) return
  await ctx.db.system.execute(sql`
    update poll set due_at = least(due_at, ${ctx.now().toISOString()}::timestamptz), wanted = (
      select jsonb_agg(distinct each) from jsonb_array_elements(poll.wanted || named.wanted) each)
    from (select channel_id, jsonb_agg(each) as wanted from unnest(
        ${sql.param(named.map(({ channel }) => channel.id))}::uuid[], ${sql.param(named.map(({ wanted }) => JSON.stringify(wanted)))}::jsonb[]
      ) as one (channel_id, wanted), jsonb_array_elements(one.wanted) each group by channel_id) named
    where poll.channel_id = named.channel_id`)
}
