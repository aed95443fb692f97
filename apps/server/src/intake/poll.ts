import { createHash } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { PlatformError } from '@answerback/platforms/error'
import type { PolledPage, PollResult, Quota } from '@answerback/platforms/platform'
import { askForCredentials, ioOf } from '../access/channel-io.ts'
import { isInUse } from '../access/channels.ts'
import { platformOf, type Context } from '../context.ts'
import { changing } from '../live/change-log.ts'
import { countPosts, keepLedger, settleLedger, type Counted, type ToRead } from './ledger.ts'
import type { Claimed } from './poll-claim.ts'
import { readBack, type ReadBack } from './poll-back.ts'
import { spending } from './poll-cost.ts'
import type { Keeper, Kept } from './poll-keep.ts'
import { openMeter, type Meter } from './poll-meter.ts'
import { waitAfterFailure, waitAfterRound } from './poll-pace.ts'
import type { Wishes } from './poll-wanted.ts'
import { sweepAfter } from './store.ts'

/** A channel that is not in use, or whose means are used up, is looked at again after this long; whoever changes that sets it due at once. */
const restMs = 15 * 60_000
/** Failures that staff are told of one by one; after them only that it goes on. */
const failuresTold = 3
const nothingToRead: ToRead = { posts: [], missing: false }

type State = Kept['state']

/**
 * Reads one claimed channel. What was read is stored and the cursor advances with it; a failure is kept with the channel, in words, and postpones this channel
 * alone. False when the host did not answer properly.
 */
export async function readChannel(ctx: Context, keeper: Keeper, claimed: Claimed, wishes: Wishes): Promise<boolean> {
  const { channel, poll } = claimed
  const meter = openMeter(ctx, claimed)
  const cost = spending(claimed, platformOf(ctx, channel.platform), ctx.now())
  if (!isInUse(channel)) return rest(ctx, keeper, claimed, restMs, poll.error)
  if (cost.reached !== null) return rest(ctx, keeper, claimed, restMs, cost.reached)
  const platform = platformOf(ctx, channel.platform)
  const { posts: whole, missing } = wishes.unsettled ? await settleLedger(ctx, channel) : nothingToRead
  const startedAt = ctx.now()
  let result: PollResult
  let counted: Counted | null
  let back: ReadBack | null
  try {
    const io = await ioOf(ctx, channel, { fetch: meter.fetch, ownedIds: claimed.ownedIds })
    const posts = [...whole, ...wishes.posts.filter((post) => !whole.some((each) => each.externalId === post.externalId))]
    const wanted = poll.wanted.length > 0 && { wanted: poll.wanted }
    const backTo = poll.cursor === null && poll.backTo !== null && { backTo: poll.backTo.toISOString() }
    result = await platform.poll(io, { cursor: poll.cursor, ...backTo, posts, open: wishes.open, ...wanted, ...cost.allowance })
    back = result.trouble ? null : await readBack(ctx, claimed, io)
    counted = result.trouble ? null : await countPosts(ctx, platform, { io, meter }, wishes.count)
  } catch (error) {
    const state = failed(ctx, claimed, meter, error)
    await keeper.keep({ claimed, deliveries: [], state })
    await tell(ctx, claimed, state, error)
    return !isDown(error)
  }
  const { seen, fresh } = sift(claimed, [...result.pages, ...(back?.pages ?? [])])
  const now = ctx.now()
  const deliveries = fresh.map((page) => deliveryOf(claimed, page, now))
  // What is missing somewhere is waited for as news are: the next round looks whether it came.
  const soon = fresh.length > 0 || missing
  const openAfter = result.trouble ? poll.openAfter : wishes.openAfter
  const state = { ...ended(ctx, claimed, meter, result, soon), seen, openAfter, ...back?.state, ...cost.after(result.spentUsd ?? 0) }
  const deliveryIds = await keeper.keep({ claimed, deliveries, state })
  await keepLedger(ctx, channel, { startedAt, counted, whole, result })
  if (deliveryIds.length > 0) await ctx.queue.add('ingest', [{ deliveryIds }])
  await tell(ctx, claimed, state, result.trouble)
  return !isDown(result.trouble)
}

async function rest(ctx: Context, keeper: Keeper, claimed: Claimed, waitMs: number, error: string | null): Promise<true> {
  const { poll } = claimed
  await keeper.keep({ claimed, deliveries: [], state: { ...poll, dueAt: new Date(ctx.now().getTime() + waitMs), error } })
  if (error !== poll.error) await changing(ctx, claimed.channel.workspaceId, async (change) => change.channelsChanged())
  return true
}

/** A round that read something, and whether another should follow `soon`. Part of it may have failed: the rest is kept, and the cursor stands where the adapter says. */
function ended(ctx: Context, claimed: Claimed, meter: Meter, result: PollResult, soon: boolean): State {
  const { channel, poll } = claimed
  const now = ctx.now()
  const quota = quotaOf(result.quota)
  // Our own allowance running out is a pause, not a failure of the channel.
  const trouble = meter.freeAt === null ? result.trouble : undefined
  const failures = trouble ? poll.failures + 1 : 0
  const calls = Math.max(1, meter.calls)
  const left = quota.quotaLeft === null || quota.quotaResetsAt === null ? null : { left: quota.quotaLeft, resetsAt: quota.quotaResetsAt }
  // What this round brought is not taken in yet.
  const lastActivityAt = soon ? now : (channel.lastDeliveryAt ?? channel.connectedAt)
  const waitMs = trouble
    ? Math.max(waitAfterFailure(failures, trouble.retryAfterMs), trouble.retryAfterMs ?? 0)
    : waitAfterRound({ now, waitMs: result.waitMs, lastActivityAt, quota: left, calls })
  const dueAt = later(new Date(now.getTime() + waitMs), meter.freeAt)
  return {
    ...poll,
    ...quota,
    ...{ cursor: result.cursor, wanted: result.wanted ?? [], dueAt, lastOkAt: trouble ? poll.lastOkAt : now, failures },
    ...{ error: trouble?.message ?? null, calls, used: claimed.used },
  }
}

/** A round that read nothing. */
function failed(ctx: Context, claimed: Claimed, meter: Meter, error: unknown): State {
  const { poll } = claimed
  const calls = Math.max(1, meter.calls)
  if (meter.freeAt !== null) return { ...poll, dueAt: meter.freeAt, calls, used: claimed.used }
  const failures = poll.failures + 1
  const waitMs = waitAfterFailure(failures, error instanceof PlatformError ? error.retryAfterMs : null)
  const dueAt = new Date(ctx.now().getTime() + waitMs)
  return { ...poll, dueAt, failures, error: (error as Error).message, calls, used: claimed.used }
}

function quotaOf(quota: Quota | undefined): Pick<State, 'quotaLeft' | 'quotaOf' | 'quotaResetsAt'> {
  return {
    quotaLeft: quota ? Math.trunc(quota.left) : null,
    quotaOf: quota?.of ? Math.trunc(quota.of) : null,
    quotaResetsAt: quota?.resetAt ? new Date(quota.resetAt) : null,
  }
}

/** Staff see a channel that fails, that went well again, and one whose token is dead. */
async function tell(ctx: Context, { channel, poll }: Claimed, state: State, error: unknown): Promise<void> {
  const { failures } = state
  if (failures <= poll.failures) {
    if (poll.failures > 0 && failures === 0) await changing(ctx, channel.workspaceId, async (change) => change.channelsChanged())
    return
  }
  const kind = error instanceof PlatformError ? error.kind : 'unavailable'
  ctx.log.warn(
    {
      ...{ channel: channel.id, platform: channel.platform, kind, reason: (error as Error).message, failures },
      ...(error instanceof PlatformError ? {} : { err: error }),
    },
    'poll: could not read a channel',
  )
  if (kind !== 'reauthorize' && failures > failuresTold) return
  await changing(ctx, channel.workspaceId, async (change) => {
    if (kind === 'reauthorize') await askForCredentials(ctx, change, channel)
    change.channelsChanged()
  })
}

/** Pages that differ from what was stored last for the same resource; `seen` with the newest of what is not being read any more, or it would grow for ever. */
function sift({ poll }: Claimed, pages: PolledPage[]): { seen: Record<string, string>; fresh: PolledPage[] } {
  const seen = { ...poll.seen }
  const fresh = pages.filter((page) => {
    const hash = createHash('sha256').update(JSON.stringify(page.request)).update(page.body).digest('base64url')
    if (seen[page.resource] === hash) return false
    seen[page.resource] = hash
    return true
  })
  const read = new Set(pages.map((page) => page.resource))
  const others = Object.keys(seen).filter((resource) => !read.has(resource))
  for (const resource of others.slice(0, Math.max(0, others.length - 500))) delete seen[resource]
  return { seen, fresh }
}

function deliveryOf({ channel }: Claimed, page: PolledPage, now: Date): Kept['deliveries'][number] {
  return {
    id: uuidv7(),
    platform: channel.platform,
    channelId: channel.id,
    kind: page.kind,
    request: page.request,
    body: Buffer.from(page.body, 'utf8'),
    receivedAt: now,
    dueAt: sweepAfter(now),
  }
}

function isDown(error: unknown): boolean {
  return error !== undefined && (!(error instanceof PlatformError) || error.kind === 'unavailable')
}

function later(a: Date, b: Date | null): Date {
  return b !== null && b > a ? b : a
}
