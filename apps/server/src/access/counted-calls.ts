import { eq } from 'drizzle-orm'
import { PlatformError } from '@answerback/platforms/error'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Budget, Used } from './call-budget.ts'
import { takeShared, type Ask } from './shared-calls.ts'

type ChannelRow = Pick<typeof t.channel.$inferSelect, 'id' | 'platform' | 'appId' | 'apiUrl'>

/** What the allowances that several channels share are kept under: the app's where there is one, else ours at that host. */
export function sharerOf({ platform, appId, apiUrl }: ChannelRow): string {
  return `${platform} ${appId ?? new URL(apiUrl).host}`
}

/** What is kept of an account's own allowances beside reading, and under which name. */
export function besideReading(ctx: Context, { id, platform }: ChannelRow): { name: string; budgets: Budget[] } {
  return { name: `${platform} channel ${id}`, budgets: budgetsOf(ctx, platform, 'channel') }
}

/**
 * The way out for all that is not reading: replies, looking for them, likes, tests. Every call is counted, so that reading takes less. It may use the part of
 * an allowance that reading leaves, and what reading did not use; over the whole of it no call is made: it fails as the platform's own "too many requests" would.
 */
export function countedFetch(ctx: Context, channel: ChannelRow): typeof fetch {
  const shared = budgetsOf(ctx, channel.platform, 'app')
  const own = besideReading(ctx, channel)
  if (shared.length + own.budgets.length === 0) return ctx.fetch
  return async (input, init) => {
    // The account's own first: a call that it refuses takes nothing from all others of the app.
    if (own.budgets.length > 0) await take(ctx, { ...own, calls: 1, share: 1, others: await readingOf(ctx, channel, own.budgets) })
    if (shared.length > 0) await take(ctx, { name: sharerOf(channel), budgets: shared, calls: 1, share: 1 })
    return ctx.fetch(input, init)
  }
}

async function take(ctx: Context, ask: Ask): Promise<void> {
  const [freeAt] = await takeShared(ctx, [ask])
  if (freeAt)
    throw new PlatformError('rate_limited', 'What may be asked of the platform is used up for now', {
      retryAfterMs: Math.max(1_000, freeAt.getTime() - ctx.now().getTime()),
    })
}

function budgetsOf(ctx: Context, platform: string, scope: Budget['scope']): Budget[] {
  return (platformOf(ctx, platform).budgets ?? []).filter((budget) => budget.scope === scope)
}

/** What reading used of the account's own allowances; a round that is under way has written nothing yet, and takes what it took last time. */
async function readingOf(ctx: Context, { id }: ChannelRow, budgets: Budget[]): Promise<Record<string, Used>> {
  const [poll] = await ctx.db.system
    .select({ used: t.poll.used, calls: t.poll.calls, leasedUntil: t.poll.leasedUntil })
    .from(t.poll)
    .where(eq(t.poll.channelId, id))
  if (!poll) return {}
  const now = ctx.now().getTime()
  const isRead = poll.leasedUntil !== null && poll.leasedUntil.getTime() > now
  return Object.fromEntries(
    budgets.map(({ perSeconds }) => {
      const slot = Math.floor(now / (perSeconds * 100))
      return [perSeconds, [...(poll.used[perSeconds] ?? []), ...(isRead ? [[slot, poll.calls] as [number, number]] : [])]]
    }),
  )
}
