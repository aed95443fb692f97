import { eq } from 'drizzle-orm'
import type { Io } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import * as t from '../db/schema.ts'
import { selfOf } from '../ingest/read-delivery.ts'
import { seal, unseal } from './secrets.ts'

/** What an adapter may use for one channel: its address, its credentials (decrypted here only) and a way to keep rotated ones. */
export async function ioOf(ctx: Context, channel: typeof t.channel.$inferSelect): Promise<Io> {
  const about = `channel:${channel.id}`
  const io: Io = {
    fetch: ctx.fetch,
    now: ctx.now,
    settings: { ...channel.settings, apiUrl: channel.apiUrl },
    credentials: unseal<Record<string, string>>(ctx.secrets, about, channel.credentials),
    self: await selfOf(ctx, channel),
    async save(credentials) {
      await ctx.db.system
        .update(t.channel)
        .set({ credentials: seal(ctx.secrets, about, credentials) })
        .where(eq(t.channel.id, channel.id))
      io.credentials = credentials
    },
  }
  return io
}
