import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'

const windowMs = 15 * 60_000
const longestMs = 24 * 3_600_000

/** Failures in a row that are forgiven: of one account from one address, and of one address over all accounts. */
const allowed = { account: 5, address: 50 }

export type Attempts = { failures: number; lastAt: Date; blockedUntil: Date | null }

/**
 * Runs one attempt to prove a password. It is counted before it runs, so that many at once are counted too, and forgotten when it succeeds. Five wrong ones of
 * an account from an address close that pair for 15 minutes, each further one for twice as long, up to a day; the owner of the account comes in from any
 * other address all the while. Throws `rate_limited` with `retryAfterSeconds`, the same for known and unknown accounts.
 */
export async function throttled<T>(ctx: Context, who: { email: string; ip: string }, attempt: () => Promise<T>): Promise<T> {
  const account = keyOf(`${who.email.toLowerCase()} ${who.ip}`)
  await count(ctx, keyOf(who.ip), allowed.address)
  await count(ctx, account, allowed.account)
  const result = await attempt()
  await ctx.db.system.delete(t.signInAttempt).where(eq(t.signInAttempt.key, account))
  // Only this one is taken back: who owns one account may not go on guessing at others for ever.
  await ctx.db.system
    .update(t.signInAttempt)
    .set({ failures: sql`failures - 1`, blockedUntil: null })
    .where(eq(t.signInAttempt.key, keyOf(who.ip)))
  return result
}

async function count(ctx: Context, key: Buffer, free: number): Promise<void> {
  const now = ctx.now()
  const blockedUntil = await ctx.db.system.transaction(async (tx) => {
    await tx.insert(t.signInAttempt).values({ key, failures: 0, lastAt: now, blockedUntil: null }).onConflictDoNothing()
    const [row] = await tx.select().from(t.signInAttempt).where(eq(t.signInAttempt.key, key)).for('update')
    if (row!.blockedUntil && row!.blockedUntil > now) return row!.blockedUntil
    await tx
      .update(t.signInAttempt)
      .set(afterFailure(row!, now, free))
      .where(eq(t.signInAttempt.key, key))
    return null
  })
  if (blockedUntil === null) return
  const retryAfterSeconds = Math.ceil((blockedUntil.getTime() - now.getTime()) / 1_000)
  const minutes = Math.ceil(retryAfterSeconds / 60)
  throw new Problem('rate_limited', `Too many wrong passwords. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`, {
    retryAfterSeconds,
  })
}

/** The count once one more has failed at `now`. Few failures are forgotten after a quiet quarter of an hour, many after a quiet day. */
export function afterFailure(before: Attempts, now: Date, free: number): Attempts {
  const quietMs = now.getTime() - before.lastAt.getTime()
  const forgotten = quietMs > (before.failures < free ? windowMs : longestMs)
  const failures = forgotten ? 1 : before.failures + 1
  const blockedMs = failures < free ? 0 : Math.min(windowMs * 2 ** Math.min(failures - free, 20), longestMs)
  return { failures, lastAt: now, blockedUntil: blockedMs === 0 ? null : new Date(now.getTime() + blockedMs) }
}

function keyOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
