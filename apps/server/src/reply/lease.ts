import { and, eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { ReplyRow } from './outcome.ts'

/** Without a sign of its worker for so long, a reply is looked after by another one. It is then looked for, not sent again. */
const leaseMs = 4_000
const renewEveryMs = 1_000

/** Until when a worker that begins now has a reply for itself; stands in `due_at`, so that the timer finds it when the worker died. */
export function firstLeaseUntil(now: Date): Date {
  return new Date(now.getTime() + leaseMs)
}

/**
 * Runs `run` and renews the lease meanwhile: a slow platform keeps its reply, a dead worker does not. A renewal takes hold only while `due_at` is what was
 * last set here, so it never undoes what `run` or the platform's echo decided.
 */
export async function whileLeased(ctx: Context, reply: ReplyRow, leasedUntil: Date, run: () => Promise<void>): Promise<void> {
  let until = leasedUntil
  let renewing: Promise<void> = Promise.resolve()
  let busy = false
  const renew = async () => {
    const next = firstLeaseUntil(ctx.now())
    const renewed = await ctx.db.inWorkspace(reply.workspaceId, (tx) =>
      tx
        .update(t.reply)
        .set({ dueAt: next })
        .where(and(eq(t.reply.id, reply.id), eq(t.reply.dueAt, until)))
        .returning({ id: t.reply.id }),
    )
    if (renewed.length > 0) until = next
  }
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    renewing = renew()
      // The database is away: the next round tries again, and at worst another worker looks.
      .catch((error: unknown) => ctx.log.warn({ reply: reply.id, reason: (error as Error).message }, 'reply: could not renew its lease'))
      .finally(() => (busy = false))
  }, renewEveryMs)
  try {
    await run()
  } finally {
    clearInterval(timer)
    await renewing
  }
}
