import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { moderationBody } from '@answerback/core/api'
import type { Context } from '../context.ts'
import { actorOf, needs } from '../http/actor.ts'
import { hideMessage, removeMessage } from './moderate.ts'

const params = z.object({ id: z.uuid() })

/** What is taken out of sight on the platform, and put back. */
export function moderationRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['messages']
  const asModerator = { onRequest: needs('message.moderate') }

  app.put(
    '/api/v1/messages/:id/hiding',
    { schema: { params, body: moderationBody, tags, summary: 'Hide it from others there, and why.' }, ...asModerator },
    async (request, reply) => {
      await hideMessage(ctx, actorOf(request), request.params.id, request.body)
      return reply.code(204).send()
    },
  )

  app.delete(
    '/api/v1/messages/:id/hiding',
    { schema: { params, tags, summary: 'Show it again: they wait from their original start.' }, ...asModerator },
    async (request, reply) => {
      await hideMessage(ctx, actorOf(request), request.params.id, null)
      return reply.code(204).send()
    },
  )

  app.put(
    '/api/v1/messages/:id/removal',
    {
      schema: { params, body: moderationBody.nullish(), tags, summary: 'Remove it there, for good. What others wrote asks for a reason.' },
      ...asModerator,
    },
    async (request, reply) => {
      await removeMessage(ctx, actorOf(request), request.params.id, request.body ?? null)
      return reply.code(204).send()
    },
  )
}
