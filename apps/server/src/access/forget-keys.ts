import { randomBytes } from 'node:crypto'
import { eq, inArray, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { changing } from '../live/change-log.ts'
import { noteChannel } from './channels.ts'
import { opens } from './rotate-keys.ts'
import { seal } from './secrets.ts'

type Channel = { id: string; workspaceId: string; platform: string; handle: string; sealed: Buffer }
type App = { id: string; platform: string; settings: Record<string, string>; sealed: Buffer }

/** What is sealed here and opens with none of our keys. `ways`: how many people were just on their way to a platform and back. */
export type Unreadable = { channels: Channel[]; apps: App[]; ways: string[] }

/** Looks at everything that is sealed. Changes nothing. */
export async function findUnreadable(ctx: Context): Promise<Unreadable> {
  const { channel, platformApp, oauthState } = t
  const isLost = (about: string) => (row: { id: string; sealed: Buffer }) => !opens(ctx.secrets, `${about}:${row.id}`, row.sealed)
  const channels = await ctx.db.system
    .select({
      ...{ id: channel.id, workspaceId: channel.workspaceId, platform: channel.platform },
      ...{ handle: channel.handle, sealed: channel.credentials },
    })
    .from(channel)
    .where(sql`length(${channel.credentials}) > 0`)
    .orderBy(channel.platform, channel.handle)
  const apps = await ctx.db.system
    .select({ id: platformApp.id, platform: platformApp.platform, settings: platformApp.settings, sealed: platformApp.secrets })
    .from(platformApp)
    .orderBy(platformApp.platform, platformApp.createdAt)
  const ways = await ctx.db.system
    .select({ id: oauthState.id, sealed: oauthState.sealed })
    .from(oauthState)
    .where(sql`length(${oauthState.sealed}) > 0`)
  return {
    channels: channels.filter(isLost('channel')),
    apps: apps.filter(isLost('platform_app')),
    ways: ways.filter(isLost('oauth_state')).map((each) => each.id),
  }
}

/**
 * Forgets it, after its key was lost for good: channels ask to be connected again, and what waits for them goes on waiting; apps of somebody stay, to be given their secret
 * again; secrets that we make ourselves are made anew. What was said, and everything else, stays.
 */
export async function forgetUnreadable(ctx: Context, { channels, apps, ways }: Unreadable): Promise<void> {
  for (const workspaceId of new Set(channels.map((each) => each.workspaceId)))
    await changing(ctx, workspaceId, async (change) => {
      for (const { id, handle } of channels.filter((each) => each.workspaceId === workspaceId)) {
        await change.tx
          .update(t.channel)
          .set({ credentials: Buffer.alloc(0), reauthorizeAt: ctx.now(), tokenExpiresAt: null })
          .where(eq(t.channel.id, id))
        await noteChannel(ctx, change, null, 'channel.credentials_lost', id, { handle })
      }
      change.channelsChanged()
    })
  for (const app of apps) {
    // One that a server made for us is made again when somebody needs it.
    if (app.settings.server !== undefined) await ctx.db.system.delete(t.platformApp).where(eq(t.platformApp.id, app.id))
    else await giveSecret(ctx, app)
  }
  if (ways.length > 0) await ctx.db.system.delete(t.oauthState).where(inArray(t.oauthState.id, ways))
}

/** A secret of our own in place of the lost one. Of a channel's webhook it is as good as another; of an app it opens nothing, and the app says so. */
async function giveSecret(ctx: Context, { id, platform, settings }: App): Promise<void> {
  const random = randomBytes(32)
  const own = settings.channelId !== undefined
  const make = own ? ctx.platforms.find((each) => each.id === platform)?.webhook?.makeSecret : undefined
  await ctx.db.system
    .update(t.platformApp)
    .set({
      settings: { ...settings, ...(!own && { lost: 'yes' }) },
      secrets: seal(ctx.secrets, `platform_app:${id}`, { secret: make?.(random) ?? random.toString('base64url'), verifyToken: '' }),
    })
    .where(eq(t.platformApp.id, id))
}
