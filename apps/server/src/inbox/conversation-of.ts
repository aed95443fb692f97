import { eq, sql } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'

/** The conversation of that id, or the one it was merged into. Throws `not_found`, also for one of another workspace. */
export async function conversationOf(tx: Queryable, id: string): Promise<typeof t.conversation.$inferSelect> {
  const rows = await tx
    .select()
    .from(t.conversation)
    .where(eq(t.conversation.id, sql`coalesce((select into_id from conversation_redirect where from_id = ${id}), ${id}::uuid)`))
  if (!rows[0]) throw new Problem('not_found', 'There is no such conversation.')
  return rows[0]
}
