import { and, desc, eq, isNull, or, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { PlatformAppView } from '@answerback/core/connect-api'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { seal, unseal } from './secrets.ts'

type AppRow = typeof t.platformApp.$inferSelect

/**
 * Keeps a platform's app: what verifies its webhooks and sends people there to agree. The same app with another secret is kept beside the first, so that both are
 * good while a secret is rotated; with the same secret nothing is added. Channels of the owner that had no app yet are bound to it. `workspaceId`: whose it is;
 * absent, it is the installation's. An app of somebody else is refused (`forbidden`), else a stranger could sign for them. Throws `bad_request` naming what is missing.
 */
export async function addPlatformApp(
  ctx: Context,
  platformId: string,
  settings: Record<string, string>,
  options: { workspaceId?: string } = {},
): Promise<string> {
  const platform = ctx.platforms.find((each) => each.id === platformId)
  const webhook = platform?.webhook?.perChannel ? undefined : platform?.webhook
  if (!webhook && platform?.connect.oauth?.app !== 'by_hand')
    throw new Problem(
      'bad_request',
      `platform: this platform sends no webhooks${platform?.webhook ? ' of an app, each channel has its own' : ''}, it needs no app.`,
      {
        invalidParams: [{ name: 'platform', reason: 'has no webhooks' }],
      },
    )
  const needed = ['appId', 'appSecret', ...(webhook && webhook.handshake === undefined ? ['verifyToken'] : [])]
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
  refuseStrangers(known, options.workspaceId)
  const same = known.find((row) => {
    const kept = secretsOf(ctx, row)
    return kept.secret === secret && kept.verifyToken === verifyToken
  })
  if (same) return same.id
  const id = uuidv7()
  const workspaceId = options.workspaceId ?? known[0]?.workspaceId ?? null
  await ctx.db.system.insert(t.platformApp).values({
    id,
    platform: platformId,
    workspaceId,
    settings: { appId: appId! },
    secrets: seal(ctx.secrets, `platform_app:${id}`, { secret, verifyToken }),
    createdAt: ctx.now(),
  })
  const own = workspaceId === null ? undefined : eq(t.channel.workspaceId, workspaceId)
  await ctx.db.system
    .update(t.channel)
    .set({ appId: id })
    .where(and(eq(t.channel.platform, platformId), isNull(t.channel.appId), own))
  return id
}

/**
 * Keeps the apps that the environment names, as the installation's own. When the secret there changes, the one before stays good beside it until the next change.
 * Throws a sentence naming the variable that is missing.
 */
export async function seedPlatformApps(ctx: Context): Promise<void> {
  for (const [platformId, settings] of Object.entries(ctx.env.platformApps)) {
    if (!ctx.platforms.some((each) => each.id === platformId)) continue
    const name = platformId.toUpperCase().replaceAll('-', '_')
    const kept = await addPlatformApp(ctx, platformId, settings).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error
      throw new Error(`${name}_APP_ID and what belongs to it: ${error.message}`)
    })
    const rows = await ctx.db.system
      .select()
      .from(t.platformApp)
      .where(and(eq(t.platformApp.platform, platformId), sql`settings->>'appId' = ${settings.appId}`, isNull(t.platformApp.workspaceId)))
      .orderBy(desc(t.platformApp.createdAt), desc(t.platformApp.id))
    const before = rows.find((row) => row.id !== kept && secretsOf(ctx, row).secret !== settings.appSecret)
    for (const row of rows.filter((each) => each.id !== kept && each.id !== before?.id)) await dropSecret(ctx, row.id, kept)
  }
}

/** Channels bound to a secret go to another one, or to none. */
async function dropSecret(ctx: Context, id: string, otherId: string | null): Promise<void> {
  await ctx.db.system.update(t.channel).set({ appId: otherId }).where(eq(t.channel.appId, id))
  await ctx.db.system.delete(t.platformApp).where(eq(t.platformApp.id, id))
}

function refuseStrangers(known: AppRow[], workspaceId: string | undefined): void {
  if (workspaceId === undefined) return
  if (known.some((row) => row.workspaceId !== null && row.workspaceId !== workspaceId))
    throw new Problem('forbidden', 'This app is already registered by another workspace.')
  if (known.some((row) => row.workspaceId === null)) throw notYours()
}

function notYours(): Problem {
  return new Problem('forbidden', 'This app belongs to the installation. Whoever runs the server changes its secrets.')
}

/** The apps that may speak for this workspace, one row a secret, newest first: its own before those of the installation. */
async function appsFor(ctx: Context, workspaceId: string, platformId?: string): Promise<AppRow[]> {
  return ctx.db.system
    .select()
    .from(t.platformApp)
    .where(
      and(
        platformId === undefined ? undefined : eq(t.platformApp.platform, platformId),
        or(eq(t.platformApp.workspaceId, workspaceId), isNull(t.platformApp.workspaceId)),
        // Those are made by us, one a server or a channel, and are nobody's to choose.
        sql`not settings ?| array['server', 'channelId']`,
      ),
    )
    .orderBy(sql`workspace_id is null`, desc(t.platformApp.createdAt), desc(t.platformApp.id))
}

/**
 * The app that a channel is bound to: the one chosen, else the one its token belongs to, else the workspace's newest, else the installation's. Null when there is
 * none, or the token's is not registered here: no webhook would come. Throws `bad_request` for a choice that is not there.
 */
export async function appFor(
  ctx: Context,
  workspaceId: string,
  platformId: string,
  { chosen, ofToken }: { chosen?: string | null | undefined; ofToken?: string | null | undefined },
): Promise<AppRow | null> {
  const apps = (await appsFor(ctx, workspaceId, platformId)).filter((each) => each.settings.lost === undefined)
  if (chosen) {
    const found = apps.find((each) => each.id === chosen)
    if (!found)
      throw new Problem('bad_request', 'appId: there is no such app of this platform. Register it first, or choose one that is there.', {
        invalidParams: [{ name: 'appId', reason: 'not known' }],
      })
    // Its newest secret: the older one is on its way out.
    return apps.find((each) => each.settings.appId === found.settings.appId && each.workspaceId === found.workspaceId) ?? found
  }
  if (ofToken) return apps.find((each) => each.settings.appId === ofToken) ?? null
  return apps[0] ?? null
}

/** Id and secret of an app as OAuth wants them. */
export function clientOf(ctx: Context, app: AppRow): { id: string; secret: string } {
  return { id: app.settings.appId ?? '', secret: secretsOf(ctx, app).secret }
}

function secretsOf(ctx: Context, row: AppRow): { secret: string; verifyToken: string } {
  return unseal<{ secret: string; verifyToken: string }>(ctx.secrets, `platform_app:${row.id}`, row.secrets)
}

/** The apps that may speak for this workspace, with how many of its channels each secret is bound to. */
export async function listPlatformApps(ctx: Context, workspaceId: string): Promise<PlatformAppView[]> {
  const apps = (await appsFor(ctx, workspaceId)).toReversed()
  const channels = await ctx.db.system
    .select({ id: t.channel.id, appId: t.channel.appId })
    .from(t.channel)
    .where(eq(t.channel.workspaceId, workspaceId))
  return apps.map((app) => {
    const channelIds = channels.flatMap((channel) => (channel.appId === app.id ? [channel.id] : []))
    return {
      id: app.id,
      platform: app.platform,
      appId: app.settings.appId ?? '',
      createdAt: app.createdAt.toISOString(),
      channels: channelIds.length,
      channelIds,
      secretLost: app.settings.lost !== undefined,
      owner: app.workspaceId === null ? 'installation' : 'workspace',
    }
  })
}

/**
 * Forgets an app's secret: webhooks signed with it are refused from then on. Channels bound to it go to another secret of the same app, or are polled only.
 * Throws `not_found`, `forbidden` when it is the installation's, or another workspace's channels need it.
 */
export async function removePlatformApp(ctx: Context, id: string, workspaceId: string): Promise<AppRow> {
  const apps = await appsFor(ctx, workspaceId)
  const app = apps.find((each) => each.id === id)
  if (!app) throw new Problem('not_found', 'There is no such app.')
  if (app.workspaceId === null) throw notYours()
  const bound = await ctx.db.system.select({ workspaceId: t.channel.workspaceId }).from(t.channel).where(eq(t.channel.appId, id))
  if (bound.some((row) => row.workspaceId !== workspaceId))
    throw new Problem('forbidden', 'Channels of another workspace need this app. Its owner has to move them first.')
  const other = apps.find((each) => each.id !== id && each.platform === app.platform && each.settings.appId === app.settings.appId)
  await dropSecret(ctx, id, other?.id ?? null)
  return app
}
