import { and, eq, inArray, sql } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import type { Platform } from '@answerback/platforms/platform'
import { platformOf, type Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'

type Row = Pick<typeof t.poll.$inferSelect, 'spentUsd' | 'spentMonth'>

/** The calendar month in UTC, as platforms bill: `2026-11`. */
export function monthOf(now: Date): string {
  return now.toISOString().slice(0, 7)
}

/** What a channel has cost this month, in US dollars. */
export function spentThisMonth(row: Row | undefined, now: Date): number {
  return row?.spentMonth === monthOf(now) ? row.spentUsd : 0
}

/** What an answer costs there, in US dollars: one with a link may cost more. 0 where nothing does. */
export function priceOf({ costs = {} }: Platform, text: string): number {
  const { reply = 0, replyWithLink = reply } = costs
  return /https?:\/\/\S/i.test(text) ? replyWithLink : reply
}

/** Adds to what a channel has cost this month. */
export async function addSpending(ctx: Context, channelId: string, usd: number): Promise<void> {
  const month = monthOf(ctx.now())
  await ctx.db.system.execute(sql`
    update poll set spent_usd = case when spent_month = ${month} then spent_usd + ${usd}::float8 else ${usd}::float8 end, spent_month = ${month}
    where channel_id = ${channelId}`)
}

/** Where the month's limit is for answers too: throws `cost_cap_reached` for one that would go over it. */
export async function refuseOverCap(ctx: Context, tx: Queryable, channelId: string, text: string): Promise<void> {
  const [channel] = await tx
    .select({ platform: t.channel.platform, capUsd: t.channel.monthlyCapUsd, capReplies: t.channel.capReplies })
    .from(t.channel)
    .where(eq(t.channel.id, channelId))
  const { platform: id, capUsd, capReplies } = channel!
  const platform = platformOf(ctx, id)
  if (platform.costs === undefined || !capReplies || capUsd === null) return
  const [poll] = await ctx.db.system.select().from(t.poll).where(eq(t.poll.channelId, channelId))
  // Those on their way cost what this one does, only later.
  const onTheirWay = await tx
    .select({ text: t.reply.text })
    .from(t.reply)
    .where(and(eq(t.reply.channelId, channelId), inArray(t.reply.state, ['held', 'queued', 'sending'])))
  const spentUsd = onTheirWay.reduce((sum, reply) => sum + priceOf(platform, reply.text), spentThisMonth(poll, ctx.now()))
  const price = priceOf(platform, text)
  if (spentUsd + price <= capUsd + 1e-9) return
  throw new Problem(
    'cost_cap_reached',
    `${platform.name} has cost $${spentUsd.toFixed(2)} this month${onTheirWay.length > 0 ? ', with what is on its way' : ''}, this answer costs $${price.toFixed(3)}, and $${capUsd.toFixed(2)} is the limit. It can be sent next month, or once an owner raises the limit.`,
  )
}
