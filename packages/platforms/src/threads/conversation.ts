import { PlatformError } from '../error.ts'
import { readEdge } from '../graph/edge.ts'
import type { Refused } from '../graph/fields.ts'
import { nextParams } from '../graph/graph.ts'
import { instantOf, listOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import type { Round } from '../round.ts'
import { ask, listPostFields } from './fields.ts'

/**
 * What one poll shares. `deep`: lists are read to their end. `lastAt`: the poll before (ms). `pagesLeft`: how many more pages of conversations this poll
 * may read; what remains goes to `pending` (post -> where to go on).
 */
export type Read = {
  io: Io
  round: Round
  refused: Refused
  deep: boolean
  lastAt: number
  pagesLeft: number
  pending: Record<string, string>
}

const overlapMs = 86_400_000

/** Everything below a post, at any depth (`/replies` would give the top alone), newest first, from a cursor or from the start. */
export async function readConversation(read: Read, postId: string, options: { after?: string; whole?: boolean } = {}): Promise<void> {
  const { after = '', whole = read.deep } = options
  if (read.pagesLeft <= 0) return void (read.pending[postId] = after)
  delete read.pending[postId]
  const first = { reverse: 'true', limit: '50', ...(after !== '' && { after }) }
  const start = after === '' ? '' : 'more:'
  await readEdge(ask, read, `${postId}/conversation`, first, listPostFields, async (page, edge, body) => {
    read.pagesLeft -= 1
    keep(read, `conversation:${postId}:${start}${page}`, 'conversation', edge, body, { postId })
    const rest = nextParams(edge)?.after
    if (rest === undefined || (!whole && isPast(read.lastAt, edge))) return false
    if (read.pagesLeft > 0) return true
    read.pending[postId] = rest
    return false
  })
}

/** Goes on where earlier polls had to stop. A place that no longer works is given up: the hourly reading starts over. */
export async function readPending(read: Read): Promise<void> {
  for (const [postId, after] of Object.entries(read.pending)) {
    if (read.pagesLeft <= 0) return
    try {
      await readConversation(read, postId, { after, whole: true })
    } catch (error) {
      if (!(error instanceof PlatformError) || (error.kind !== 'rejected' && error.kind !== 'gone')) {
        read.pending[postId] = after
        throw error
      }
    }
  }
}

const maxListPages = 40

/** One of our lists (posts, own replies, mentions), newest first: a page, or back to `backTo` (ms) when reading deep. Gives the items. */
export async function readList(read: Read, kind: 'posts' | 'replies' | 'mentions', backTo: number): Promise<JsonRecord[]> {
  const items: JsonRecord[] = []
  const path = kind === 'posts' ? 'me/threads' : `me/${kind}`
  await readEdge(ask, read, path, { limit: '50' }, listPostFields, async (page, edge, body) => {
    keep(read, `${kind}:${page}`, kind, edge, body, {})
    items.push(...listOf(edge.data).map(recordOf))
    return page + 1 < maxListPages && !isBefore(read.deep ? backTo : read.lastAt - overlapMs, edge)
  })
  return items
}

function keep(read: Read, resource: string, kind: string, edge: JsonRecord, body: string, request: Record<string, string>): void {
  if (listOf(edge.data).length > 0) read.round.pages.push({ resource, kind, request, body })
}

/** A quick look ends where a whole page lies a day behind the last poll. The platform's own times. */
function isPast(lastAt: number, edge: JsonRecord): boolean {
  return isBefore(lastAt - overlapMs, edge)
}

/** Does a whole page lie before this, if it runs from new to old? */
function isBefore(ms: number, edge: JsonRecord): boolean {
  const times = listOf(edge.data).map((each) => Date.parse(instantOf(recordOf(each).timestamp) ?? ''))
  const [newest, oldest] = [times[0] ?? Number.NaN, times.at(-1) ?? Number.NaN]
  return newest > oldest && times.every((at) => at < ms)
}
