import { PlatformError } from '../error.ts'
import { readEdge } from '../graph/edge.ts'
import type { Refused } from '../graph/fields.ts'
import { nextParams } from '../graph/graph.ts'
import { idOf, instantOf, listOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import type { Round } from '../round.ts'
import { ask, listCommentFields, listReplyFields, repliesWithComment } from './fields.ts'

/**
 * What one poll shares. `deep`: comments are read to their end. `lastAt`: the poll before (ms). `pagesLeft`: how many more pages this poll may read; what
 * remains goes to `pending` (`<media>` or `<media>/<comment>` -> where to go on). `commentsRead`: comments could be read at all.
 */
export type Read = {
  io: Io
  round: Round
  refused: Refused
  deep: boolean
  lastAt: number
  pagesLeft: number
  pending: Record<string, string>
  commentsRead: boolean
}

type Thread = { mediaId: string; permalink: string; commentId?: string }

const overlapMs = 86_400_000

/** Comments of a post with their replies (or the replies of `thread.commentId`), from a cursor or from the start. `budget` is the poll's own. */
export async function readComments(read: Read, thread: Thread, after: string, budget: Read): Promise<void> {
  const { mediaId, permalink, commentId } = thread
  const key = commentId === undefined ? mediaId : `${mediaId}/${commentId}`
  const [path, kind, fields] =
    commentId === undefined
      ? ([`${mediaId}/comments`, 'comments', listCommentFields] as const)
      : ([`${commentId}/replies`, 'replies', listReplyFields] as const)
  if (budget.pagesLeft <= 0) return void (read.pending[key] = after)
  delete read.pending[key]
  const request: Record<string, string> = { mediaId, permalink, ...(commentId !== undefined && { commentId }) }
  const below: string[] = []
  const start = after === '' ? '' : 'more:'
  await readEdge(ask, read, path, { limit: '50', ...(after !== '' && { after }) }, fields, async (page, edge, body) => {
    budget.commentsRead = true
    budget.pagesLeft -= 1
    const items = listOf(edge.data).map(recordOf)
    if (items.length > 0) read.round.pages.push({ resource: `${kind}:${key}:${start}${page}`, kind, request, body })
    if (commentId === undefined) below.push(...items.filter((item) => hasMore(item, read.refused)).flatMap((item) => idOf(item.id) ?? []))
    const rest = nextParams(edge)?.after
    if (rest === undefined || (!read.deep && isPast(read.lastAt, items))) return false
    if (budget.pagesLeft > 0) return true
    read.pending[key] = rest
    return false
  })
  for (const id of below) await readComments(read, { mediaId, permalink, commentId: id }, '', budget)
}

/** More replies than came with it, or none came because Instagram refuses them there. */
function hasMore(comment: JsonRecord, refused: Refused): boolean {
  const replies = recordOf(comment.replies)
  return 'replies' in refused || nextParams(replies) !== null || listOf(replies.data).length >= repliesWithComment
}

/** Goes on where earlier polls had to stop. A place that no longer works is given up: the hourly reading starts over. */
export async function readPending(read: Read): Promise<void> {
  for (const [key, after] of Object.entries(read.pending)) {
    if (read.pagesLeft <= 0) return
    const [mediaId = '', commentId] = key.split('/')
    try {
      await readComments({ ...read, deep: true }, { mediaId, permalink: '', ...(commentId !== undefined && { commentId }) }, after, read)
    } catch (error) {
      if (!(error instanceof PlatformError) || (error.kind !== 'rejected' && error.kind !== 'gone')) {
        read.pending[key] = after
        throw error
      }
    }
  }
}

/** A quick look ends where a whole page lies a day behind the last poll, if the page runs from new to old, as it usually does. Instagram's own times. */
function isPast(lastAt: number, items: JsonRecord[]): boolean {
  const times = items.map((item) => Date.parse(instantOf(item.timestamp) ?? ''))
  const [newest, oldest] = [times[0] ?? Number.NaN, times.at(-1) ?? Number.NaN]
  return newest > oldest && times.every((at) => at < lastAt - overlapMs)
}
