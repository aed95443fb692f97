import { randomBytes } from 'node:crypto'
import { and, desc, eq, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { ChannelWebhook } from '@answerback/core/connect-api'
import { Problem } from '@answerback/core/problem'
import { PlatformError } from '@answerback/platforms/error'
import type { Platform } from '@answerback/platforms/platform'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { ioOf } from './channel-io.ts'
import { seal, unseal } from './secrets.ts'

type ChannelRow = typeof t.channel.$inferSelect

/** Where a channel's own webhooks come in. */
export function channelWebhookUrl(publicUrl: string, platform: string, channelId: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/webhooks/${platform}/${channelId}`
}

/**
 * The secret of a channel's own webhooks, made when it is first asked for. It is kept as an app that speaks for this channel alone, so that signatures,
 * rotation and the keys of the installation are one thing. Throws `not_possible_there` where the platform's apps have the secrets.
 */
export async function channelSecret(ctx: Context, channel: ChannelRow): Promise<string> {
  const webhook = ownWebhook(ctx, channel)
  const [newest] = await secretsOf(ctx, channel)
  return newest?.secret ?? addSecret(ctx, channel, webhook)
}

/** A new secret beside the one before it, which stays good until there is a third: time to enter the new one at the platform. */
export async function renewChannelSecret(ctx: Context, channel: ChannelRow): Promise<string> {
  const webhook = ownWebhook(ctx, channel)
  const older = await secretsOf(ctx, channel)
  const secret = await addSecret(ctx, channel, webhook)
  for (const { id } of older.slice(1)) await ctx.db.system.delete(t.platformApp).where(eq(t.platformApp.id, id))
  return secret
}

/** What has to be entered at the platform beside the address of a channel's own webhooks. Throws as `channelSecret` does. */
export async function toEnter(ctx: Context, channel: ChannelRow): Promise<Omit<ChannelWebhook, 'url'>> {
  const { keys, install } = ownWebhook(ctx, channel)
  const secret = await channelSecret(ctx, channel)
  const { webhook: said = 'on' } = channel.settings
  return { secret: keys ? null : secret, ...(keys && { words: keys.words }), ...(install && said !== 'on' && { trouble: said }) }
}

/**
 * Tells the platform a channel's address where a call can do that and this server has an address of its own; what it gives is kept among the channel's settings. A refusal
 * is kept there too, in words, and is no failure: without webhooks the channel is polled.
 */
export async function installWebhook(ctx: Context, channelId: string, publicUrl = ctx.env.PUBLIC_URL): Promise<void> {
  const [channel] = await ctx.db.system.select().from(t.channel).where(eq(t.channel.id, channelId))
  const install = channel && platformOf(ctx, channel.platform).webhook?.install
  if (!install || publicUrl === undefined) return
  const hook = { url: channelWebhookUrl(publicUrl, channel.platform, channelId), secret: await channelSecret(ctx, channel) }
  const settings = await install(await ioOf(ctx, channel), hook).catch((error: unknown) => {
    if (!(error instanceof PlatformError)) throw error
    ctx.log.warn({ channel: channelId, kind: error.kind, reason: error.message }, 'webhook: the platform did not take our address')
    return { webhook: error.message }
  })
  await ctx.db.system
    .update(t.channel)
    .set({ settings: sql`${t.channel.settings} || ${JSON.stringify(settings)}::jsonb` })
    .where(eq(t.channel.id, channelId))
}

function ownWebhook(ctx: Context, channel: ChannelRow): NonNullable<Platform['webhook']> {
  const { webhook, name } = platformOf(ctx, channel.platform)
  if (!webhook?.perChannel) throw new Problem('not_possible_there', `${name} has no webhooks of a single channel.`)
  if (channel.disconnectedAt !== null) throw new Problem('channel_off', `${channel.handle} was disconnected. Connect it again first.`)
  return webhook
}

/** Newest first. */
async function secretsOf(ctx: Context, channel: ChannelRow): Promise<{ id: string; secret: string }[]> {
  const rows = await ctx.db.system
    .select({ id: t.platformApp.id, secrets: t.platformApp.secrets })
    .from(t.platformApp)
    .where(and(eq(t.platformApp.platform, channel.platform), sql`settings->>'channelId' = ${channel.id}`))
    .orderBy(desc(t.platformApp.createdAt), desc(t.platformApp.id))
  return rows.map(({ id, secrets }) => ({ id, secret: unseal<{ secret: string }>(ctx.secrets, `platform_app:${id}`, secrets).secret }))
}

async function addSecret(ctx: Context, channel: ChannelRow, webhook: NonNullable<Platform['webhook']>): Promise<string> {
  const random = randomBytes(32)
  const secret = webhook.makeSecret?.(random) ?? random.toString('base64url')
  const id = uuidv7()
  await ctx.db.system.transaction(async (tx) => {
    await tx.insert(t.platformApp).values({
      id,
      platform: channel.platform,
      workspaceId: channel.workspaceId,
      settings: { appId: channel.id, channelId: channel.id },
      secrets: seal(ctx.secrets, `platform_app:${id}`, { secret, verifyToken: '' }),
      createdAt: ctx.now(),
    })
    // Where people register apps the channel keeps the one that it was connected by.
    if (!platformOf(ctx, channel.platform).connect.app) await tx.update(t.channel).set({ appId: id }).where(eq(t.channel.id, channel.id))
  })
  return secret
}
