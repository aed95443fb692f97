import { sql } from 'drizzle-orm'
import { keysOf } from '@answerback/core/search-words'
import type { Context } from '../context.ts'

type Said = { text: string; ours: boolean; name: string | null; handle: string | null }

/** Messages read in one transaction: short, as whoever changes one of them meanwhile waits for it. */
const atOnce = 200

/** How long a round takes, about: whoever stops waits for it. */
const roundMs = 1_000

/**
 * Reads the words of what was written, changed or whose writer got another name, so that it is found by them: new messages within a second, all of them round by round after
 * moving in from an older version, workspaces in turn. Safe in many processes at once. Returns how many messages it read; 0: nothing is left.
 */
export async function indexWords(ctx: Context): Promise<number> {
  const until = ctx.now().getTime() + roundMs
  // By workspace, not by row, of which there may be millions. In any order, so that a round that ends early leaves out others than the last one did.
  const { rows } = await ctx.db.system.execute<{ id: string }>(sql`
    select w.id from workspace w cross join lateral (select from message_words where workspace_id = w.id and stale limit 1) s order by random()`)
  let count = 0
  for (let left = rows.map((row) => row.id); left.length > 0;) {
    const more: string[] = []
    for (const id of left) {
      const read = await indexSome(ctx, id)
      count += read
      if (read === atOnce) more.push(id)
      if (ctx.now().getTime() >= until) return count
    }
    left = more
  }
  return count
}

function indexSome(ctx: Context, workspaceId: string): Promise<number> {
  return ctx.db.inWorkspace(workspaceId, async (tx) => {
    // Locked first and read then: what changes after the lock marks it again.
    const { rows: stale } = await tx.execute<{ id: string }>(sql`
      select message_id as id from message_words where workspace_id = ${workspaceId} and stale limit ${atOnce} for update skip locked`)
    if (stale.length === 0) return 0
    const { rows } = await tx.execute<{ id: string } & Said>(sql`
      select m.id, m.text, m.ours, k.name, k.handle from message m left join contact k on k.id = m.contact_id
      where m.id = any(${sql.param(stale.map((row) => row.id))}::uuid[])`)
    const read = rows.map(({ id, ...row }) => ({ id, keys: keysOf(textsOf(row)) }))
    await tx.execute(sql`
      update message_words w set stale = false, words = array_to_tsvector(array(select jsonb_array_elements_text(r.keys)))
      from jsonb_to_recordset(${JSON.stringify(read)}::jsonb) as r (id uuid, keys jsonb) where w.message_id = r.id`)
    return read.length
  })
}

/** What a message is found by. Whoever wrote ours is the brand, and that is no news. */
export function textsOf({ text, ours, name, handle }: Said): (string | null)[] {
  return ours ? [text] : [text, name, handle]
}
