import { and, desc, eq, sql } from 'drizzle-orm'
import type { ChannelCheck } from '@answerback/core/connect-api'
import { PlatformError } from '@answerback/platforms/error'
import type { Platform } from '@answerback/platforms/platform'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { hasAbility } from './abilities.ts'
import type { ChannelRow } from './channel-changes.ts'
import { ioOf } from './channel-io.ts'
import { channelSecret } from './channel-webhook.ts'
import { unseal } from './secrets.ts'

const webhookTimeoutMs = 10_000

/**
 * Tries a channel as it will be used: one read with its credentials, of which nothing is kept, and where the platform sends webhooks one signed test event
 * from here to our own public address and back. Each with what happened, in words. `post` reaches our own address, which no guard would let through.
 */
export async function testChannel(
  ctx: Context,
  channel: ChannelRow,
  own: { webhookUrl: string; post: typeof fetch },
): Promise<ChannelCheck[]> {
  const platform = platformOf(ctx, channel.platform)
  const checks = [await tryReading(ctx, channel, platform)]
  if (platform.webhook && hasAbility(platform, channel.settings, 'webhook'))
    checks.push(await tryWebhook(ctx, channel, platform.webhook, own))
  return checks
}

async function tryReading(ctx: Context, channel: ChannelRow, platform: Platform): Promise<ChannelCheck> {
  const startedAt = ctx.now().getTime()
  const polls = await ctx.db.system.select({ cursor: t.poll.cursor }).from(t.poll).where(eq(t.poll.channelId, channel.id))
  try {
    const result = await platform.poll(await ioOf(ctx, channel), { cursor: polls[0]?.cursor ?? null, posts: [], open: [] })
    if (result.trouble)
      return { what: 'read', ok: false, words: `${platform.name} let us read only a part: ${sentence(result.trouble.message)}` }
    const ms = ctx.now().getTime() - startedAt
    return { what: 'read', ok: true, words: `${platform.name} let us read as ${channel.handle}, in ${Math.max(1, Math.round(ms))} ms.` }
  } catch (error) {
    const reason = sentence((error as Error).message)
    if (error instanceof PlatformError && error.kind === 'reauthorize')
      return {
        what: 'read',
        ok: false,
        words: `${platform.name} does not accept the credentials any more: ${reason} Connect the account again.`,
      }
    return { what: 'read', ok: false, words: `${platform.name} could not be read: ${reason}` }
  }
}

async function tryWebhook(
  ctx: Context,
  channel: ChannelRow,
  webhook: NonNullable<Platform['webhook']>,
  own: { webhookUrl: string; post: typeof fetch },
): Promise<ChannelCheck> {
  const failed = (words: string): ChannelCheck => ({ what: 'webhook', ok: false, words })
  const secret = webhook.perChannel ? await channelSecret(ctx, channel) : await secretOf(ctx, channel)
  if (secret === null)
    return failed(
      'No app is registered for the webhooks of this channel, so new comments come by polling only. Add the app to have them at once.',
    )
  const { headers, body } = webhook.sample(secret, channel.externalId, ctx.now())
  let response: Response
  try {
    response = await own.post(own.webhookUrl, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(webhookTimeoutMs),
    })
    await response.body?.cancel()
  } catch (error) {
    return failed(
      `${own.webhookUrl} could not be reached from here (${codeOf(error)}). Check PUBLIC_URL and what stands in front of this server.`,
    )
  }
  if (response.status === 200)
    return { what: 'webhook', ok: true, words: `A signed test event came back through ${own.webhookUrl} and was stored.` }
  if (response.status >= 300 && response.status < 400)
    return failed(
      `${own.webhookUrl} leads elsewhere (${response.status}). Give the platform the address that answers itself, usually the one with https.`,
    )
  return failed(`${own.webhookUrl} answered ${response.status} to a signed test event. ${remedyOf(response.status)}`)
}

function remedyOf(status: number): string {
  if (status === 401) return 'Another installation seems to answer there, or something on the way changes the body.'
  if (status === 404) return 'Another program answers there, or a proxy cuts the path.'
  return 'Look at what stands in front of this server.'
}

/** The newest secret of the channel's app. */
async function secretOf(ctx: Context, channel: ChannelRow): Promise<string | null> {
  if (channel.appId === null) return null
  const rows = await ctx.db.system
    .select({ id: t.platformApp.id, secrets: t.platformApp.secrets })
    .from(t.platformApp)
    .where(
      and(
        eq(t.platformApp.platform, channel.platform),
        sql`settings->>'appId' = (select settings->>'appId' from platform_app where id = ${channel.appId})`,
      ),
    )
    .orderBy(desc(t.platformApp.createdAt))
    .limit(1)
  return rows[0] ? unseal<{ secret: string }>(ctx.secrets, `platform_app:${rows[0].id}`, rows[0].secrets).secret : null
}

function codeOf(error: unknown): string {
  const { name, code, cause } = error as { name?: string; code?: string; cause?: { code?: string } }
  return name === 'TimeoutError' ? 'no answer within 10 s' : (cause?.code ?? (typeof code === 'string' ? code : 'no answer'))
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
