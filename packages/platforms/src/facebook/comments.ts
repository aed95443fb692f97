import { PlatformError } from '../error.ts'
import { readEdge as readGraphEdge } from '../graph/edge.ts'
import { listFields } from '../graph/fields.ts'
import type { Refused } from '../graph/fields.ts'
import { nextParams } from '../graph/graph.ts'
import { idOf, instantOf, listOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import type { Round } from '../round.ts'
import { ask, commentFields } from './fields.ts'

/**
 * What one poll shares. `deep`: comments are read to their end. `lastAt`: the poll before (ms). `pagesLeft`: how many more pages of comments this poll may
 * read; what remains goes to `pending` (post -> where to go on) and is read by the next ones. `commentsRead`: comments could be read at all.
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
  posts: Set<string>
  held: Set<string>
  /** Posts whose comments were read to the end, as far as `pending` does not say otherwise. */
  whole: Set<string>
}

const overlapMs = 86_400_000

/** Pages of an edge until `take` says no, or the last one. */
export function readEdge(
  read: Read,
  path: string,
  first: Record<string, string>,
  fields: (refused: Refused) => string,
  take: (page: number, edge: JsonRecord, body: string) => Promise<boolean>,
): Promise<void> {
  return readGraphEdge(ask, read, path, first, fields, take)
}

/** A post of the feed carries its newest comments; the older ones are on further pages. */
export async function readRest(read: Read, post: JsonRecord): Promise<void> {
  const postId = idOf(post.id)
  if (postId === null) return
  read.posts.add(postId)
  if ('comments' in read.refused) return
  read.commentsRead = true
  read.held.add(postId)
  const comments = recordOf(post.comments)
  const next = nextParams(comments)
  // What an earlier poll left over is gone on with from there, not begun again.
  if (next !== null && !isPast(read, comments) && !(postId in read.pending)) await readComments(read, postId, next.after)
}

/** Comments of a post, newest first and replies below replies among them, from a cursor or from the start. */
export async function readComments(read: Read, postId: string, after = ''): Promise<void> {
  const fields = (refused: Refused): string => listFields(commentFields, refused)
  const start = after === '' ? '' : 'more:'
  const first: Record<string, string> = { filter: 'stream', order: 'reverse_chronological', limit: '100', ...(after !== '' && { after }) }
  if (read.pagesLeft <= 0) return void (read.pending[postId] = after)
  delete read.pending[postId]
  await readEdge(read, `${postId}/comments`, first, fields, async (page, edge, body) => {
    read.commentsRead = true
    read.pagesLeft -= 1
    if (listOf(edge.data).length > 0)
      read.round.pages.push({ resource: `comments:${postId}:${start}${page}`, kind: 'comments', request: { postId }, body })
    const rest = nextParams(edge)?.after
    if (rest === undefined || isPast(read, edge)) return false
    if (read.pagesLeft > 0) return true
    read.pending[postId] = rest
    return false
  })
}

/** All comments of a post, however old; where an earlier poll had to stop in the middle, it is gone on with instead. */
export async function readWhole(read: Read, postId: string): Promise<void> {
  if (!(postId in read.pending)) {
    const to = { ...read, deep: true }
    await readComments(to, postId)
    read.pagesLeft = to.pagesLeft
    read.commentsRead = to.commentsRead
  }
  read.whole.add(postId)
}

/** Goes on where earlier polls had to stop. A place that no longer works is given up: the hourly reading starts over. */
export async function readPending(read: Read): Promise<void> {
  const to = { ...read, deep: true }
  for (const [postId, after] of Object.entries(read.pending)) {
    if (to.pagesLeft <= 0) break
    try {
      await readComments(to, postId, after)
    } catch (error) {
      if (!(error instanceof PlatformError) || (error.kind !== 'rejected' && error.kind !== 'gone')) {
        read.pending[postId] = after
        throw error
      }
    }
  }
  read.pagesLeft = to.pagesLeft
}

/** A quick look ends where a whole page lies a day behind the last poll. Facebook's own time, newest first. */
function isPast(read: Read, edge: JsonRecord): boolean {
  const times = listOf(edge.data).map((each) => Date.parse(instantOf(recordOf(each).created_time) ?? ''))
  return !read.deep && times.length > 0 && times.every((at) => at < read.lastAt - overlapMs)
}
