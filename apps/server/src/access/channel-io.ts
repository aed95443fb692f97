import { and, eq, isNull } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import type { Io, Self } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Change } from '../live/change-log.ts'
import { countedFetch } from './counted-calls.ts'
import { seal, unseal } from './secrets.ts'

/**
 * What an adapter may use for one channel: its address, its credentials (decrypted here only) and a way to keep rotated ones. `given`: another way out than
 * the usual one, or who we are there where that is known. Throws `channel_off` when it was disconnected.
 */
export async function ioOf(
  ctx: Context,
  channel: typeof t.channel.$inferSelect,
  given: { fetch?: typeof fetch; ownedIds?: string[] } = {},
): Promise<Io> {
  if (channel.disconnectedAt !== null || channel.credentials.length === 0)
    throw new Problem(
      'channel_off',
      `${channel.handle} ${channel.disconnectedAt !== null ? 'was disconnected' : 'has no credentials here any more'}. Connect it again in the settings first.`,
    )
  const about = `channel:${channel.id}`
  const io: Io = {
    fetch: given.fetch ?? countedFetch(ctx, channel),
    now: ctx.now,
    settings: { ...channel.settings, apiUrl: channel.apiUrl },
    credentials: unseal<Record<string, string>>(ctx.secrets, about, channel.credentials),
    self: given.ownedIds ? selfAmong(channel, given.ownedIds) : await selfOf(ctx, channel),
    async save(credentials, more) {
      const sealed = seal(ctx.secrets, about, credentials)
      await ctx.db.system
        .update(t.channel)
        .set({ credentials: sealed, ...(more && { tokenExpiresAt: dateOf(more.tokenExpiresAt) }) })
        // A renewed token must not bring back what was erased meanwhile.
        .where(and(eq(t.channel.id, channel.id), isNull(t.channel.disconnectedAt)))
      io.credentials = credentials
      // What this one renewed is its own: only what others put there since is not tried yet.
      channel.credentials = sealed
    },
  }
  return io
}

/**
 * After a platform refused what `ioOf` took from `channel`: a person has to connect it again. False, and nothing is done, where other credentials are there by now (renewed by another
 * process, or given by a person): those were not tried yet.
 */
export async function askForCredentials(ctx: Context, change: Change, channel: typeof t.channel.$inferSelect): Promise<boolean> {
  const asked = await change.tx
    .update(t.channel)
    .set({ reauthorizeAt: ctx.now() })
    .where(and(eq(t.channel.id, channel.id), eq(t.channel.credentials, channel.credentials)))
    .returning({ id: t.channel.id })
  if (asked.length > 0) change.channelsChanged()
  return asked.length > 0
}

/** Who we are on this channel, and which other accounts of the workspace speak for us there. */
export async function selfOf(ctx: Context, channel: typeof t.channel.$inferSelect): Promise<Self> {
  const owned = await ctx.db.system
    .select({ externalId: t.channel.externalId })
    .from(t.channel)
    .where(and(eq(t.channel.workspaceId, channel.workspaceId), eq(t.channel.platform, channel.platform)))
  return selfAmong(
    channel,
    owned.map((row) => row.externalId),
  )
}

function selfAmong(channel: typeof t.channel.$inferSelect, ownedIds: string[]): Self {
  return { accountId: channel.externalId, handle: channel.handle, ownedIds, host: new URL(channel.apiUrl).host, settings: channel.settings }
}

/** When credentials end, as an adapter tells it. What is no instant is not known. */
export function dateOf(instant: string | null | undefined): Date | null {
  const ms = Date.parse(instant ?? '')
  return Number.isNaN(ms) ? null : new Date(ms)
}
