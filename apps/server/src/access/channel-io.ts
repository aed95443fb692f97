import { and, eq, isNull } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import type { Io, Self } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
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
      await ctx.db.system
        .update(t.channel)
        .set({ credentials: seal(ctx.secrets, about, credentials), ...(more && { tokenExpiresAt: dateOf(more.tokenExpiresAt) }) })
        // A renewed token must not bring back what was erased meanwhile.
        .where(and(eq(t.channel.id, channel.id), isNull(t.channel.disconnectedAt)))
      io.credentials = credentials
    },
  }
  return io
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
