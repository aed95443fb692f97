import { and, eq, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Channel } from '@answerback/core/api'
import { Problem, type InvalidParam } from '@answerback/core/problem'
import { PlatformError } from '@answerback/platforms/error'
import type { Connected, Platform } from '@answerback/platforms/platform'
import { platformOf, type Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { changing, type Change } from '../live/change-log.ts'
import { iso } from '../live/rows.ts'
import { abilitiesOf } from './abilities.ts'
import { dateOf } from './channel-io.ts'
import { installWebhook } from './channel-webhook.ts'
import { healthOf, readArrivals } from './channel-health.ts'
import { checkHost } from './hosts.ts'
import { appFor } from './platform-apps.ts'
import { seal } from './secrets.ts'
import { ruleOf } from './targets.ts'

/** After so many failed rounds a channel is said to be failing; a single lost one is nobody's worry. */
const failingAfter = 3
/** So much of what was said before the connection is read unless somebody chose. */
const usualBackDays = 30
/** A live connection with credentials of before is given up by whoever holds it, and opened with the new ones. */
const listenAnew = { listenDueAt: null, listenLeasedUntil: null, listenFailures: 0, liveSince: null }

/**
 * Connects an account, or connects it again with new credentials: what waited for it goes out, and its history stays. Throws `bad_request` naming the field,
 * `host_not_allowed`, `connection_refused` with the platform's words.
 */
export async function connectChannel(
  ctx: Context,
  workspaceId: string,
  platformId: string,
  settings: Record<string, string>,
  by: string | null = null,
  choice: { appId?: string | null | undefined; backDays?: number | undefined } = {},
): Promise<string> {
  const platform = ctx.platforms.find((each) => each.id === platformId)
  if (!platform)
    throw new Problem('bad_request', `platform: this version knows ${ctx.platforms.map((each) => each.id).join(', ')}.`, {
      invalidParams: [{ name: 'platform', reason: 'not known' }],
    })
  const apiUrl = apiUrlFor(ctx, platform, settings)
  return keep(ctx, workspaceId, platform, apiUrl, await openAccount(ctx, platform, { ...settings, apiUrl }), by, choice)
}

/** Where a new account of the platform is called: what was given, the installation's stand-in for the platform, the server typed, else the platform itself. */
export function apiUrlFor(ctx: Context, platform: Platform, settings: Record<string, string>): string {
  return (
    settings.apiUrl?.trim() || ctx.env.apiUrls[platform.id] || settings.url?.trim() || settings.service?.trim() || platform.connect.apiUrl
  )
}

/**
 * New credentials for a channel that is here; what is not given stays as it was. Throws as `connectChannel` does, and `account_differs` when they belong to
 * another account, whose history would be mixed into this one's.
 */
export async function reconnectChannel(
  ctx: Context,
  channel: typeof t.channel.$inferSelect,
  given: Record<string, string>,
  by: string | null,
  choice: { appId?: string | null | undefined } = {},
): Promise<void> {
  const platform = platformOf(ctx, channel.platform)
  const fresh = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''))
  // An account that moved to another server is called there; else where it was called until now.
  const apiUrl = fresh.apiUrl ?? fresh.url ?? fresh.service ?? channel.apiUrl
  const connected = await openAccount(ctx, platform, { ...channel.settings, ...fresh, apiUrl })
  if (connected.account.externalId !== channel.externalId)
    throw new Problem(
      'account_differs',
      `These are the credentials of ${connected.account.handle}, and this channel is ${channel.handle}. Connect ${connected.account.handle} as a channel of its own.`,
    )
  await keep(ctx, channel.workspaceId, platform, apiUrl, connected, by, choice)
}

async function openAccount(ctx: Context, platform: Platform, settings: Record<string, string>): Promise<Connected> {
  const missing = platform.connect.fields.filter((field) => !field.optional && !settings[field.name]?.trim())
  if (missing.length > 0) {
    throw new Problem('bad_request', missing.map((field) => `settings.${field.name}: give the ${field.label}.`).join(' '), {
      invalidParams: missing.map((field) => ({ name: `settings.${field.name}`, reason: 'missing' })),
    })
  }
  await checkAddresses(ctx, platform, settings)
  return open(ctx, platform, settings)
}

/** Whatever of these the adapter calls, none may lead inside; the platform's own address is nobody's choice. Throws `host_not_allowed` naming the field. */
export async function checkAddresses(ctx: Context, platform: Platform, settings: Record<string, string>): Promise<void> {
  for (const name of ['url', 'service', 'apiUrl']) {
    const typed = settings[name]
    if (typed && typed !== platform.connect.apiUrl) await checkAddress(ctx, name, typed)
  }
}

async function checkAddress(ctx: Context, name: string, typed: string): Promise<void> {
  await checkHost(whole(typed), ctx.env.allowedHosts).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error
    const [reason] = (error.extra.invalidParams as InvalidParam[] | undefined) ?? []
    throw new Problem(error.code, error.message, { invalidParams: [{ name: `settings.${name}`, reason: reason?.reason ?? error.message }] })
  })
}

/** As people type it: without the scheme it is https. */
function whole(typed: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(typed.trim()) ? typed.trim() : `https://${typed.trim()}`
}

async function open(ctx: Context, platform: Platform, settings: Record<string, string>): Promise<Connected> {
  try {
    return await platform.connect.open({ fetch: ctx.fetch, now: ctx.now }, settings)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    throw new Problem('connection_refused', `${platform.name} did not accept this: ${error.message}`)
  }
}

async function keep(
  ctx: Context,
  workspaceId: string,
  platform: Platform,
  apiUrl: string,
  connected: Connected,
  by: string | null,
  { appId: chosenAppId, backDays = usualBackDays }: { appId?: string | null | undefined; backDays?: number | undefined },
): Promise<string> {
  const now = ctx.now()
  const { account } = connected
  const known = await ctx.db.system
    .select({ id: t.channel.id, appId: t.channel.appId })
    .from(t.channel)
    .where(and(eq(t.channel.workspaceId, workspaceId), eq(t.channel.platform, platform.id), eq(t.channel.externalId, account.externalId)))
  const id = known[0]?.id ?? uuidv7()
  const app = await appFor(ctx, workspaceId, platform.id, { chosen: chosenAppId, ofToken: connected.appId })
  const values = {
    handle: account.handle,
    name: account.name,
    avatarUrl: account.avatarUrl,
    url: account.url,
    apiUrl,
    // Connecting again hands the channel to another app only when that was chosen, or the token belongs to it.
    appId: (chosenAppId || connected.appId ? app?.id : known[0]?.appId) ?? known[0]?.appId ?? app?.id ?? null,
    settings: { ...connected.settings, ...(connected.cannot?.length && { cannot: connected.cannot.join(' ') }) },
    credentials: seal(ctx.secrets, `channel:${id}`, connected.credentials),
    replyLimit: connected.replyLimit ?? null,
    tokenExpiresAt: dateOf(connected.tokenExpiresAt),
    reauthorizeAt: null,
    pausedAt: null,
    disconnectedAt: null,
  }
  await changing(ctx, workspaceId, async (change) => {
    await change.tx
      .insert(t.channel)
      .values({ id, workspaceId, platform: platform.id, externalId: account.externalId, connectedAt: now, ...values })
      .onConflictDoUpdate({ target: [t.channel.workspaceId, t.channel.platform, t.channel.externalId], set: values })
    await freeReplies(ctx, change, id)
    await noteChannel(ctx, change, by, known[0] ? 'channel.reconnected' : 'channel.connected', id, { handle: account.handle })
    change.channelsChanged()
  })
  await ctx.db.system
    .insert(t.poll)
    .values({ channelId: id, workspaceId, platform: platform.id, dueAt: now, backTo: new Date(now.getTime() - backDays * 86_400_000) })
    .onConflictDoUpdate({ target: t.poll.channelId, set: { dueAt: now, failures: 0, error: null, ...listenAnew } })
  if (platform.webhook?.perChannel) await installWebhook(ctx, id)
  return id
}

/** What waited for the account goes out now. */
export async function freeReplies(ctx: Context, change: Change, channelId: string): Promise<void> {
  const freed = await change.tx
    .update(t.reply)
    .set({ dueAt: ctx.now(), reason: null })
    .where(and(eq(t.reply.channelId, channelId), eq(t.reply.state, 'queued'), sql`due_at is null`))
    .returning({ id: t.reply.id, conversationId: t.reply.conversationId })
  for (const row of freed) change.touch(row.conversationId)
  change.afterCommit(() =>
    ctx.queue.add(
      'send',
      freed.map((row) => ({ workspaceId: change.workspaceId, replyId: row.id })),
    ),
  )
}

/** A line in the audit; `by` null means the program itself. Never holds what was secret. */
export async function noteChannel(
  ctx: Context,
  change: Change,
  by: string | null,
  what: string,
  channelId: string,
  about: Record<string, unknown>,
): Promise<void> {
  await change.tx
    .insert(t.audit)
    .values({ id: uuidv7(), workspaceId: change.workspaceId, byId: by, what, about: { channelId, ...about }, createdAt: ctx.now() })
}

/** The channels of a workspace with their health. Reads the poll's state past the wall, by the ids that the wall let through. */
export async function listChannels(ctx: Context, tx: Queryable): Promise<Channel[]> {
  const channels = await tx.select().from(t.channel).orderBy(t.channel.connectedAt, t.channel.id)
  if (channels.length === 0) return []
  const [workspace] = await tx.select().from(t.workspace)
  const polls = await ctx.db.system.select().from(t.poll).where(eq(t.poll.workspaceId, channels[0]!.workspaceId))
  const arrivals = await readArrivals(ctx, tx)
  return channels.map((channel) => {
    const poll = polls.find((each) => each.channelId === channel.id)
    const health = healthOf(ctx, channel, poll, arrivals)
    return { ...present(ctx, channel, poll), health, target: ruleOf(workspace!, channel).target }
  })
}

function present(
  ctx: Context,
  channel: typeof t.channel.$inferSelect,
  poll: typeof t.poll.$inferSelect | undefined,
): Omit<Channel, 'target' | 'health'> {
  const platform = platformOf(ctx, channel.platform)
  const can = abilitiesOf(platform, channel.settings)
  return {
    id: channel.id,
    platform: channel.platform,
    handle: channel.handle,
    name: channel.name,
    url: channel.url,
    state: stateOf(channel, poll, can.webhook),
    connectedAt: channel.connectedAt.toISOString(),
    lastDeliveryAt: iso(channel.lastDeliveryAt),
    lastPollAt: iso(poll?.lastOkAt ?? null),
    nextPollAt: isInUse(channel) ? iso(poll?.dueAt ?? null) : null,
    error: channel.disconnectedAt === null ? (poll?.error ?? null) : null,
    tokenExpiresAt: channel.disconnectedAt === null ? iso(channel.tokenExpiresAt) : null,
    replyLimit: channel.replyLimit ?? platform.can.replyLimit,
    can,
  }
}

/** A platform that sends webhooks is healthy once one has brought something: what reading finds says nothing of them. */
function stateOf(
  channel: typeof t.channel.$inferSelect,
  poll: typeof t.poll.$inferSelect | undefined,
  byWebhook: boolean,
): Channel['state'] {
  if (channel.disconnectedAt !== null) return 'disconnected'
  if (channel.reauthorizeAt !== null) return 'needs_reauthorization'
  if (channel.pausedAt !== null) return 'paused'
  if ((poll?.failures ?? 0) >= failingAfter) return 'failing'
  return (byWebhook ? channel.lastWebhookAt : channel.lastDeliveryAt) === null ? 'no_delivery_yet' : 'healthy'
}

/** Whether anything is read from it and sent to it. */
export function isInUse(channel: Pick<typeof t.channel.$inferSelect, 'disconnectedAt' | 'pausedAt' | 'reauthorizeAt'>): boolean {
  return channel.disconnectedAt === null && channel.pausedAt === null && channel.reauthorizeAt === null
}
