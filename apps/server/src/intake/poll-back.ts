import { PlatformError } from '@answerback/platforms/error'
import type { Io, PolledPage } from '@answerback/platforms/platform'
import { platformOf, type Context } from '../context.ts'
import type { Claimed, PollRow } from './poll-claim.ts'

/** A piece of what was said before the connection, and where the next one goes on. */
export type ReadBack = { pages: PolledPage[]; state: Pick<PollRow, 'backCursor' | 'backReachedAt' | 'backDoneAt'> }

/**
 * Reads one piece of the past after a round that went well, newest first, so that what is said now never waits for it. Its place is kept with its pages: whoever
 * comes after a crash goes on there. Where the first round reaches back by itself, that round was all. Null: there is nothing (more) to read, or not now.
 */
export async function readBack(ctx: Context, { channel, poll }: Claimed, io: Io): Promise<ReadBack | null> {
  if (poll.backTo === null || poll.backDoneAt !== null) return null
  const platform = platformOf(ctx, channel.platform)
  if (!platform.backfill) return { pages: [], state: { backCursor: null, backReachedAt: poll.backTo, backDoneAt: ctx.now() } }
  try {
    const { pages, cursor, done, reachedAt, trouble } = await platform.backfill(io, {
      cursor: poll.backCursor,
      backTo: poll.backTo.toISOString(),
    })
    if (trouble && pages.length === 0) return null
    const reached = done ? poll.backTo : reachedAt === undefined ? poll.backReachedAt : new Date(reachedAt)
    return { pages, state: { backCursor: cursor, backReachedAt: reached, backDoneAt: done ? ctx.now() : null } }
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    ctx.log.info({ channel: channel.id, kind: error.kind, reason: error.message }, 'poll: the past could not be read now')
    return null
  }
}
