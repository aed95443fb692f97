import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import { postFact } from '@answerback/platforms/fact'
import type { Platform } from '@answerback/platforms/platform'
import { selfOf } from '../access/channel-io.ts'
import { isInUse } from '../access/channels.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { foldFacts } from '../ingest/fold.ts'
import { storable } from '../ingest/storable.ts'
import { recomputeAll } from '../inbox/recompute.ts'
import type { Change } from '../live/change-log.ts'

type ChannelRow = typeof t.channel.$inferSelect

/** A post that somebody else made for us, by the id that the platform's API gave it, or its address, or both. */
export type Announced = { externalId?: string; url?: string; text?: string; publishedAt?: Date }

/** `recorded`: new to us. `known`: we have it. `looked_for`: its address does not tell which post it is, so the channel is read and will find it. */
export type Announcement = { id: string | null; externalId: string | null; state: 'recorded' | 'known' | 'looked_for' }

/**
 * Takes down a post the second it is out, and has its channel read at once. Whatever the platform says of it later wins over what was announced. The same
 * post again is no other one.
 */
export async function announcePost(ctx: Context, change: Change, channel: ChannelRow, announced: Announced): Promise<Announcement> {
  if (!isInUse(channel)) throw new Problem('channel_off', `${channel.handle} is not in use: connect it again, or go on with it, first.`)
  const platform = platformOf(ctx, channel.platform)
  const externalId = await idOf(ctx, platform, channel, announced)
  change.afterCommit(() => readSoon(ctx, channel.id))
  const known = await find(change, channel, { externalId, url: announced.url })
  if (known) return { ...known, state: 'known' }
  if (externalId === null) return { id: null, externalId: null, state: 'looked_for' }
  const { text = '', url = null, publishedAt = ctx.now() } = announced
  const fact = storable(postFact({ externalId, ours: true, text, url, platformAt: publishedAt.toISOString() }))
  const fold = {
    ...{ tx: change.tx, workspaceId: change.workspaceId, channelId: channel.id, platform: channel.platform },
    ...{ now: ctx.now(), conversations: new Set<string>(), gone: change.gone },
  }
  await foldFacts(fold, [{ facts: [fact], seen: { receivedAt: ctx.now(), current: false } }])
  // Nobody has seen it there yet: the first sight of it says what it is.
  const rows = await change.tx
    .update(t.post)
    .set({ seenAt: new Date(0) })
    .where(and(eq(t.post.platform, channel.platform), eq(t.post.externalId, externalId)))
    .returning({ id: t.post.id })
  await recomputeAll(ctx, change, fold.conversations)
  return { id: rows[0]!.id, externalId, state: 'recorded' }
}

async function idOf(ctx: Context, platform: Platform, channel: ChannelRow, { externalId, url }: Announced): Promise<string | null> {
  if (!platform.postId) return externalId ?? null
  const id = platform.postId({ externalId, url }, await selfOf(ctx, channel))
  if (id === null && externalId !== undefined)
    throw new Problem('bad_request', `externalId: this is no id of a post on ${platform.name}.`, {
      invalidParams: [{ name: 'externalId', reason: 'no id of a post there' }],
    })
  return id
}

async function find(
  change: Change,
  channel: ChannelRow,
  { externalId, url }: { externalId: string | null; url: string | undefined },
): Promise<{ id: string; externalId: string } | undefined> {
  if (externalId === null && url === undefined) return undefined
  const { post } = t
  const [known] = await change.tx
    .select({ id: post.id, externalId: post.externalId })
    .from(post)
    .where(
      and(
        eq(post.platform, channel.platform),
        isNull(post.removedAt),
        externalId === null ? and(eq(post.channelId, channel.id), eq(post.url, url!)) : eq(post.externalId, externalId),
      ),
    )
    .orderBy(asc(post.receivedAt))
    .limit(1)
  return known
}

/** The channel's next round is now; where nothing is read by asking, that costs nothing. */
async function readSoon(ctx: Context, channelId: string): Promise<void> {
  await ctx.db.system.execute(
    sql`update poll set due_at = least(due_at, ${ctx.now().toISOString()}::timestamptz) where channel_id = ${channelId}`,
  )
}
