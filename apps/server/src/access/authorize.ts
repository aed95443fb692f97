import { createHash } from 'node:crypto'
import { and, eq, gt, sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import { uuidv7 } from 'uuidv7'
import { Problem } from '@answerback/core/problem'
import { PlatformError } from '@answerback/platforms/error'
import type { OAuth, OAuthClient, Platform } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { channelOf, type ChannelRow } from './channel-changes.ts'
import { apiUrlFor, checkAddresses } from './channels.ts'
import { appFor, clientOf } from './platform-apps.ts'
import { seal, unseal } from './secrets.ts'
import { hashToken, makeToken } from './tokens.ts'

/** Long enough to sign in over there and to agree. */
const wayMs = 15 * 60_000
/** A server forgets an app that nobody ever agreed to, Mastodon after a day: an older one is made anew. */
const clientMs = 12 * 3_600_000

/** What is kept with a way until somebody comes back: who we said we are, what proves that it is still us, and how far back a new account is read. */
export type Underway = { client: OAuthClient; codeVerifier: string; backDays?: number | undefined }

export type Start = {
  platform: string
  settings: Record<string, string>
  appId?: string | undefined
  channelId?: string | undefined
  backDays?: number | undefined
}

/**
 * Sends a person to a platform to agree: an address for them, with a `state` that brings only them back, once, within a quarter of an hour. With `channelId` that
 * channel is connected again. Throws `forbidden` to keys, `bad_request` naming the field, `host_not_allowed`, `connection_refused`.
 */
export async function startAuthorization(
  ctx: Context,
  actor: Actor,
  start: Start,
  publicUrl: string,
): Promise<{ id: string; url: string; expiresAt: string }> {
  if (actor.key) throw new Problem('forbidden', 'This way takes a person and their browser. With an API key, connect by token.')
  const platform = ctx.platforms.find((each) => each.id === start.platform)
  const oauth = platform?.connect.oauth
  if (!platform || !oauth)
    throw new Problem('bad_request', 'platform: it cannot be connected this way. Connect by token instead.', {
      invalidParams: [{ name: 'platform', reason: 'has no OAuth' }],
    })
  const channel = start.channelId === undefined ? null : await channelOf(ctx, actor.workspaceId, start.channelId)
  if (channel && channel.platform !== platform.id)
    throw new Problem('bad_request', 'channelId: this channel is of another platform.', {
      invalidParams: [{ name: 'channelId', reason: 'is of another platform' }],
    })
  const settings = settingsFor(ctx, platform, oauth, start.settings, channel)
  await checkAddresses(ctx, platform, settings)
  const redirectUrl = redirectUrlOf(publicUrl, platform.id, oauth)
  const { client, appId } = await clientFor(ctx, platform, oauth, { actor, settings, redirectUrl, chosen: start.appId, channel })
  const [state, codeVerifier] = [makeToken(), makeToken()]
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')
  const url = oauth.authorizeUrl({ settings, clientId: client.id, redirectUrl, state, codeChallenge })
  const id = uuidv7()
  const expiresAt = new Date(ctx.now().getTime() + wayMs)
  await ctx.db.inWorkspace(actor.workspaceId, (tx) =>
    tx.insert(t.oauthState).values({
      id,
      workspaceId: actor.workspaceId,
      userId: actor.id,
      platform: platform.id,
      hash: hashToken(state),
      appId,
      channelId: channel?.id ?? null,
      settings,
      redirectUrl,
      sealed: seal(ctx.secrets, `oauth_state:${id}`, { client, codeVerifier, backDays: start.backDays } satisfies Underway),
      createdAt: ctx.now(),
      expiresAt,
    }),
  )
  return { id, url, expiresAt: expiresAt.toISOString() }
}

/** Where platforms send people back to: one fixed address a platform, to be entered there. */
export function redirectUrlOf(publicUrl: string, platform: string, { slash }: Pick<OAuth, 'slash'>): string {
  return `${publicUrl.replace(/\/+$/, '')}/oauth/${platform}${slash ? '/' : ''}`
}

/** Our public address; without PUBLIC_URL the one by which we were asked. */
export function publicUrlOf(ctx: Context, request: FastifyRequest): string {
  return ctx.env.PUBLIC_URL ?? `${request.protocol}://${request.host}`
}

/** What the platform is told beside who we are: never a secret, and of the form only what has to be known before leaving. */
function settingsFor(
  ctx: Context,
  platform: Platform,
  oauth: OAuth,
  given: Record<string, string>,
  channel: ChannelRow | null,
): Record<string, string> {
  const fresh = Object.fromEntries(
    [...oauth.asks, 'apiUrl'].flatMap((name) => (given[name]?.trim() ? [[name, given[name].trim()] as const] : [])),
  )
  if (channel) return { ...channel.settings, ...fresh, apiUrl: fresh.apiUrl ?? fresh.url ?? fresh.service ?? channel.apiUrl }
  const missing = oauth.asks.filter((name) => {
    const field = platform.connect.fields.find((each) => each.name === name)
    return !field?.optional && fresh[name] === undefined
  })
  if (missing.length > 0)
    throw new Problem('bad_request', missing.map((name) => `settings.${name}: is needed.`).join(' '), {
      invalidParams: missing.map((name) => ({ name: `settings.${name}`, reason: 'missing' })),
    })
  return { ...fresh, apiUrl: apiUrlFor(ctx, platform, fresh) }
}

type Wanted = {
  actor: Actor
  settings: Record<string, string>
  redirectUrl: string
  chosen: string | undefined
  channel: ChannelRow | null
}

async function clientFor(
  ctx: Context,
  platform: Platform,
  oauth: OAuth,
  { actor, settings, redirectUrl, chosen, channel }: Wanted,
): Promise<{ client: OAuthClient; appId: string | null }> {
  if (oauth.app === 'by_itself') return { client: await registeredClient(ctx, platform, oauth, settings, redirectUrl), appId: null }
  // A channel goes on with its app, if that is still there.
  const bound = chosen === undefined && channel?.appId ? await appOf(ctx, actor.workspaceId, platform.id, channel.appId) : null
  const app = bound ?? (await appFor(ctx, actor.workspaceId, platform.id, { chosen }))
  if (!app)
    throw new Problem('bad_request', `appId: register your app of ${platform.name} first, with its id and its secret.`, {
      invalidParams: [{ name: 'appId', reason: 'no app is registered' }],
    })
  return { client: clientOf(ctx, app), appId: app.id }
}

async function appOf(ctx: Context, workspaceId: string, platformId: string, id: string) {
  return appFor(ctx, workspaceId, platformId, { chosen: id }).catch((error: unknown) => {
    if (error instanceof Problem) return null
    throw error
  })
}

/** Our app at one server: made once, and again when it is old, or our address or what we ask for changed. */
async function registeredClient(
  ctx: Context,
  platform: Platform,
  oauth: OAuth,
  settings: Record<string, string>,
  redirectUrl: string,
): Promise<OAuthClient> {
  const server = settings.apiUrl!
  const since = new Date(ctx.now().getTime() - clientMs)
  const permissions = platform.connect.permissions.map(({ name }) => name).join(' ')
  const here = and(eq(t.platformApp.platform, platform.id), sql`settings->>'server' = ${server}`)
  const [kept] = await ctx.db.system
    .select()
    .from(t.platformApp)
    .where(and(here, sql`settings @> ${JSON.stringify({ redirectUrl, permissions })}::jsonb`, gt(t.platformApp.createdAt, since)))
  if (kept)
    return { id: kept.settings.appId!, secret: unseal<{ secret: string }>(ctx.secrets, `platform_app:${kept.id}`, kept.secrets).secret }
  let client: OAuthClient
  try {
    client = await oauth.register!({ fetch: ctx.fetch, now: ctx.now }, { settings, redirectUrl })
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    throw new Problem('connection_refused', `${server} did not register us: ${error.message}`)
  }
  const id = uuidv7()
  await ctx.db.system.transaction(async (tx) => {
    await tx.delete(t.platformApp).where(here)
    await tx.insert(t.platformApp).values({
      id,
      platform: platform.id,
      settings: { appId: client.id, server, redirectUrl, permissions },
      secrets: seal(ctx.secrets, `platform_app:${id}`, { secret: client.secret, verifyToken: '' }),
      createdAt: ctx.now(),
    })
  })
  return client
}
