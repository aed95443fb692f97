import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
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
  if (!ctx.platforms.some((each) => each.id === platformId && each.webhook))
    throw new Problem('bad_request', 'platform: this platform sends no webhooks, it needs no app.', {
      invalidParams: [{ name: 'platform', reason: 'has no webhooks' }],
    })
  const missing = ['appId', 'appSecret', 'verifyToken'].filter((name) => !settings[name]?.trim())
  if (missing.length > 0)
    throw new Problem('bad_request', missing.map((name) => `settings.${name}: is needed.`).join(' '), {
      invalidParams: missing.map((name) => ({ name: `settings.${name}`, reason: 'missing' })),
    })
  const { appId, appSecret: secret, verifyToken } = settings
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

async function refuseStrangers(ctx: Context, appIds: string[], workspaceId: string | undefined): Promise<void> {
  if (workspaceId === undefined || appIds.length === 0) return
  const bound = await ctx.db.system.select({ workspaceId: t.channel.workspaceId }).from(t.channel).where(inArray(t.channel.appId, appIds))
  if (bound.length > 0 && !bound.some((row) => row.workspaceId === workspaceId))
    throw new Problem('forbidden', 'This app is already registered by another workspace.')
}
