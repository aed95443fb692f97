import { sql } from 'drizzle-orm'
import type { Platform } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'

/** So many hints are followed at once; then they are as rare as reading that often allows. */
const atOnce = 4
const leastSpacingMs = 1_000
/** While the channel is being read: what the hint told of may have come too late for that round. */
const againMs = 500
const readingShare = 0.8

type Budgets = NonNullable<Platform['budgets']>

/** What is left of `atOnce`, since when (milliseconds). */
export type Patience = { left: number; at: number }

/** Follows one hint: how long it has to wait, and what is left then. One more may follow at once every `spacingMs`. */
export function followHint(patience: Patience, nowMs: number, spacingMs: number): { waitMs: number; patience: Patience } {
  const left = Math.min(atOnce, patience.left + Math.max(0, nowMs - patience.at) / spacingMs) - 1
  return { waitMs: left >= 0 ? 0 : Math.ceil(-left * spacingMs), patience: { left, at: nowMs } }
}

/** How far apart rounds of so many calls can follow each other for ever without using up what reading may. */
export function spacingFor(budgets: Budgets, calls: number): number {
  return Math.max(leastSpacingMs, ...budgets.map((each) => (each.perSeconds * 1000 * calls) / (each.calls * readingShare)))
}

/**
 * Makes a channel due when something says that there is news, soon and not too often; many hints at once are one look. What failed, or has few calls left, keeps its own time:
 * nobody who asked us to wait is called earlier for a hint.
 */
export function openHints(ctx: Context, channelId: string, budgets: Budgets): { hint(): void; close(): void } {
  let patience: Patience = { left: atOnce, at: ctx.now().getTime() }
  let waiting: NodeJS.Timeout | null = null
  let calls = 1
  let closed = false

  function look(): void {
    waiting = null
    lookNow(ctx, channelId)
      .then((answer) => {
        calls = answer.calls
        // Another hint may have come meanwhile: its look is later, so it sees this one's news too.
        if (answer.isBeingRead && !closed) waiting ??= setTimeout(look, againMs).unref()
      })
      .catch((error: unknown) => ctx.log.warn({ channel: channelId, reason: (error as Error).message }, 'listen: could not follow a hint'))
  }
  return {
    hint() {
      if (waiting !== null || closed) return
      const next = followHint(patience, ctx.now().getTime(), spacingFor(budgets, calls))
      patience = next.patience
      waiting = setTimeout(look, next.waitMs).unref()
    },
    close() {
      closed = true
      if (waiting !== null) clearTimeout(waiting)
    },
  }
}

/** One look: the channel is due now, unless it failed, has few calls left, or is being read. `calls`: what a round takes. */
export async function lookNow(ctx: Context, channelId: string): Promise<{ isBeingRead: boolean; calls: number }> {
  const now = ctx.now().toISOString()
  const { rows } = await ctx.db.system.execute<{ is_being_read: boolean; calls: number }>(sql`
    with looked as (
      update poll set due_at = ${now}::timestamptz
      where channel_id = ${channelId}::uuid and due_at > ${now}::timestamptz and failures = 0
        and (leased_until is null or leased_until <= ${now}::timestamptz)
        and (quota_left is null or quota_resets_at is null or quota_resets_at <= ${now}::timestamptz or quota_left > 10 + 2 * calls)
      returning channel_id)
    select coalesce(leased_until > ${now}::timestamptz, false) as is_being_read, calls from poll where channel_id = ${channelId}::uuid`)
  const [row] = rows
  return { isBeingRead: row?.is_being_read ?? false, calls: Math.max(1, row?.calls ?? 1) }
}
