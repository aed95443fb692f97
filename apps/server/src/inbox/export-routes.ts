import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { exportQuery } from '@answerback/core/api'
import { Problem } from '@answerback/core/problem'
import { record } from '../access/audit.ts'
import type { Context } from '../context.ts'
import { actorOf, needs } from '../http/actor.ts'
import { exportTurns } from './export.ts'
import { exportFormats, writeExport } from './export-file.ts'

const file = z.any().meta({ type: 'string' })

/** A reader that takes nothing for so long has left, whether or not its connection says so. */
const takesNothingMaxMs = 60_000

/** Everything as a file, line by line, for whoever counts elsewhere. One at a time in a workspace; the audit says who took what. */
export function exportRoutes(server: FastifyInstance, ctx: Context): void {
  const running = new Set<string>()
  for (const format of ['csv', 'ndjson'] as const)
    server.withTypeProvider<ZodTypeProvider>().get(
      `/api/v1/export/conversations.${format}`,
      {
        exposeHeadRoute: false,
        schema: {
          querystring: exportQuery,
          response: { 200: file },
          produces: [exportFormats[format].type.split(';')[0]!],
          tags: ['inbox'],
          summary: `Every turn as a line of ${format.toUpperCase()}: since when somebody waited, what became of it, and the words.`,
        },
        onRequest: needs('inbox.export'),
      },
      async (request, reply) => {
        const { id, workspaceId } = actorOf(request)
        const { query } = request
        if (running.has(workspaceId)) throw new Problem('already_running', 'An export is being made. Take the next one when it is done.')
        // Whoever left while it was found out who asks will not leave again.
        if (reply.raw.destroyed) return reply.hijack()
        running.add(workspaceId)
        // Also when nobody listens any more, before the first line or in the middle.
        reply.raw.once('close', () => running.delete(workspaceId))
        // Without a listener Node ends the connection.
        reply.raw.setTimeout(takesNothingMaxMs)
        const at = ctx.now()
        await ctx.db.inWorkspace(workspaceId, (tx) =>
          record(tx, { workspaceId, byId: id, what: 'inbox.exported', about: { format, ...query }, at }),
        )
        reply.header('content-disposition', `attachment; filename="answerback-${at.toISOString().slice(0, 10)}.${format}"`)
        reply.header('cache-control', 'no-store')
        reply.type(exportFormats[format].type)
        return reply.send(Readable.from(writeExport(exportTurns(ctx, workspaceId, query, id), format)))
      },
    )
}
