import { idOf, listOf, nameOf, recordOf } from '../json.ts'
import type { Io, PostStats } from '../platform.ts'
import { inGroups } from '../round.ts'
import { xrpc } from './xrpc.ts'

/** `replyCount` of each post: what stands directly below it (`app.bsky.feed.getPosts`, 25 at a time). */
export async function postStats(io: Io, { posts }: { posts: { externalId: string }[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const group of inGroups(posts, 25)) {
    const { json } = await xrpc(io, {
      nsid: 'app.bsky.feed.getPosts',
      params: group.map(({ externalId }): [string, string] => ['uris', externalId]),
    })
    for (const view of listOf(json.posts).map(recordOf)) {
      const externalId = nameOf(view.uri)
      const replies = Number(idOf(view.replyCount) ?? Number.NaN)
      if (externalId !== null && Number.isSafeInteger(replies) && replies >= 0) stats.push({ externalId, replies, counts: 'top' })
    }
  }
  return stats
}
