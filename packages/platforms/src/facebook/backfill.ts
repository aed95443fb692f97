import { PlatformError } from '../error.ts'
import { refusedOf } from '../graph/fields.ts'
import { recordOf } from '../json.ts'
import type { Io, PollResult } from '../platform.ts'
import { attempt } from '../round.ts'
import type { Round } from '../round.ts'
import { readPending } from './comments.ts'
import type { Read } from './comments.ts'
import { readPosts } from './poll.ts'

const feedPagesPerPiece = 4
const commentPagesPerPiece = 30

/** `after`: where the feed goes on, '' for its newest, null when it is read. `pending`: posts whose older comments are still to be read, and from where. */
type State = { v: 1; after: string | null; pending: Record<string, string> }

/** A piece of the feed since `backTo` with all comments below it, newest first: of a busy Page it is too long for one round. */
export async function backfill(
  io: Io,
  { cursor, backTo }: { cursor: unknown; backTo: string },
): Promise<PollResult & { done: boolean; reachedAt?: string }> {
  const state = stateOf(cursor)
  const { pending } = state
  const round: Round = { pages: [], trouble: null }
  const refused = refusedOf({}, io.now().getTime())
  const pagesLeft = commentPagesPerPiece
  const sets = { posts: new Set<string>(), held: new Set<string>(), whole: new Set<string>() }
  const read: Read = { io, round, refused, deep: true, lastAt: 0, pagesLeft, pending, commentsRead: false, ...sets }
  let reachedAt: string | null = null
  if (state.after !== null && Object.keys(pending).length === 0) {
    const since = String(Math.floor(Date.parse(backTo) / 1000))
    const path = `${io.settings.pageId || io.self.accountId}/feed`
    const { after } = state
    const rest = await readPosts(read, path, { since, ...(after !== '' && { after }) }, feedPagesPerPiece).catch((error: unknown) => {
      // A place in the feed that no longer works is given up, or nothing would ever come after it.
      if (after === '' || !(error instanceof PlatformError) || error.kind !== 'rejected') throw error
      return null
    })
    state.after = rest?.after ?? null
    reachedAt = rest?.oldestAt ?? null
  }
  await attempt(round, () => readPending(read))
  const done = state.after === null && Object.keys(pending).length === 0
  return { pages: round.pages, cursor: state, waitMs: 0, done, ...(reachedAt !== null && { reachedAt }) }
}

function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const pending = Object.entries(recordOf(kept.pending)).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return {
    v: 1,
    after: kept.after === null ? null : typeof kept.after === 'string' ? kept.after : '',
    pending: Object.fromEntries(pending),
  }
}
