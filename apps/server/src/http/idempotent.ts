import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { changing, type Change } from '../live/change-log.ts'
import { actorOf } from './actor.ts'

export type Answer = { status: number; body: unknown }

/**
 * Runs a mutation once per `Idempotency-Key`: the key is kept in the transaction of the change itself (30 days), a repeat gets the first answer again,
 * the same key with another request is refused (draft-ietf-httpapi-idempotency-key-header). Without a key it simply runs.
 */
export async function mutate(
  ctx: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  run: (change: Change) => Promise<Answer>,
): Promise<unknown> {
  const actor = actorOf(request)
  const key = request.headers['idempotency-key']
  if (key !== undefined && (typeof key !== 'string' || key.length < 1 || key.length > 200)) {
    throw new Problem('bad_request', 'Idempotency-Key: send one value of 1 to 200 characters.', {
      invalidParams: [{ name: 'Idempotency-Key', reason: 'one value of 1 to 200 characters' }],
    })
  }
  const { body } = request
  const requestHash = createHash('sha256')
    .update(`${actor.id} ${request.method} ${request.url} `)
    .update(Buffer.isBuffer(body) ? body : JSON.stringify(body ?? null))
    .digest('base64url')
  const answer = await changing(ctx, actor.workspaceId, async (change) => {
    if (key === undefined) return run(change)
    const known = await change.tx
      .select()
      .from(t.idempotencyKey)
      .where(and(eq(t.idempotencyKey.workspaceId, actor.workspaceId), eq(t.idempotencyKey.key, key)))
    if (known[0]) {
      if (known[0].requestHash !== requestHash) throw new Problem('idempotency_mismatch', 'Use a new Idempotency-Key for a new request.')
      return { status: known[0].status, body: known[0].response }
    }
    const fresh = await run(change)
    await change.tx.insert(t.idempotencyKey).values({
      workspaceId: actor.workspaceId,
      key,
      requestHash,
      status: fresh.status,
      response: fresh.body ?? null,
      createdAt: ctx.now(),
    })
    return fresh
  })
  return answer.body === undefined || answer.body === null ? reply.code(answer.status).send() : reply.code(answer.status).send(answer.body)
}
