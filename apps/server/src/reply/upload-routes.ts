import { eq } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Problem } from '@answerback/core/problem'
import { upload, uploadQuery, type Upload } from '@answerback/core/reply-api'
import { maxUploadBytes } from '@answerback/core/reply-limit'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { actorOf, needs } from '../http/actor.ts'
import { mutate } from '../http/idempotent.ts'
import { sendFile } from '../http/send-file.ts'
import { dropUpload, keepUpload, readUpload } from './uploads.ts'

const params = z.object({ id: z.uuid() })
/** Bytes, for the API's description. */
const binary = z.any().meta({ type: 'string', format: 'binary' })
const media = ['image/*', 'video/*', 'audio/*']

/** Files that go out with replies: bring one, look at it, take it away again. */
export function uploadRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()

  // The one route whose body is the file itself, whatever type it has.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxUploadBytes }, (_request, body, done) => done(null, body))
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/api/v1/uploads',
      {
        schema: {
          querystring: uploadQuery,
          body: binary,
          consumes: [...media, 'application/pdf', 'application/octet-stream'],
          response: { 201: upload },
          tags: ['replies'],
          summary:
            'Bring a file for a reply: its bytes are the body, its MIME type the Content-Type. It stays for a day unless a reply takes it.',
        },
        bodyLimit: maxUploadBytes,
        onRequest: needs('reply.send'),
      },
      async (request, reply) => {
        const actor = actorOf(request)
        const data = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        // Written before the workspace's turn is taken: many bytes would make all others wait.
        const kept = await keepUpload(ctx, actor, { type: request.headers['content-type'] ?? '', name: request.query.name, data })
        let told: Upload | null = null
        try {
          return (await mutate(ctx, request, reply, async () => ({ status: 201, body: (told = kept) }))) as never
        } finally {
          // A repeat was told of the first one.
          if (told === null) await ctx.db.inWorkspace(actor.workspaceId, (tx) => tx.delete(t.upload).where(eq(t.upload.id, kept.id)))
        }
      },
    )
  })

  app.get(
    '/api/v1/uploads/:id',
    {
      schema: {
        params,
        response: { 200: binary },
        produces: media,
        tags: ['replies'],
        summary: 'The bytes of a file, as long as they are kept.',
      },
      onRequest: needs('inbox.read'),
    },
    async (request, reply) => {
      const file = await readUpload(ctx, actorOf(request).workspaceId, request.params.id)
      if (!file) throw new Problem('not_found', 'There is no such file, or it is not kept any more.')
      return sendFile(reply, file, 'private, max-age=3600')
    },
  )

  app.delete(
    '/api/v1/uploads/:id',
    { schema: { params, tags: ['replies'], summary: 'Take a file away that no reply uses.' }, onRequest: needs('reply.send') },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => {
        await dropUpload(change, request.params.id)
        return { status: 204, body: null }
      }),
  )
}
