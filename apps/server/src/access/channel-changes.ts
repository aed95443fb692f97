import { and, eq, inArray, isNull, ne } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import { PlatformError } from '@answerback/platforms/error'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { changing } from '../live/change-log.ts'
import { ioOf } from './channel-io.ts'
import { freeReplies, noteChannel } from './channels.ts'
import { appFor } from './platform-apps.ts'

export type ChannelRow = typeof t.channel.$inferSelect

/** The channel of that id in this workspace. Throws `not_found`, also for one of another workspace. */
export async function channelOf(ctx: Context, workspaceId: string, id: string): Promise<ChannelRow> {
  const rows = await ctx.db.inWorkspace(workspaceId, (tx) => tx.select().from(t.channel).where(eq(t.channel.id, id)))
  if (!rows[0]) throw new Problem('not_found', 'There is no such channel.')
  return rows[0]
}

/** Pauses a channel, or goes on: nothing is fetched and nothing sent meanwhile, webhooks that come are kept. Throws `channel_off` for a disconnected one. */
export async function pauseChannel(ctx: Context, channel: ChannelRow, paused: boolean, by: string): Promise<void> {
  if (channel.disconnectedAt !== null) throw new Problem('channel_off', `${channel.handle} was disconnected. Connect it again instead.`)
  if ((channel.pausedAt !== null) === paused) return
  const now = ctx.now()
  await changing(ctx, channel.workspaceId, async (change) => {
    await change.tx
      .update(t.channel)
      .set({ pausedAt: paused ? now : null })
      .where(eq(t.channel.id, channel.id))
    if (!paused && channel.reauthorizeAt === null) await freeReplies(ctx, change, channel.id)
    await noteChannel(ctx, change, by, paused ? 'channel.paused' : 'channel.resumed', channel.id, { handle: channel.handle })
    change.channelsChanged()
  })
  if (!paused) await ctx.db.system.update(t.poll).set({ dueAt: now }).where(eq(t.poll.channelId, channel.id))
}

type Cap = Partial<Pick<ChannelRow, 'monthlyCapUsd' | 'capReplies'>>

/** Sets what a channel may cost in a month, in US dollars, null is no limit; and whether that holds for answers too. It is read again at once, by the new one. */
export async function capChannel(ctx: Context, channel: ChannelRow, given: Cap, by: string): Promise<void> {
  const { monthlyCapUsd = channel.monthlyCapUsd, capReplies = channel.capReplies } = given
  if (channel.monthlyCapUsd === monthlyCapUsd && channel.capReplies === capReplies) return
  await changing(ctx, channel.workspaceId, async (change) => {
    await change.tx.update(t.channel).set({ monthlyCapUsd, capReplies }).where(eq(t.channel.id, channel.id))
    await noteChannel(ctx, change, by, 'channel.capped', channel.id, { handle: channel.handle, monthlyCapUsd, capReplies })
    change.channelsChanged()
  })
  await ctx.db.system.update(t.poll).set({ dueAt: ctx.now() }).where(eq(t.poll.channelId, channel.id))
}

/**
 * Gives a channel another of its platform's apps: the one whose webhooks speak for it, and which connecting it again goes through. Null: none, it is only polled.
 * Its token stays what it is. Throws `bad_request` for an app that is not there, or where a platform has none, `channel_off` when it was disconnected.
 */
export async function bindChannel(ctx: Context, channel: ChannelRow, appId: string | null, by: string): Promise<void> {
  if (channel.disconnectedAt !== null) throw new Problem('channel_off', `${channel.handle} was disconnected. Connect it again first.`)
  const platform = platformOf(ctx, channel.platform)
  if (!platform.connect.app)
    throw new Problem('bad_request', `appId: channels of ${platform.name} have no app.`, {
      invalidParams: [{ name: 'appId', reason: 'has no app' }],
    })
  const app = appId === null ? null : await appFor(ctx, channel.workspaceId, channel.platform, { chosen: appId })
  if ((app?.id ?? null) === channel.appId) return
  await changing(ctx, channel.workspaceId, async (change) => {
    await change.tx
      .update(t.channel)
      .set({ appId: app?.id ?? null })
      .where(eq(t.channel.id, channel.id))
    await noteChannel(ctx, change, by, 'channel.app_changed', channel.id, { handle: channel.handle, appId: app?.settings.appId ?? null })
    change.channelsChanged()
  })
}

/**
 * Disconnects an account: its credentials are erased, nothing is read or sent any more, what was said stays readable. Replies that had not gone out are
 * cancelled with the reason; of those under way a person is told that it is not known. Connecting the same account again resumes this channel. Gives what could
 * not be undone at the platform, in words, or null: it does not stop anything here.
 */
export async function disconnectChannel(ctx: Context, channel: ChannelRow, by: string): Promise<string | null> {
  if (channel.disconnectedAt !== null) return null
  const trouble = await closeThere(ctx, channel)
  const now = ctx.now()
  const reason = `${channel.handle} was disconnected before this was sent.`
  await changing(ctx, channel.workspaceId, async (change) => {
    await change.tx
      .update(t.channel)
      .set({ disconnectedAt: now, credentials: Buffer.alloc(0), reauthorizeAt: null, pausedAt: null, tokenExpiresAt: null })
      .where(eq(t.channel.id, channel.id))
    const cancelled = await change.tx
      .update(t.reply)
      .set({ state: 'cancelled', dueAt: null, endedAt: now, reason })
      .where(and(eq(t.reply.channelId, channel.id), inArray(t.reply.state, ['held', 'queued'])))
      .returning({ id: t.reply.id, conversationId: t.reply.conversationId })
    // What is under way ends by itself; whoever looks into it reads why nobody could ask.
    await change.tx
      .update(t.reply)
      .set({ reason: `${channel.handle} was disconnected while this was being sent.` })
      .where(and(eq(t.reply.channelId, channel.id), eq(t.reply.state, 'sending')))
    for (const row of cancelled) {
      await change.tx.update(t.conversation).set({ replyId: null }).where(eq(t.conversation.replyId, row.id))
      change.touch(row.conversationId)
    }
    const about = { handle: channel.handle, repliesCancelled: cancelled.length, ...(trouble !== null && { trouble }) }
    await noteChannel(ctx, change, by, 'channel.disconnected', channel.id, about)
    change.channelsChanged()
  })
  return trouble
}

/** Nobody waits long for a platform to hear that they are leaving it. */
const closeTimeoutMs = 5_000

/** Undoes there what connecting did, unless somebody else here still needs it. Gives what could not be undone. */
async function closeThere(ctx: Context, channel: ChannelRow): Promise<string | null> {
  const platform = platformOf(ctx, channel.platform)
  const { close } = platform.connect
  // Credentials that no key opened were forgotten: with nothing in hand nobody can take leave.
  if (!close || channel.credentials.length === 0) return null
  const others = await ctx.db.system
    .select({ id: t.channel.id })
    .from(t.channel)
    .where(
      and(
        eq(t.channel.platform, channel.platform),
        eq(t.channel.externalId, channel.externalId),
        ne(t.channel.id, channel.id),
        isNull(t.channel.disconnectedAt),
      ),
    )
  if (others.length > 0) return null
  try {
    await close({ ...(await ioOf(ctx, channel, { ownedIds: await connectedIds(ctx, channel) })), timeoutMs: closeTimeoutMs })
    return null
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const reason = error.message
    return `${platform.name} was not told: ${/[.!?]$/.test(reason) ? reason : `${reason}.`} If you want it gone there too, remove the app in the settings of ${platform.name}.`
  }
}

/** The accounts of this workspace that are still connected on the channel's platform. */
async function connectedIds(ctx: Context, { workspaceId, platform }: ChannelRow): Promise<string[]> {
  const rows = await ctx.db.system
    .select({ externalId: t.channel.externalId })
    .from(t.channel)
    .where(and(eq(t.channel.workspaceId, workspaceId), eq(t.channel.platform, platform), isNull(t.channel.disconnectedAt)))
  return rows.map(({ externalId }) => externalId)
}
