import { PlatformError } from '../error.ts'
import { idOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PostStats } from '../platform.ts'
import { inGroups } from '../round.ts'
import { graphCodeOf, saysGone } from '../graph/graph.ts'
import { callGraph } from './graph.ts'

/** The summary alone: `stream` counts replies below replies too. */
const fields = 'id,comments.filter(stream).limit(0).summary(true)'

/** `total_count` of each post's comments, 50 posts at a time. It may count what is hidden, deleted or kept private, and so be more than is shown. */
export async function postStats(io: Io, { posts }: { posts: { externalId: string }[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const group of inGroups(posts, 50))
    stats.push(
      ...(await readGroup(
        io,
        group.map(({ externalId }) => externalId),
      )),
    )
  return stats
}

/** One that is gone can fail the whole answer, and then each is asked for by itself. */
async function readGroup(io: Io, ids: string[]): Promise<PostStats[]> {
  try {
    const { json } = await callGraph(io, { path: '', params: { ids: ids.join(','), fields } })
    return ids.flatMap((id) => statsOf(id, recordOf(json[id])))
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'rejected')) throw error
  }
  const stats: PostStats[] = []
  for (const id of ids) stats.push(...(await readOne(io, id)))
  return stats
}

async function readOne(io: Io, id: string): Promise<PostStats[]> {
  try {
    return statsOf(id, (await callGraph(io, { path: id, params: { fields } })).json)
  } catch (error) {
    const code = graphCodeOf(error)
    if (code === null || !saysGone(code)) throw error
    return []
  }
}

function statsOf(externalId: string, node: JsonRecord): PostStats[] {
  const replies = Number(idOf(recordOf(recordOf(node.comments).summary).total_count) ?? Number.NaN)
  return Number.isSafeInteger(replies) && replies >= 0 ? [{ externalId, replies, counts: 'all' }] : []
}
