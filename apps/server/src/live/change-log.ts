import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { countsOf } from './counts.ts'
import { rowsOf } from './rows.ts'

/** A transaction of one workspace that staff will see: say what it touches, the rest follows on commit. */
export type Change = {
  tx: Queryable
  workspaceId: string
  /** The row of this conversation is different now. */
  touch(conversationId: string): void
  /** This conversation is no more; `into` survives it. */
  gone(id: string, into: string | null): void
  /** A channel's health is different now. */
  channelsChanged(): void
  /** Reasons, targets or hours are different now. */
  settingsChanged(): void
  /** Somebody came or left, or has another role or name. */
  staffChanged(): void
  /** Runs once the transaction is committed; for wake-ups, never for what must not be lost. */
  afterCommit(run: () => void | Promise<void>): void
}

/**
 * Runs `run` in a transaction and appends one row to the workspace's change log, if anything was touched. The workspace's counter row is locked first:
 * transactions of one workspace are serial, so numbers become visible in order, and what `run` read stays true until it commits.
 * Browsers get the frame after the commit.
 */
export async function changing<T>(ctx: Context, workspaceId: string, run: (change: Change) => Promise<T>): Promise<T> {
  const touched = new Set<string>()
  const goneIds = new Map<string, string | null>()
  const wakeUps: (() => void | Promise<void>)[] = []
  let channels = false
  let settings = false
  let staff = false
  const { result, frame } = await ctx.db.inWorkspace(workspaceId, async (tx) => {
    const locked = await tx.execute<{ seq: number }>(sql`select seq from workspace_seq where workspace_id = ${workspaceId} for update`)
    const before = locked.rows[0]
    if (!before) throw new Error(`There is no workspace ${workspaceId}`)
    const result = await run({
      tx,
      workspaceId,
      touch: (id) => touched.add(id),
      gone: (id, into) => goneIds.set(id, into),
      channelsChanged: () => (channels = true),
      settingsChanged: () => (settings = true),
      staffChanged: () => (staff = true),
      afterCommit: (wake) => wakeUps.push(wake),
    })
    for (const id of goneIds.keys()) touched.delete(id)
    if (touched.size === 0 && goneIds.size === 0 && !channels && !settings && !staff) return { result, frame: null }
    const seq = before.seq + 1
    const ids = [...touched]
    const gone = [...goneIds].map(([id, into]) => ({ id, into }))
    // One connection answers in the order it is asked: the rows are read as they are numbered.
    const [, rows, counts] = await Promise.all([
      append(ctx, tx, { workspaceId, seq, ids, gone, channels, settings, staff }),
      rowsOf(tx, ids),
      countsOf(tx),
    ])
    return { result, frame: { seq, rows, gone, counts, channels, settings, staff } }
  })
  if (frame) ctx.publish(workspaceId, frame)
  for (const wake of wakeUps) await wake()
  return result
}

type Entry = {
  workspaceId: string
  seq: number
  ids: string[]
  gone: { id: string; into: string | null }[]
  channels: boolean
  settings: boolean
  staff: boolean
}

async function append(ctx: Context, tx: Queryable, { workspaceId, seq, ids, gone, channels, settings, staff }: Entry): Promise<void> {
  await tx.execute(sql`
    with rows as (update conversation set seq = ${seq} where id = any(${sql.param(ids)}::uuid[])),
      logged as (
        insert into change (workspace_id, seq, conversation_ids, gone, channels, settings, staff, created_at)
        values (${workspaceId}, ${seq}, ${sql.param(ids)}::uuid[], ${JSON.stringify(gone)}::jsonb, ${channels}, ${settings}, ${staff}, ${ctx.now().toISOString()}::timestamptz))
    update workspace_seq set seq = ${seq} where workspace_id = ${workspaceId}`)
}
