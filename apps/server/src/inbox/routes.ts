import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  assignmentBody,
  changes,
  closureBody,
  conversation,
  counts,
  likeBody,
  list,
  listQuery,
  queueSummary,
  snoozeBody,
} from '@answerback/core/api'
import type { Context } from '../context.ts'
import { actorOf, needs } from '../http/actor.ts'
import { mutate, type Answer } from '../http/idempotent.ts'
import { countsOf } from '../live/counts.ts'
import { changesSince } from '../live/since.ts'
import { assign, close, reopen, snooze } from './actions.ts'
import { exportRoutes } from './export-routes.ts'
import { mediaRoutes } from './media-routes.ts'
import { likeMessage } from './like.ts'
import { listConversations } from './list.ts'
import { summarizeQueue } from './queue-summary.ts'
import { moderationRoutes } from './moderation-routes.ts'
import { searchRoutes } from './search-routes.ts'
import { showConversation } from './thread.ts'

const params = z.object({ id: z.uuid() })
const done: Answer = { status: 204, body: null }

/** The inbox: its lists, its threads, and the nouns that staff make and unmake in it. */
export function inboxRoutes(server: FastifyInstance, ctx: Context): void {
  moderationRoutes(server, ctx)
  mediaRoutes(server, ctx)
  searchRoutes(server, ctx)
  exportRoutes(server, ctx)
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['inbox']

  app.get(
    '/api/v1/conversations',
    {
      schema: { querystring: listQuery, response: { 200: list }, tags, summary: 'A page of conversations, longest wait first.' },
      onRequest: needs('inbox.read'),
    },
    (request) => {
      const actor = actorOf(request)
      return ctx.db.inWorkspace(actor.workspaceId, (tx) => listConversations(tx, request.query, { meId: actor.id, now: ctx.now() }))
    },
  )
  app.get(
    '/api/v1/conversations/:id',
    {
      schema: { params, response: { 200: conversation }, tags, summary: 'One conversation with its messages and turns.' },
      onRequest: needs('inbox.read'),
    },
    (request) => ctx.db.inWorkspace(actorOf(request).workspaceId, (tx) => showConversation(ctx, tx, request.params.id)),
  )
  app.get(
    '/api/v1/counts',
    { schema: { response: { 200: counts }, tags, summary: 'The numbers beside the views.' }, onRequest: needs('inbox.read') },
    (request) => ctx.db.inWorkspace(actorOf(request).workspaceId, countsOf),
  )
  app.get(
    '/api/v1/queue',
    { schema: { response: { 200: queueSummary }, tags, summary: 'The head of the unanswered queue.' }, onRequest: needs('inbox.read') },
    (request) => ctx.db.inWorkspace(actorOf(request).workspaceId, (tx) => summarizeQueue(tx, ctx.now())),
  )
  app.get(
    '/api/v1/changes',
    {
      schema: {
        querystring: z.object({ since: z.coerce.number().int().min(0) }),
        response: { 200: changes },
        tags,
        summary: 'What changed since a sequence number.',
      },
      onRequest: needs('inbox.read'),
    },
    (request) => ctx.db.inWorkspace(actorOf(request).workspaceId, (tx) => changesSince(tx, request.query.since)),
  )

  app.put(
    '/api/v1/conversations/:id/assignment',
    {
      schema: { params, body: assignmentBody.nullish(), tags, summary: 'Take it, or give it to somebody.' },
      onRequest: needs('conversation.assign'),
    },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => {
        const actor = actorOf(request)
        await assign(ctx, change, { byId: actor.id, conversationId: request.params.id }, request.body?.assigneeId ?? actor.id)
        return done
      }),
  )
  app.delete(
    '/api/v1/conversations/:id/assignment',
    { schema: { params, tags, summary: 'Nobody has it.' }, onRequest: needs('conversation.assign') },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => {
        await assign(ctx, change, { byId: actorOf(request).id, conversationId: request.params.id }, null)
        return done
      }),
  )
  app.put(
    '/api/v1/conversations/:id/snooze',
    {
      schema: { params, body: snoozeBody, tags, summary: 'Out of sight until then; the clock keeps running.' },
      onRequest: needs('conversation.snooze'),
    },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => {
        await snooze(ctx, change, { byId: actorOf(request).id, conversationId: request.params.id }, new Date(request.body.until))
        return done
      }),
  )
  app.delete(
    '/api/v1/conversations/:id/snooze',
    { schema: { params, tags, summary: 'Back in sight.' }, onRequest: needs('conversation.snooze') },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => {
        await snooze(ctx, change, { byId: actorOf(request).id, conversationId: request.params.id }, null)
        return done
      }),
  )
  app.put(
    '/api/v1/conversations/:id/closure',
    { schema: { params, body: closureBody, tags, summary: 'No reply needed, and why.' }, onRequest: needs('conversation.close') },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => {
        await close(ctx, change, { byId: actorOf(request).id, conversationId: request.params.id }, request.body)
        return done
      }),
  )
  app.delete(
    '/api/v1/conversations/:id/closure',
    { schema: { params, tags, summary: 'Reopen.' }, onRequest: needs('conversation.reopen') },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => {
        await reopen(ctx, change, { byId: actorOf(request).id, conversationId: request.params.id })
        return done
      }),
  )
  for (const liked of [true, false]) {
    app.route({
      method: liked ? 'PUT' : 'DELETE',
      url: '/api/v1/conversations/:id/like',
      schema: { params, body: likeBody.nullish(), tags, summary: liked ? 'Like on the platform; they still wait.' : 'Take the like back.' },
      onRequest: needs('conversation.like'),
      handler: async (request, reply) => {
        await likeMessage(ctx, actorOf(request), request.params.id, request.body?.messageId, liked)
        return reply.code(204).send()
      },
    })
  }
}
