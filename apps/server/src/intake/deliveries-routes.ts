import { and, desc, eq, lt, or, sql } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { delivery } from '@answerback/core/api'
import { Problem } from '@answerback/core/problem'
import type { WebhookEntry } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { actorOf, needs } from '../http/actor.ts'
import { readCursor, writeCursor } from '../http/cursor.ts'
import type { Queryable } from '../db/connection.ts'

const params = z.object({ id: z.uuid() })
const query = z.object({
  state: z.enum(['done', 'quarantined']).optional(),
  channelId: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().optional(),
})

type Entry = typeof t.deliveryEntry.$inferSelect

/** What platforms handed us, as this workspace sees it, and above all what could not be read: with its reason, its raw body, and a retry. */
export function deliveryRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['deliveries']

  app.get(
    '/api/v1/deliveries',
    {
      schema: {
        querystring: query,
        response: { 200: z.object({ items: z.array(delivery), nextCursor: z.string().nullable() }) },
        tags,
        summary: 'Deliveries, newest first.',
      },
      onRequest: needs('deliveries.read'),
    },
    (request) =>
      ctx.db.inWorkspace(actorOf(request).workspaceId, async (tx) => {
        const { state, channelId, limit, cursor } = request.query
        const before = cursor ? readCursor(cursor) : null
        const at = before && new Date(before.at)
        const rows = await tx
          .select()
          .from(t.deliveryEntry)
          .where(
            and(
              state ? eq(t.deliveryEntry.state, state) : undefined,
              channelId ? eq(t.deliveryEntry.channelId, channelId) : undefined,
              before && at
                ? or(lt(t.deliveryEntry.receivedAt, at), and(eq(t.deliveryEntry.receivedAt, at), lt(t.deliveryEntry.id, before.id)))
                : undefined,
            ),
          )
          .orderBy(desc(t.deliveryEntry.receivedAt), desc(t.deliveryEntry.id))
          .limit(limit + 1)
        const last = rows.length > limit ? rows[limit - 1]! : null
        return {
          items: rows.slice(0, limit).map((row) => present(row)),
          nextCursor: last && writeCursor({ at: last.receivedAt.toISOString(), id: last.id }),
        }
      }),
  )

  app.get(
    '/api/v1/deliveries/:id',
    {
      schema: { params, response: { 200: delivery }, tags, summary: 'One delivery with its raw body.' },
      onRequest: needs('deliveries.read'),
    },
    async (request) => {
      const entry = await entryOf(ctx, actorOf(request).workspaceId, request.params.id)
      const rows = await ctx.db.system.select().from(t.delivery).where(eq(t.delivery.id, entry.deliveryId))
      return { ...present(entry), body: rows[0] ? await ownPart(ctx, rows[0], entry) : '(The raw body is kept for 30 days and is gone.)' }
    },
  )

  app.post(
    '/api/v1/deliveries/:id/attempts',
    {
      schema: { params, response: { 202: z.object({ id: z.uuid() }) }, tags, summary: 'Read a delivery again.' },
      onRequest: needs('deliveries.retry'),
    },
    async (request, reply) => {
      const entry = await entryOf(ctx, actorOf(request).workspaceId, request.params.id)
      const updated = await ctx.db.system
        .update(t.delivery)
        .set({ doneAt: null, quarantined: null, attempts: 0, dueAt: ctx.now() })
        .where(eq(t.delivery.id, entry.deliveryId))
        .returning({ id: t.delivery.id })
      if (!updated[0]) throw new Problem('not_found', 'Its raw body is kept for 30 days and is gone.')
      await ctx.queue.add('ingest', [{ deliveryIds: [entry.deliveryId] }])
      return reply.code(202).send({ id: entry.id })
    },
  )
}

/** One batch can hold two workspaces: each sees the entries of its own account only. */
async function ownPart(ctx: Context, row: typeof t.delivery.$inferSelect, entry: Entry): Promise<string> {
  const body = row.body.toString('utf8')
  const webhook = ctx.platforms.find((each) => each.id === row.platform)?.webhook
  if (row.kind !== 'webhook' || !webhook || entry.channelId === null) return body
  const channels = await ctx.db.system
    .select({ externalId: t.channel.externalId, handle: t.channel.handle })
    .from(t.channel)
    .where(eq(t.channel.id, entry.channelId))
  const isOwn = ({ accountExternalId, accountHandle }: WebhookEntry): boolean =>
    webhook.perChannel === true ||
    (accountExternalId === ''
      ? accountHandle?.toLowerCase() === channels[0]?.handle.toLowerCase()
      : accountExternalId === channels[0]?.externalId)
  try {
    const own = webhook.entries(body, row.request).filter((each) => isOwn(each) && (entry.index < 0 || each.index === entry.index))
    return own.map((each) => each.body).join('\n')
  } catch {
    return ''
  }
}

async function entryOf(ctx: Context, workspaceId: string, id: string): Promise<Entry> {
  const rows = await ctx.db.inWorkspace(workspaceId, (tx: Queryable) =>
    tx
      .select()
      .from(t.deliveryEntry)
      .where(sql`${t.deliveryEntry.id} = ${id} or ${t.deliveryEntry.deliveryId} = ${id}`)
      .limit(1),
  )
  if (!rows[0]) throw new Problem('not_found', 'There is no such delivery.')
  return rows[0]
}

function present(row: Entry): z.infer<typeof delivery> {
  return {
    id: row.id,
    deliveryId: row.deliveryId,
    channelId: row.channelId,
    platform: row.platform,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    receivedAt: row.receivedAt.toISOString(),
    facts: row.facts,
  }
}
