import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { PlatformAppView } from '@answerback/core/api'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { seal, unseal } from './secrets.ts'

/**
 * Keeps a platform's app: what verifies its webhooks. The same app with another secret is kept beside the first, so that both are good while a secret is
 * rotated; with the same secret nothing is added. Channels that had no app yet are bound to it. `workspaceId`: whose owner asks; an app whose channels are
 * all another workspace's is refused (`forbidden`), else a stranger could sign for them. Throws `bad_request` naming what is missing.
 */
export async function addPlatformApp(
  ctx: Context,
  platformId: string,
  settings: Record<string, string>,
  options: { workspaceId?: string } = {},
): Promise<string> {
  const webhook = ctx.platforms.find((each) => each.id === platformId)?.webhook
  if (!webhook || webhook.perChannel)
    throw new Problem(
      'bad_request',
      `platform: this platform sends no webhooks${webhook ? ' of an app, each channel has its own' : ''}, it needs no app.`,
      {
        invalidParams: [{ name: 'platform', reason: 'has no webhooks' }],
      },
    )
  const needed = ['appId', 'appSecret', ...(webhook.handshake === undefined ? ['verifyToken'] : [])]
  const missing = needed.filter((name) => !settings[name]?.trim())
  if (missing.length > 0)
    throw new Problem('bad_request', missing.map((name) => `settings.${name}: is needed.`).join(' '), {
      invalidParams: missing.map((name) => ({ name: `settings.${name}`, reason: 'missing' })),
    })
  const { appId, appSecret: secret, verifyToken = '' } = settings
  const known = await ctx.db.system
    .select()
    .from(t.platformApp)
    .where(and(eq(t.platformApp.platform, platformId), sql`settings->>'appId' = ${appId}`))
  await refuseStrangers(
    ctx,
    known.map((row) => row.id),
    options.workspaceId,
  )
  const same = known.find((row) => {
    const kept = unseal<{ secret: string; verifyToken: string }>(ctx.secrets, `platform_app:${row.id}`, row.secrets)
    return kept.secret === secret && kept.verifyToken === verifyToken
  })
  if (same) return same.id
  const id = uuidv7()
  await ctx.db.system.insert(t.platformApp).values({
    id,
    platform: platformId,
    settings: { appId: appId! },
    secrets: seal(ctx.secrets, `platform_app:${id}`, { secret, verifyToken }),
    createdAt: ctx.now(),
  })
  const own = options.workspaceId === undefined ? undefined : eq(t.channel.workspaceId, options.workspaceId)
  await ctx.db.system
    .update(t.channel)
    .set({ appId: id })
    .where(and(eq(t.channel.platform, platformId), isNull(t.channel.appId), own))
  return id
}

/** The apps whose webhooks may speak for this workspace: those its channels are bound to, and those that speak for nobody yet. */
export async function listPlatformApps(ctx: Context, workspaceId: string): Promise<PlatformAppView[]> {
  const apps = await ctx.db.system.select().from(t.platformApp).orderBy(t.platformApp.createdAt, t.platformApp.id)
  const channels = await ctx.db.system.select({ appId: t.channel.appId, workspaceId: t.channel.workspaceId }).from(t.channel)
  return apps.flatMap((app) => {
    if (app.settings.channelId !== undefined) return []
    const bound = channels.filter((channel) => channel.appId === app.id)
    if (bound.length > 0 && !bound.some((channel) => channel.workspaceId === workspaceId)) return []
    const own = bound.filter((channel) => channel.workspaceId === workspaceId).length
    return [{ id: app.id, platform: app.platform, appId: app.settings.appId ?? '', createdAt: app.createdAt.toISOString(), channels: own }]
  })
}

/**
 * Forgets an app: webhooks signed with its secret are refused from then on. Channels bound to it go to another secret of the same app, or are polled only.
 * Throws `not_found`, `forbidden` when another workspace's channels need it.
 */
export async function removePlatformApp(ctx: Context, id: string, workspaceId: string): Promise<typeof t.platformApp.$inferSelect> {
  const apps = await ctx.db.system.select().from(t.platformApp)
  const app = apps.find((each) => each.id === id)
  const bound = await ctx.db.system.select({ workspaceId: t.channel.workspaceId }).from(t.channel).where(eq(t.channel.appId, id))
  // Of an app that is only another's nothing is told, not even that it is there.
  if (!app || app.settings.channelId !== undefined || (bound.length > 0 && !bound.some((row) => row.workspaceId === workspaceId)))
    throw new Problem('not_found', 'There is no such app.')
  if (bound.some((row) => row.workspaceId !== workspaceId))
    throw new Problem('forbidden', 'Channels of another workspace need this app. Its owner has to move them first.')
  const other = apps.findLast((each) => each.id !== id && each.platform === app.platform && each.settings.appId === app.settings.appId)
  await ctx.db.system
    .update(t.channel)
    .set({ appId: other?.id ?? null })
    .where(eq(t.channel.appId, id))
  await ctx.db.system.delete(t.platformApp).where(eq(t.platformApp.id, id))
  return app
}

async function refuseStrangers(ctx: Context, appIds: string[], workspaceId: string | undefined): Promise<void> {
  if (workspaceId === undefined || appIds.length === 0) return
  const bound = await ctx.db.system.select({ workspaceId: t.channel.workspaceId }).from(t.channel).where(inArray(t.channel.appId, appIds))
  if (bound.length > 0 && !bound.some((row) => row.workspaceId === workspaceId))
    throw new Problem('forbidden', 'This app is already registered by another workspace.')
}
