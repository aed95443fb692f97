import { PlatformError } from '../error.ts'
import { idOf, listOf, recordOf } from '../json.ts'
import type { Io, PostStats } from '../platform.ts'
import { inGroups } from '../round.ts'
import { callApi, statusOf } from './api.ts'
import { repliesCountOf } from './status.ts'

/** `replies_count` of each status: the public and unlisted ones directly below it. Many at once; on a server without that call one by one. */
export async function postStats(io: Io, { posts }: { posts: { externalId: string }[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const group of inGroups(posts, 20))
    stats.push(
      ...(await readGroup(
        io,
        group.map(({ externalId }) => externalId),
      )),
    )
  return stats
}

async function readGroup(io: Io, ids: string[]): Promise<PostStats[]> {
  try {
    const { json } = await callApi(io, { path: '/api/v1/statuses', params: ids.map((id): [string, string] => ['id[]', id]) })
    return listOf(json).flatMap(statsOf)
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'rejected')) throw error
  }
  const stats: PostStats[] = []
  for (const id of ids) stats.push(...(await readOne(io, id)))
  return stats
}

/** A status that is gone is left out. */
async function readOne(io: Io, id: string): Promise<PostStats[]> {
  try {
    return statsOf((await callApi(io, { path: `/api/v1/statuses/${encodeURIComponent(id)}` })).json)
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    return []
  }
}

function statsOf(value: unknown): PostStats[] {
  const status = recordOf(value)
  const externalId = idOf(status.id)
  const replies = repliesCountOf(status)
  return externalId === null || replies === null ? [] : [{ externalId, replies, counts: 'top' }]
}
