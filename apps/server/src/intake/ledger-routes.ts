import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { channelCompleteness, postCompleteness } from '@answerback/core/completeness-api'
import { channelOf } from '../access/channel-changes.ts'
import type { Context } from '../context.ts'
import { actorOf, needs } from '../http/actor.ts'
import { channelLedgers, checkNow, postLedgers } from './ledger-view.ts'

const params = z.object({ id: z.uuid() })

/** What platforms count against what is here, and counting again. */
export function ledgerRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['channels']
  app.get(
    '/api/v1/completeness',
    {
      schema: {
        response: { 200: z.object({ items: z.array(channelCompleteness) }) },
        tags,
        summary: 'What each platform counts below our posts, what is here, and what the difference is made of.',
      },
      onRequest: needs('channels.read'),
    },
    async (request) => ({ items: await ctx.db.inWorkspace(actorOf(request).workspaceId, (tx) => channelLedgers(ctx, tx)) }),
  )

  app.get(
    '/api/v1/channels/:id/completeness',
    {
      schema: {
        params,
        response: { 200: z.object({ items: z.array(postCompleteness) }) },
        tags,
        summary: 'The same post by post, those where something is missing first.',
      },
      onRequest: needs('channels.read'),
    },
    async (request) => {
      const { workspaceId } = actorOf(request)
      const channel = await channelOf(ctx, workspaceId, request.params.id)
      return { items: await ctx.db.inWorkspace(workspaceId, (tx) => postLedgers(ctx, tx, channel)) }
    },
  )

  app.post(
    '/api/v1/channels/:id/checks',
    {
      schema: { params, response: { 202: z.null() }, tags, summary: 'Count the channel’s posts again now, and read what is missing.' },
      onRequest: needs('deliveries.retry'),
    },
    async (request, reply) => {
      await checkNow(ctx, await channelOf(ctx, actorOf(request).workspaceId, request.params.id))
      return reply.code(202).send(null)
    },
  )
}
