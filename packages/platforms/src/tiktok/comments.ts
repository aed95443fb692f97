import { PlatformError } from '../error.ts'
import { idOf, instantOf, listOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import { pageGuard } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import { countOf } from './comment.ts'
import type { State } from './state.ts'

/** What one poll shares. `pagesLeft`: how many more pages of comments and replies it may read; what remains goes to `state.pending`. `newestAt`: the youngest seen now. */
export type Read = { io: Io; round: Round; state: State; pagesLeft: number; newestAt: number }

/** `commentId`: its replies, else the comments of the video. `deep`: to the end. `whole`: replies too, whether their number changed or not. */
export type Thread = { videoId: string; permalink: string; commentId?: string; deep?: boolean; whole?: boolean }

/** At most so many a page; fewer do not mean the end. */
const perPage = '30'
const overlapMs = 86_400_000
const maxPages = 400

/** Comments of a video with up to three replies each, newest first, or the replies of one comment; from a place in the list or from its beginning. */
export async function readThread(read: Read, thread: Thread, after = '0'): Promise<void> {
  const { videoId, permalink, commentId } = thread
  const { pending } = read.state
  const key = commentId === undefined ? videoId : `${videoId}/${commentId}`
  const kind = commentId === undefined ? 'comments' : 'replies'
  const guard = pageGuard(maxPages)
  const request: Record<string, string> = { videoId, permalink, ...(commentId !== undefined && { commentId }) }
  for (let cursor: string | null = after; cursor !== null;) {
    if (read.pagesLeft <= 0) {
      delete pending[key]
      pending[key] = cursor
      return
    }
    guard(cursor)
    read.pagesLeft -= 1
    const { body, data } = await callApi(read.io, callOf(thread, cursor))
    const items = listOf(data.comments).map(recordOf)
    if (items.length > 0) read.round.pages.push({ resource: `${kind}:${key}:${cursor}`, kind, request, body })
    for (const item of items) read.newestAt = Math.max(read.newestAt, atOf(item) || 0)
    // Before the next page, so that little has to be put off when this round ends here.
    const below = commentId === undefined ? items.filter((item) => hasMore(read, item, thread.whole === true)) : []
    for (const item of below) await readBelow(read, thread, item)
    const isPast = commentId === undefined && !thread.deep && items.length > 0 && isBehind(items, read.state.newestAt)
    cursor = data.has_more === true && !isPast ? idOf(data.cursor) : null
  }
  delete pending[key]
}

function callOf({ videoId, commentId }: Thread, cursor: string): { path: string; params: Record<string, string> } {
  const params = { video_id: videoId, status: 'ALL', sort_field: 'create_time', sort_order: 'desc', cursor, max_count: perPage }
  if (commentId !== undefined) return { path: '/business/comment/reply/list/', params: { ...params, comment_id: commentId } }
  return { path: '/business/comment/list/', params: { ...params, include_replies: 'true' } }
}

/** More replies than came with it, and another number than when they were read. */
function hasMore({ state }: Read, item: JsonRecord, whole: boolean): boolean {
  const [id, replies] = [idOf(item.comment_id), countOf(item.replies) ?? 0]
  return id !== null && replies > listOf(item.reply_list).length && (whole || state.threads[id] !== replies)
}

/** TikTok does not list what stands below a hidden comment: that is its alone. */
async function readBelow(read: Read, { videoId, permalink }: Thread, item: JsonRecord): Promise<void> {
  const commentId = idOf(item.comment_id)
  if (commentId === null) return
  try {
    await readThread(read, { videoId, permalink, commentId })
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.kind !== 'rejected' && error.kind !== 'gone')) throw error
  }
  delete read.state.threads[commentId]
  read.state.threads[commentId] = countOf(item.replies) ?? 0
}

/** The whole page is a day older than the youngest comment of earlier polls, and runs from new to old (beyond 500 it may not). TikTok's own times. */
function isBehind(items: JsonRecord[], newestAt: number): boolean {
  const times = items.map(atOf)
  return times.every((at, index) => at < newestAt - overlapMs && (index === 0 || at <= times[index - 1]!))
}

function atOf(item: JsonRecord): number {
  return Date.parse(instantOf(item.create_time) ?? '')
}

/** Goes on where earlier polls had to stop. A place that no longer works is given up, and what was noted of it: the hourly reading starts over. */
export async function readPending(read: Read): Promise<void> {
  for (const [key, after] of Object.entries(read.state.pending)) {
    if (read.pagesLeft <= 0) return
    const [videoId = '', commentId] = key.split('/')
    try {
      await readThread(read, { videoId, permalink: '', deep: true, ...(commentId !== undefined && { commentId }) }, after)
    } catch (error) {
      delete read.state.pending[key]
      if (!(error instanceof PlatformError) || (error.kind !== 'rejected' && error.kind !== 'gone')) {
        read.state.pending[key] = after
        throw error
      }
      if (commentId !== undefined) delete read.state.threads[commentId]
    }
  }
}
