import { and, desc, eq, gt, ne } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isAPIError } from 'better-auth/api'
import type { SessionView, SignedIn } from '@answerback/core/access-api'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import type { Auth } from './auth.ts'
import { deviceOf } from './device.ts'
import { throttled } from './throttle.ts'

/**
 * Proves a password and starts a session in this browser: the answer carries its cookie. Throws `wrong_credentials`, the same and after the same work whether
 * the address is unknown or the password wrong; `rate_limited`; `forbidden` for somebody who belongs to no workspace any more.
 */
export async function signIn(
  ctx: Context,
  auth: Auth,
  request: FastifyRequest,
  reply: FastifyReply,
  input: { email: string; password: string },
): Promise<SignedIn> {
  const { cookies, token, userId } = await throttled(ctx, { email: input.email, ip: request.ip }, () => startSession(auth, request, input))
  const [member] = await ctx.db.system
    .select({ workspaceId: t.member.workspaceId })
    .from(t.member)
    .where(eq(t.member.userId, userId))
    .orderBy(t.member.createdAt)
    .limit(1)
  if (!member) {
    await ctx.db.system.delete(t.session).where(eq(t.session.token, token))
    throw new Problem('forbidden', 'You no longer belong to a workspace here. Ask its owner for an invitation.')
  }
  reply.header('set-cookie', cookies)
  return { userId, workspaceId: member.workspaceId }
}

/** A session for who knows this password; not throttled, so only for a password that was chosen just now. Throws `wrong_credentials`. */
export async function startSession(
  auth: Auth,
  request: FastifyRequest,
  body: { email: string; password: string },
): Promise<{ cookies: string[]; token: string; userId: string }> {
  const headers = new Headers({ 'user-agent': request.headers['user-agent'] ?? '', 'x-forwarded-for': request.ip })
  try {
    const { headers: answered, response } = await auth
      .auth()
      .api.signInEmail({ body: { email: body.email, password: body.password }, headers, returnHeaders: true })
    return { cookies: answered.getSetCookie(), token: response.token, userId: response.user.id }
  } catch (error) {
    if (isAPIError(error) && error.statusCode < 500)
      throw new Problem('wrong_credentials', 'The address or the password is wrong. Both are needed as you chose them here.')
    throw error
  }
}

/** A person's sessions, the newest use first. */
export async function listSessions(ctx: Context, actor: Actor): Promise<SessionView[]> {
  const rows = await ctx.db.system
    .select()
    .from(t.session)
    .where(and(eq(t.session.userId, actor.id), gt(t.session.expiresAt, ctx.now())))
    .orderBy(desc(t.session.updatedAt))
  return rows.map((row) => ({
    id: row.id,
    current: row.id === actor.sessionId,
    device: deviceOf(row.userAgent),
    ip: row.ipAddress || null,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.updatedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }))
}

/** Ends one session of a person. Throws `not_found` when it is not theirs. */
export async function endSession(ctx: Context, userId: string, sessionId: string): Promise<void> {
  const own = and(eq(t.session.id, sessionId), eq(t.session.userId, userId))
  const ended = await ctx.db.system.delete(t.session).where(own).returning({ id: t.session.id })
  if (ended.length === 0) throw new Problem('not_found', 'You have no session of that id.')
}

/** Ends every session of a person, but perhaps this one. Returns their ids. */
export async function endSessions(ctx: Context, userId: string, but: string | null): Promise<string[]> {
  const own = and(eq(t.session.userId, userId), but === null ? undefined : ne(t.session.id, but))
  return (await ctx.db.system.delete(t.session).where(own).returning({ id: t.session.id })).map((row) => row.id)
}
