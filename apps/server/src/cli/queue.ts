import { parseArgs } from 'node:util'
import { and, eq, inArray, isNull, or, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { changing } from '../live/change-log.ts'
import { print, type Command } from './command.ts'
import { withContext } from './installation.ts'

export const retryQueue: Command = {
  usage: 'queue retry',
  words:
    'Takes up again what was set aside: deliveries that could not be read, and replies that got stuck. Nothing is sent twice: a reply whose fate is unknown is looked for on the platform. A running server does the rest within seconds.',
  run(args) {
    parseArgs({ args })
    return withContext(async (ctx) => {
      const deliveries = await retryDeliveries(ctx)
      let replies = 0
      for (const { id } of await ctx.db.system.select({ id: t.workspace.id }).from(t.workspace)) replies += await retryReplies(ctx, id)
      print(`Deliveries to be read again: ${deliveries}. Replies to be taken up again: ${replies}.`)
    })
  },
}

async function retryDeliveries(ctx: Context): Promise<number> {
  const ids = new Set(
    (
      await ctx.db.system
        .select({ id: t.delivery.id })
        .from(t.delivery)
        .where(sql`quarantined is not null`)
    ).map((row) => row.id),
  )
  for (const { id } of await ctx.db.system.select({ id: t.workspace.id }).from(t.workspace)) {
    const entries = await ctx.db.inWorkspace(id, (tx) =>
      tx.selectDistinct({ id: t.deliveryEntry.deliveryId }).from(t.deliveryEntry).where(eq(t.deliveryEntry.state, 'quarantined')),
    )
    for (const entry of entries) ids.add(entry.id)
  }
  if (ids.size === 0) return 0
  const rows = await ctx.db.system
    .update(t.delivery)
    .set({ doneAt: null, quarantined: null, attempts: 0, dueAt: ctx.now() })
    .where(inArray(t.delivery.id, [...ids]))
    .returning({ id: t.delivery.id })
  return rows.length
}

/** Stuck: on its way with nothing due, or due for minutes. One that waits for its channel to be connected again is not. */
function retryReplies(ctx: Context, workspaceId: string): Promise<number> {
  const now = ctx.now()
  return changing(ctx, workspaceId, async (change) => {
    const stuck = await change.tx
      .select({ id: t.reply.id, conversationId: t.reply.conversationId })
      .from(t.reply)
      .innerJoin(t.channel, eq(t.channel.id, t.reply.channelId))
      .where(
        and(
          inArray(t.reply.state, ['held', 'queued', 'sending']),
          or(isNull(t.reply.dueAt), lt(t.reply.dueAt, new Date(now.getTime() - 60_000))),
          isNull(t.channel.reauthorizeAt),
        ),
      )
    if (stuck.length === 0) return 0
    await change.tx
      .update(t.reply)
      .set({ dueAt: now })
      .where(
        inArray(
          t.reply.id,
          stuck.map((row) => row.id),
        ),
      )
    for (const row of stuck) change.touch(row.conversationId)
    return stuck.length
  })
}
