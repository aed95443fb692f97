import { eq } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { me, type PlatformView } from '@answerback/core/api'
import { permissions, type Permission } from '@answerback/core/permissions'
import type { Platform } from '@answerback/platforms/platform'
import { reachableUrl, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { actorOf, needs, refusalOf } from '../http/actor.ts'
import { countsOf } from '../live/counts.ts'
import { hasPassword } from './accounts.ts'
import { listChannels } from './channels.ts'
import { reasonsOf } from './reasons.ts'

/** Who is here, what they may do, and all else that a screen needs to begin. */
export function accessRoutes(server: FastifyInstance, ctx: Context, demo: { sandboxUrl: string } | null): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['access']

  app.get(
    '/api/v1/me',
    { schema: { response: { 200: me }, tags, summary: 'Everything a screen needs to begin.' }, onRequest: needs('inbox.read') },
    async (request) => {
      const actor = actorOf(request)
      return ctx.db.inWorkspace(actor.workspaceId, async (tx) => {
        const [workspace] = await tx.select().from(t.workspace)
        const [seq] = await tx.select({ seq: t.workspaceSeq.seq }).from(t.workspaceSeq)
        const staff = await tx
          .select({ id: t.member.userId, name: t.member.name, role: t.member.role })
          .from(t.member)
          .orderBy(t.member.createdAt)
        return {
          user: { id: actor.id, name: actor.name, email: actor.email },
          role: actor.role,
          // The demo has no passwords: its people come by the links that it prints.
          choosePassword: !actor.key && !workspace!.demo && !(await hasPassword(ctx, actor.id)),
          permissions: (Object.keys(permissions) as Permission[]).filter((each) => refusalOf(actor, each) === null),
          workspace: presentWorkspace(workspace!),
          reasons: await reasonsOf(tx),
          staff,
          platforms: ctx.platforms.map(platformView),
          channels: await listChannels(ctx, tx),
          counts: await countsOf(tx),
          seq: seq!.seq,
          demo: workspace!.demo ? demo : null,
          reachable: reachableUrl(ctx) !== null,
          now: ctx.now().toISOString(),
        }
      })
    },
  )
}

function platformView({ id, name, docs, icon, connect, webhook }: Platform): PlatformView {
  const asksFor = connect.fields.find((field) => field.secret && !field.optional)?.label ?? null
  const oauthApp = connect.oauth?.app ?? null
  // Whoever agrees there with an app that makes itself waits for nothing: webhooks can come later.
  const wantsApp = oauthApp === null ? webhook !== undefined && !webhook.perChannel : oauthApp === 'by_hand'
  return { id, name, docs, icon, asksFor, wantsApp, oauthApp }
}

function presentWorkspace({ id, name, timeZone, targetSeconds, targetClock }: typeof t.workspace.$inferSelect) {
  return { id, name, timeZone, targetSeconds, targetClock }
}

/** The newest number of a workspace's change log. */
export async function seqOf(ctx: Context, workspaceId: string): Promise<number> {
  const rows = await ctx.db.system
    .select({ seq: t.workspaceSeq.seq })
    .from(t.workspaceSeq)
    .where(eq(t.workspaceSeq.workspaceId, workspaceId))
  return rows[0]?.seq ?? 0
}
