import { and, eq } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { reply as replyShape, replyState } from '@answerback/core/api'
import { Problem } from '@answerback/core/problem'
import { attemptBody, editBody, replyBody } from '@answerback/core/reply-api'
import { refuseOverCap } from '../access/spending.ts'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { actorOf, needs } from '../http/actor.ts'
import { mutate } from '../http/idempotent.ts'
import { recompute } from '../inbox/recompute.ts'
import type { Queryable } from '../db/connection.ts'
import { iso } from '../live/rows.ts'
import { editReply } from './edit.ts'
import { checkReply } from './limits.ts'
import { sendable, sendReply } from './send.ts'
import { takeUploads } from './uploads.ts'
import { privatelyTo } from './window.ts'

const params = z.object({ id: z.uuid() })
const accepted = z.object({ id: z.uuid(), state: replyState })

/** Replies: put one on its way, see how it fares, take it back, try it again. */
export function replyRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()

  app.post(
    '/api/v1/conversations/:id/replies',
    {
      schema: {
        params,
        body: replyBody,
        response: { 202: accepted },
        tags: ['replies'],
        summary: 'Reply. Nothing is sent before the undo window is over.',
      },
      onRequest: needs('reply.send'),
    },
    (request, reply) => {
      if (request.headers['idempotency-key'] === undefined) {
        throw new Problem(
          'bad_request',
          'Idempotency-Key: send a value of your own with each reply, and the same one when you repeat the request, so that nobody is answered twice.',
          { invalidParams: [{ name: 'Idempotency-Key', reason: 'missing' }] },
        )
      }
      return mutate(ctx, request, reply, async (change) => ({
        status: 202,
        body: await sendReply(ctx, change, actorOf(request), request.params.id, request.body),
      })) as never
    },
  )

  app.get(
    '/api/v1/replies/:id',
    {
      schema: { params, response: { 200: replyShape }, tags: ['replies'], summary: 'How a reply fares.' },
      onRequest: needs('inbox.read'),
    },
    (request) =>
      ctx.db.inWorkspace(actorOf(request).workspaceId, async (tx) => {
        const row = await replyOf(tx, request.params.id)
        const gone = await tx
          .select({ id: t.message.id })
          .from(t.message)
          .where(and(eq(t.message.conversationId, row.conversationId), eq(t.message.replyId, row.id), t.message.gone))
        // What became of it is told as ever; its words went with it.
        return present(gone.length > 0 ? { ...row, text: '', media: [] } : row)
      }),
  )

  app.patch(
    '/api/v1/replies/:id',
    {
      schema: {
        params,
        body: editBody,
        tags: ['replies'],
        summary: 'Change the words of a reply that was sent, where the platform lets us. It moves no turn.',
      },
      onRequest: needs('reply.send'),
    },
    async (request, reply) => {
      await editReply(ctx, actorOf(request), request.params.id, request.body.text)
      return reply.code(204).send()
    },
  )

  app.delete(
    '/api/v1/replies/:id',
    {
      schema: {
        params,
        tags: ['replies'],
        summary: 'Take a reply back while it is held or surely did not arrive, or discard one that failed.',
      },
      onRequest: needs('reply.send'),
    },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => {
        const row = await replyOf(change.tx, request.params.id)
        if (row.state === 'cancelled') return { status: 204, body: null }
        if (row.state === 'sent') throw new Problem('too_late', 'It is already there.')
        if (row.state === 'sending') throw new Problem('too_late', 'It is just being sent.')
        if (row.state === 'queued' && (await mayHaveArrived(change.tx, row.id)))
          throw new Problem('too_late', 'An earlier try of it may have arrived.')
        await change.tx.update(t.reply).set({ state: 'cancelled', dueAt: null, endedAt: ctx.now() }).where(eq(t.reply.id, row.id))
        await recompute(ctx, change, row.conversationId)
        return { status: 204, body: null }
      }),
  )

  app.post(
    '/api/v1/replies/:id/attempts',
    {
      schema: {
        params,
        body: attemptBody.nullish(),
        response: { 202: accepted },
        tags: ['replies'],
        summary: 'Try a failed reply again, as it is or changed.',
      },
      onRequest: needs('reply.send'),
    },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => {
        const row = await replyOf(change.tx, request.params.id)
        if (row.state !== 'rejected' && row.state !== 'needs_check')
          throw new Problem('already_running', `This reply is ${row.state}; there is nothing to try again.`)
        const chosen = request.body?.media ?? row.media.map(({ id, alt }) => ({ uploadId: id, alt }))
        const given = request.body?.text === undefined ? row.text : sendable(request.body.text)
        // Words are left out only where files say it.
        const text = given === '' && chosen.length === 0 ? row.text : given
        const media = await takeUploads(change, row.id, chosen)
        await checkReply(ctx, change, row.inReplyToId, { text, media, privately: row.privately })
        await privatelyTo(ctx, change, row.inReplyToId, row.privately)
        await refuseOverCap(ctx, change.tx, row.channelId, text)
        // The same row and so the same key: where the platform keeps keys, even a reply that had landed is not doubled.
        await change.tx
          .update(t.reply)
          // Whoever tries again has seen what was answered until now.
          .set({
            text,
            media,
            state: 'queued',
            dueAt: ctx.now(),
            reason: null,
            endedAt: null,
            looks: 0,
            ...(row.sentAt === null ? { createdAt: ctx.now() } : {}),
          })
          .where(eq(t.reply.id, row.id))
        await recompute(ctx, change, row.conversationId)
        change.afterCommit(() => ctx.queue.add('send', [{ workspaceId: change.workspaceId, replyId: row.id }]))
        return { status: 202, body: { id: row.id, state: 'queued' } }
      }) as never,
  )
}

/** A worker that claims a reply is behind the same lock as whoever takes it back: one of them comes first. */
async function mayHaveArrived(tx: Queryable, replyId: string): Promise<boolean> {
  const tries = await tx.select({ outcome: t.replyAttempt.outcome }).from(t.replyAttempt).where(eq(t.replyAttempt.replyId, replyId))
  return tries.some(({ outcome }) => outcome !== 'not_sent' && outcome !== 'rejected')
}

async function replyOf(tx: Queryable, id: string): Promise<typeof t.reply.$inferSelect> {
  const rows = await tx.select().from(t.reply).where(eq(t.reply.id, id))
  if (!rows[0]) throw new Problem('not_found', 'There is no such reply.')
  return rows[0]
}

function present(row: typeof t.reply.$inferSelect): z.infer<typeof replyShape> {
  return {
    id: row.id,
    conversationId: row.conversationId,
    inReplyTo: row.inReplyToId,
    text: row.text,
    media: row.media,
    privately: row.privately,
    state: row.state,
    dueAt: iso(row.dueAt),
    byId: row.byId,
    externalId: row.externalId,
    url: row.url,
    reason: row.reason,
    createdAt: row.createdAt.toISOString(),
  }
}
