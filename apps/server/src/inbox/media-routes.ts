import { eq } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Media } from '@answerback/core/facts'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { actorOf, needs } from '../http/actor.ts'
import { sendFile } from '../http/send-file.ts'
import { fetchMedia } from './fetch-media.ts'

const params = z.object({ id: z.uuid(), index: z.coerce.number().int().min(0).max(99) })
/** Pictures cannot send a header, so the address says which workspace is meant. */
const querystring = z.object({ workspace: z.uuid().optional() })
const picture = z.any().meta({ type: 'string', format: 'binary' })

/** What messages show, through us: browsers of staff ask nobody else, so nobody learns who reads what, and when. */
export function mediaRoutes(server: FastifyInstance, ctx: Context): void {
  server.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/messages/:id/media/:index',
    {
      schema: {
        ...{ params, querystring, response: { 200: picture }, produces: ['image/*', 'video/*'] },
        tags: ['messages'],
        summary: 'What a message shows, fetched for you from where it lies: its preview where it has one.',
      },
      onRequest: needs('inbox.read'),
    },
    async (request, reply) => {
      const leaving = new AbortController()
      reply.raw.once('close', () => leaving.abort())
      const { workspaceId } = actorOf(request)
      const [message] = await ctx.db.inWorkspace(workspaceId, (tx) =>
        tx
          .select({ media: t.message.media, gone: t.message.gone, apiUrl: t.channel.apiUrl })
          .from(t.message)
          .innerJoin(t.channel, eq(t.channel.id, t.message.channelId))
          .where(eq(t.message.id, request.params.id)),
      )
      const media = message?.gone === false ? message.media[request.params.index] : undefined
      if (message && media) {
        const viewer = { workspaceId, ownHost: new URL(message.apiUrl).host, signal: leaving.signal }
        const file = await fetchMedia(ctx, shownBy(media), viewer)
        if (file) return sendFile(reply, file, 'private, max-age=3600')
      }
      throw new Problem('not_found', 'There is no picture here, or it cannot be had from where it lies.')
    },
  )
}

/** Media as the API gives them: the address where each lies, and one of ours that shows it. */
export function presentMedia(media: Media[], of: { messageId: string; workspaceId: string }): Media[] {
  return media.map((each, index) => ({
    ...each,
    previewUrl: shownBy(each).length > 0 ? `/api/v1/messages/${of.messageId}/media/${index}?workspace=${of.workspaceId}` : null,
  }))
}

/** Where something to look at lies, best first. */
function shownBy({ kind, url, previewUrl }: Media): string[] {
  return [previewUrl, kind === 'image' ? url : null].filter((each): each is string => each !== null && each !== '')
}
