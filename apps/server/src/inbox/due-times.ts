import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import { dueOf, type Rule, type Target } from '@answerback/core/targets'
import { ruleOf } from '../access/targets.ts'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { changing, type Change } from '../live/change-log.ts'

/** Turns derived again in one transaction: a page of rows for the browsers, and short for whoever else writes. */
const atOnce = 250

/** What holds for a channel now. */
export async function ruleIn(tx: Queryable, channelId: string): Promise<Rule> {
  const [channel] = await tx.select().from(t.channel).where(eq(t.channel.id, channelId))
  const [workspace] = await tx.select().from(t.workspace)
  return ruleOf(workspace!, channel!)
}

/**
 * Derives due times again where a target, hours or a zone changed: of everybody who waits, and of ended turns whose own target is of business time. Takes
 * up what a process left unfinished, and does no harm twice. Returns how many turns it looked at.
 */
export async function deriveDueTimes(ctx: Context): Promise<number> {
  const marked = await ctx.db.system
    .select({ id: t.channel.id, workspaceId: t.channel.workspaceId, rulesChangedAt: t.channel.rulesChangedAt })
    .from(t.channel)
    .where(sql`rules_changed_at is not null`)
  let seen = 0
  for (const { id, workspaceId, rulesChangedAt } of marked) {
    seen += await pages((after) => changing(ctx, workspaceId, (change) => deriveOpen(change, id, after)))
    seen += await pages((after) => ctx.db.inWorkspace(workspaceId, (tx) => deriveEnded(tx, id, after)))
    await ctx.db.system
      .update(t.channel)
      .set({ rulesChangedAt: null })
      .where(and(eq(t.channel.id, id), eq(t.channel.rulesChangedAt, rulesChangedAt!)))
  }
  return seen
}

type Page = { count: number; after: string | null }

/** Runs a step for page after page, until one says that it was the last. */
async function pages(step: (after: string) => Promise<Page>): Promise<number> {
  let count = 0
  for (let after: string | null = ''; after !== null;) {
    const page: Page = await step(after)
    count += page.count
    after = page.after
  }
  return count
}

async function deriveOpen(change: Change, channelId: string, after: string): Promise<Page> {
  const { tx } = change
  const turns = await tx
    .select()
    .from(t.turn)
    .where(and(eq(t.turn.channelId, channelId), eq(t.turn.state, 'open'), sql`${t.turn.id} > ${after}`))
    .orderBy(t.turn.id)
    .limit(atOnce)
  if (turns.length === 0) return { count: 0, after: null }
  const { target, hours } = await ruleIn(tx, channelId)
  await writeTurns(
    tx,
    turns.map((turn) => ({ id: turn.id, target, dueAt: dueOf(turn.startAt.getTime(), target, hours).dueAt })),
  )
  const waiting = await tx
    .select({ id: t.conversation.id, waitingSince: t.conversation.waitingSince })
    .from(t.conversation)
    .where(
      and(
        inArray(
          t.conversation.id,
          turns.map((turn) => turn.conversationId),
        ),
        sql`waiting_since is not null`,
      ),
    )
  const dues = waiting.map(({ id, waitingSince }) => ({ id, ...dueOf(waitingSince!.getTime(), target, hours) }))
  const { rows } = await tx.execute<{ id: string }>(sql`
    update conversation c set due_at = d.due_at, due_soon_at = d.due_soon_at
    from unnest(${sql.param(dues.map((each) => each.id))}::uuid[], ${sql.param(dues.map((each) => iso(each.dueAt)))}::timestamptz[],
      ${sql.param(dues.map((each) => iso(each.dueSoonAt)))}::timestamptz[]) as d (id, due_at, due_soon_at)
    where c.id = d.id and (c.due_at, c.due_soon_at) is distinct from (d.due_at, d.due_soon_at)
    returning c.id`)
  for (const { id } of rows) change.touch(id)
  return { count: turns.length, after: turns.length < atOnce ? null : turns.at(-1)!.id }
}

/** An ended turn keeps its target; what its business clock makes of that follows the hours. */
async function deriveEnded(tx: Queryable, channelId: string, after: string): Promise<Page> {
  const turns = await tx
    .select()
    .from(t.turn)
    .where(and(eq(t.turn.channelId, channelId), eq(t.turn.targetClock, 'business'), ne(t.turn.state, 'open'), sql`${t.turn.id} > ${after}`))
    .orderBy(t.turn.id)
    .limit(atOnce)
  if (turns.length === 0) return { count: 0, after: null }
  const { hours } = await ruleIn(tx, channelId)
  await writeTurns(
    tx,
    turns.map((turn) => {
      const target: Target = { seconds: turn.targetSeconds, clock: turn.targetClock }
      return { id: turn.id, target, dueAt: dueOf(turn.startAt.getTime(), target, hours).dueAt }
    }),
  )
  return { count: turns.length, after: turns.length < atOnce ? null : turns.at(-1)!.id }
}

async function writeTurns(tx: Queryable, turns: { id: string; target: Target; dueAt: number }[]): Promise<void> {
  await tx.execute(sql`
    update turn set target_seconds = d.seconds, target_clock = d.clock, due_at = d.due_at
    from unnest(${sql.param(turns.map((each) => each.id))}::text[], ${sql.param(turns.map((each) => each.target.seconds))}::int[],
      ${sql.param(turns.map((each) => each.target.clock))}::text[], ${sql.param(turns.map((each) => iso(each.dueAt)))}::timestamptz[]) as d (id, seconds, clock, due_at)
    where turn.id = d.id and turn.workspace_id = current_workspace()`)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
