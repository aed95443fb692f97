import { timingSafeEqual } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { fromNodeHeaders } from 'better-auth/node'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { fromOurPages, type Actor } from '../http/actor.ts'
import type { Auth } from './auth.ts'
import { hashToken } from './tokens.ts'

type Headers = Record<string, string | string[] | undefined>

/** Finds who asks, before every request below `/api/v1`. A mutation that comes with a cookie must come from our own pages. */
export function signInHook(app: FastifyInstance, ctx: Context, auth: Auth): void {
  app.decorateRequest('actor', null)
  app.decorateRequest('refusal', null)
  app.addHook('onRequest', async (request) => {
    if (!request.url.startsWith('/api/v1/')) return
    const found = await findActor(ctx, auth, { ...request.headers, ...chosenIn(request) })
    if (found instanceof Problem) request.refusal = found
    else request.actor = found
    if (request.actor && !request.actor.key && request.method !== 'GET' && !fromOurPages(request)) {
      throw new Problem('forbidden', 'This request comes from another site.')
    }
  })
}

/** What a page shows by address alone, a picture, can send no header: reading, the query may name the workspace instead. */
function chosenIn({ method, headers, query }: FastifyRequest): Headers {
  const { workspace } = query as { workspace?: unknown }
  return method === 'GET' && headers['x-workspace'] === undefined && typeof workspace === 'string' ? { 'x-workspace': workspace } : {}
}

/**
 * The person or key behind these headers, or null. A person of several workspaces names one in `X-Workspace`, else it is the first;
 * one that is not theirs is a Problem, so that nobody acts in another workspace than they believe.
 */
export async function findActor(ctx: Context, auth: Auth, headers: Headers): Promise<Actor | Problem | null> {
  const bearer = /^Bearer (\S+)$/i.exec(String(headers.authorization ?? ''))?.[1]
  const chosen = headers['x-workspace']
  const actor = bearer ? await keyActor(ctx, bearer) : await personActor(ctx, auth, headers, chosen)
  if (actor instanceof Problem) return actor
  if (actor && chosen !== undefined && chosen !== actor.workspaceId)
    return new Problem('workspace_not_yours', 'X-Workspace: no workspace of yours has this id. You may have been removed from it.')
  return actor
}

async function personActor(ctx: Context, auth: Auth, headers: Headers, chosen: unknown): Promise<Actor | null> {
  const found = await auth.auth().api.getSession({ headers: fromNodeHeaders(headers) })
  if (!found) return null
  const members = await ctx.db.system.select().from(t.member).where(eq(t.member.userId, found.user.id)).orderBy(t.member.createdAt)
  const member = members.find((row) => row.workspaceId === chosen) ?? members[0]
  if (!member) return null
  if (olderThanAMinute(ctx, member.lastSeenAt)) {
    const own = and(eq(t.member.workspaceId, member.workspaceId), eq(t.member.userId, member.userId))
    await ctx.db.system.update(t.member).set({ lastSeenAt: ctx.now() }).where(own)
  }
  const { userId: id, name, role, workspaceId } = member
  return { id, name, email: found.user.email, role, workspaceId, key: false, scopes: null, sessionId: found.session.id }
}

/** Who holds a key that has ended is told so; of one that never was nothing is said. */
async function keyActor(ctx: Context, key: string): Promise<Actor | Problem | null> {
  const hash = hashToken(key)
  const now = ctx.now()
  const [row] = await ctx.db.system.select().from(t.apiKey).where(eq(t.apiKey.hash, hash))
  if (!row || !timingSafeEqual(row.hash, hash)) return null
  if (row.revokedAt) return new Problem('unauthorized', 'This API key was revoked. Ask whoever manages the keys for a new one.')
  if (row.expiresAt && row.expiresAt <= now)
    return new Problem(
      'unauthorized',
      `This API key ended on ${row.expiresAt.toISOString()}. Make a new one in the settings, under API keys.`,
    )
  if (olderThanAMinute(ctx, row.lastUsedAt)) await ctx.db.system.update(t.apiKey).set({ lastUsedAt: now }).where(eq(t.apiKey.id, row.id))
  const { id, name, role, scopes, workspaceId } = row
  return { id, name, email: '', role, workspaceId, key: true, scopes, sessionId: null }
}

/** When somebody was last here is kept to the minute: one write a minute, not one a request. */
function olderThanAMinute(ctx: Context, at: Date | null): boolean {
  return at === null || ctx.now().getTime() - at.getTime() > 60_000
}
