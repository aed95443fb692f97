import { createHash, timingSafeEqual } from 'node:crypto'
import { and, eq, isNull } from 'drizzle-orm'
import { fromNodeHeaders } from 'better-auth/node'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import type { Auth } from './auth.ts'

type Headers = Record<string, string | string[] | undefined>

/** Finds who asks, before every request below `/api/v1`. A mutation that comes with a cookie must come from our own pages. */
export function signInHook(app: FastifyInstance, ctx: Context, auth: Auth): void {
  app.decorateRequest('actor', null)
  app.addHook('onRequest', async (request) => {
    if (!request.url.startsWith('/api/v1/')) return
    request.actor = await findActor(ctx, auth, request.headers)
    if (request.actor && !request.actor.key && request.method !== 'GET' && !fromOurPages(request)) {
      throw new Problem('forbidden', 'This request comes from another site.')
    }
  })
}

/** The person or key behind these headers, or null. A person of several workspaces names one in `X-Workspace`, else it is the first. */
export async function findActor(ctx: Context, auth: Auth, headers: Headers): Promise<Actor | null> {
  const bearer = /^Bearer (\S+)$/i.exec(String(headers.authorization ?? ''))?.[1]
  if (bearer) return keyActor(ctx, bearer)
  const session = await auth.auth().api.getSession({ headers: fromNodeHeaders(headers) })
  if (!session) return null
  const members = await ctx.db.system.select().from(t.member).where(eq(t.member.userId, session.user.id)).orderBy(t.member.createdAt)
  const member = members.find((row) => row.workspaceId === headers['x-workspace']) ?? members[0]
  return member
    ? { id: member.userId, name: member.name, email: session.user.email, role: member.role, workspaceId: member.workspaceId, key: false }
    : null
}

/** What is kept of an API key: enough to know it again. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

async function keyActor(ctx: Context, key: string): Promise<Actor | null> {
  const hash = hashKey(key)
  const rows = await ctx.db.system
    .select()
    .from(t.apiKey)
    .where(and(eq(t.apiKey.hash, hash), isNull(t.apiKey.revokedAt)))
  const row = rows[0]
  if (!row || !timingSafeEqual(row.hash, hash)) return null
  return { id: row.id, name: row.name, email: '', role: row.role, workspaceId: row.workspaceId, key: true }
}

function fromOurPages(request: FastifyRequest): boolean {
  const { origin, host } = request.headers
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === host
  return request.headers['x-requested-with'] === 'answerback'
}
