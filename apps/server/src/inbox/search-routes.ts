import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { searchPage, searchQuery } from '@answerback/core/search-api'
import type { Context } from '../context.ts'
import { actorOf, needs } from '../http/actor.ts'
import { searchConversations } from './search.ts'

/** Looking for what was said, and by whom. */
export function searchRoutes(server: FastifyInstance, ctx: Context): void {
  server.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/search',
    {
      schema: {
        querystring: searchQuery,
        response: { 200: searchPage },
        tags: ['inbox'],
        summary: 'Conversations by words of their messages, theirs and ours, and by names and handles; newest first.',
      },
      onRequest: needs('inbox.read'),
    },
    (request) => ctx.db.inWorkspace(actorOf(request).workspaceId, (tx) => searchConversations(tx, request.query)),
  )
}
