import { sql } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import type { z } from 'zod'
import type { changes } from '@answerback/core/api'
import type { Queryable } from '../db/connection.ts'
import { countsOf } from './counts.ts'
import { rowsOf } from './rows.ts'

/** Change rows read at once; a browser that missed more asks again. */
const pageSize = 500

/**
 * What changed after `since`, as the rows are now: a conversation that changed ten times comes once. `more` says to ask again from the `seq` given.
 * Throws `changes_gone` when the log no longer reaches back that far (7 days are kept).
 */
export async function changesSince(tx: Queryable, since: number): Promise<z.infer<typeof changes>> {
  const bounds = await tx.execute<{ seq: number; oldest: number | null }>(
    sql`select s.seq, (select min(seq) from change) as oldest from workspace_seq s`,
  )
  const { seq: newest, oldest } = bounds.rows[0]!
  if (since > newest || (since < newest && (oldest === null || since < oldest - 1))) {
    throw new Problem('changes_gone', `Changes after ${since} are no longer kept. Read the lists again and go on from ${newest}.`, {
      seq: newest,
    })
  }
  const { rows } = await tx.execute<{
    seq: number
    conversation_ids: string[]
    gone: { id: string; into: string | null }[]
    channels: boolean
    settings: boolean
    staff: boolean
  }>(sql`select seq, conversation_ids, gone, channels, settings, staff from change where seq > ${since} order by seq limit ${pageSize}`)
  const gone = rows.flatMap((row) => row.gone)
  const goneIds = new Set(gone.map((each) => each.id))
  const ids = [...new Set(rows.flatMap((row) => row.conversation_ids))].filter((id) => !goneIds.has(id))
  const seq = rows.at(-1)?.seq ?? since
  return {
    seq,
    rows: await rowsOf(tx, ids),
    gone,
    counts: await countsOf(tx),
    channels: rows.some((row) => row.channels),
    settings: rows.some((row) => row.settings),
    staff: rows.some((row) => row.staff),
    more: seq < newest,
  }
}
